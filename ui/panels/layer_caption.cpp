// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/layer_caption.h"

#include "ui/panels/card.h"
#include "ui/state/theme.h"

#include <QEvent>
#include <QHBoxLayout>

namespace halflens {

using namespace Qt::StringLiterals;

LayerCaption::LayerCaption(const LayerView& layers, QWidget* parent)
    : QWidget(parent)
    , m_layers(layers)
    , m_question(new QLabel(this))
    , m_remark(new ElidedLabel(this, Qt::ElideRight))
{
    setObjectName(u"layerCaption"_s);
    m_question->setObjectName(u"layerQuestion"_s);
    m_question->setTextFormat(Qt::PlainText);
    m_question->setFont(scaledFont(*this, 1.0, true));
    m_remark->setObjectName(u"layerRemark"_s);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 4, 12, 4);
    layout->setSpacing(10);
    layout->addWidget(m_question);
    layout->addWidget(m_remark, 1);
    connect(&layers, &LayerView::changed, this, &LayerCaption::refresh);
    refresh();
}

void LayerCaption::refresh()
{
    const auto shown = m_layers.readPicture();
    const QString warning = m_layers.warning();
    m_question->setText(shown ? layerQuestion(shown->id) : tr("Nothing lies over the photo"));
    m_question->setToolTip(shown ? layerHelp(shown->id) : QString());
    m_question->setEnabled(shown.has_value());
    const QString name = shown ? layerName(shown->id) : QString();
    const QString remark = m_layers.remark();
    QString text = remark.isEmpty() ? name : tr("%1: %2").arg(name, remark);
    if (!warning.isEmpty())
        text += u" · "_s + warning;
    m_remark->setFullText(text);
    const ThemeColors& theme = themeColors(palette());
    QPalette colors = m_remark->palette();
    colors.setColor(QPalette::WindowText, warning.isEmpty() ? theme.mutedText : theme.worse);
    if (colors != m_remark->palette())
        m_remark->setPalette(colors);
    setAccessibleName(m_question->text() + u' ' + text);
}

void LayerCaption::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_remark)
        refresh();
}

} // namespace halflens
