// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/layer_caption.h"

#include "ui/panels/card.h"
#include "ui/panels/help_point.h"
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
    setHelpTopic(*this, HelpTopic::Layers);
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

LayerCaptionText captionText(const LayerView& layers)
{
    const auto shown = layers.readPicture();
    if (!shown)
        return {LayerCaption::tr("Nothing lies over the photo"), {}, {}, false};
    const QString name = layerName(shown->id);
    const QString remark = layers.remark();
    const QString warning = layers.warning();
    QString text = remark.isEmpty() ? name : LayerCaption::tr("%1: %2").arg(name, remark);
    if (!warning.isEmpty())
        text += u" · "_s + warning;
    return {layerQuestion(shown->id), text, layerHelp(shown->id), !warning.isEmpty()};
}

void LayerCaption::refresh()
{
    const LayerCaptionText caption = captionText(m_layers);
    if (const auto read = m_layers.readPicture())
        setHelpTopic(*this, helpTopicOf(read->id));
    m_question->setText(caption.question);
    m_question->setToolTip(caption.help);
    m_question->setEnabled(!caption.help.isEmpty());
    m_remark->setFullText(caption.remark);
    const ThemeColors& theme = themeColors(palette());
    QPalette colors = m_remark->palette();
    colors.setColor(QPalette::WindowText, caption.isWarning ? theme.worse : theme.mutedText);
    if (colors != m_remark->palette())
        m_remark->setPalette(colors);
    setAccessibleName(caption.question + u' ' + caption.remark);
}

void LayerCaption::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_remark)
        refresh();
}

} // namespace halflens
