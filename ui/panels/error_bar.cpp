// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/error_bar.h"

#include "core/image/decode.h"
#include "ui/panels/card.h"
#include "ui/panels/theme_icon.h"
#include "ui/state/text.h"
#include "ui/state/theme.h"

#include <QAccessible>
#include <QEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QPainter>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr int MostLines = 200; ///< of earlier messages

QString sentence(QString text)
{
    if (text.isEmpty())
        return text;
    text[0] = text[0].toUpper();
    return text.endsWith(u'.') ? text : text + u'.';
}

/// What was being done, for the words of core's stages.
QString stageText(const QString& stage)
{
    if (stage == "open"_L1 || stage == "decode"_L1 || stage == "read"_L1)
        return ErrorBar::tr("could not be opened");
    if (stage == "write"_L1 || stage == "figure"_L1)
        return ErrorBar::tr("could not be written");
    if (stage == "model"_L1 || stage == "manifest"_L1 || stage == "checkpoint"_L1)
        return ErrorBar::tr("could not be judged by the model");
    if (stage == "table"_L1)
        return ErrorBar::tr("could not be taken apart into blocks");
    return ErrorBar::tr("met a problem");
}

} // namespace

QString sentences(const Error& error)
{
    const QString reason = sentence(toQt(error.reason));
    return error.remedy.empty() ? reason : reason + u' ' + sentence(toQt(error.remedy));
}

ErrorBar::ErrorBar(QWidget* parent)
    : QFrame(parent)
    , m_icon(new QLabel(this))
    , m_headline(new ElidedLabel(this))
    , m_details(new QLabel(this))
    , m_partial(new QPushButton(tr("Open what there is"), this))
    , m_more(new QToolButton(this))
    , m_earlier(new QPlainTextEdit(this))
    , m_close(new QToolButton(this))
{
    setObjectName(u"errorBar"_s);
    m_headline->setObjectName(u"errorHeadline"_s);
    m_headline->setFont(scaledFont(*this, 1.0, true));
    m_details->setObjectName(u"errorDetails"_s);
    m_details->setTextFormat(Qt::PlainText);
    m_details->setWordWrap(true);
    m_details->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_close->setObjectName(u"errorClose"_s);
    m_close->setAutoRaise(true);
    m_close->setToolTip(tr("Dismiss"));
    m_close->setAccessibleName(tr("Dismiss the message"));
    connect(m_close, &QToolButton::clicked, this, &ErrorBar::dismiss);
    m_partial->setObjectName(u"errorPartial"_s);
    m_partial->setToolTip(tr("Shows the part of the picture that is there; the rest is grey"));
    connect(m_partial, &QPushButton::clicked, this, [this] {
        dismiss();
        Q_EMIT partialRequested(m_path);
    });
    m_more->setObjectName(u"errorMore"_s);
    m_more->setAutoRaise(true);
    m_more->setCheckable(true);
    m_more->setToolTip(tr("Show the earlier messages"));
    connect(m_more, &QToolButton::toggled, m_earlier, &QWidget::setVisible);
    m_earlier->setObjectName(u"errorEarlier"_s);
    m_earlier->setAccessibleName(tr("Earlier messages"));
    m_earlier->setReadOnly(true);
    m_earlier->setFixedHeight(fontMetrics().lineSpacing() * 6);
    m_earlier->hide();
    auto* texts = new QVBoxLayout;
    texts->setSpacing(2);
    texts->addWidget(m_headline);
    texts->addWidget(m_details);
    texts->addWidget(m_earlier);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(14, 9, 8, 9);
    layout->setSpacing(12);
    layout->addWidget(m_icon, 0, Qt::AlignTop);
    layout->addLayout(texts, 1);
    layout->addWidget(m_partial, 0, Qt::AlignTop);
    layout->addWidget(m_more, 0, Qt::AlignTop);
    layout->addWidget(m_close, 0, Qt::AlignTop);
    updateIcons();
    hide();
}

void ErrorBar::showError(const Error& error)
{
    ++m_count;
    m_path = toQt(error.file);
    m_partial->setVisible(offersPartial(error));
    const QString& path = m_path;
    const QString name = path.isEmpty() ? tr("The last action") : QFileInfo(path).fileName();
    m_headline->setFullText(name + u' ' + stageText(toQt(error.stage)));
    const QString details = sentences(error);
    m_details->setText(details);
    m_details->setToolTip(path);
    m_more->setVisible(m_count > 1);
    m_more->setText(tr("and %n more", nullptr, m_count - 1));
    m_earlier->setPlainText(m_lines.join(u'\n'));
    m_lines.append(m_headline->fullText() + u": "_s + details);
    if (m_lines.size() > MostLines)
        m_lines.removeFirst();
    show();
    QAccessibleEvent alert(this, QAccessible::Alert);
    setAccessibleName(m_headline->fullText() + u". "_s + details);
    QAccessible::updateAccessibility(&alert);
}

void ErrorBar::dismiss()
{
    m_count = 0;
    m_lines.clear();
    m_more->setChecked(false);
    hide();
}

QString ErrorBar::headline() const
{
    return m_headline->fullText();
}

QString ErrorBar::details() const
{
    return m_details->text();
}

void ErrorBar::updateIcons()
{
    const ThemeColors& theme = themeColors(palette());
    m_icon->setPixmap(themeIcon(u"warning"_s, theme.warningEdge).pixmap(22, 22));
    m_close->setIcon(themeIcon(u"close"_s, theme.text));
}

void ErrorBar::changeEvent(QEvent* event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        updateIcons();
}

void ErrorBar::paintEvent(QPaintEvent*)
{
    const ThemeColors& theme = themeColors(palette());
    QPainter painter(this);
    painter.fillRect(rect(), theme.warningBack);
    painter.fillRect(0, 0, 4, height(), theme.warningEdge);
}

} // namespace halflens
