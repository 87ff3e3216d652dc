// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/hidden_words.h"

#include "ui/panels/help_point.h"

#include <QClipboard>
#include <QGuiApplication>

#include <algorithm>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

QString nameOf(MaskPreset preset)
{
    switch (preset) {
    case MaskPreset::Important:
        return HiddenWords::tr("important half");
    case MaskPreset::Trivial:
        return HiddenWords::tr("trivial half");
    case MaskPreset::BestHalf:
        return HiddenWords::tr("half of least change");
    case MaskPreset::Enough:
        return HiddenWords::tr("all but what is enough");
    default:
        return {};
    }
}

} // namespace

std::vector<MaskPreset> presetsOf(BlockMask mask, const Analysis* analysis)
{
    std::vector<MaskPreset> on;
    for (const MaskPreset preset : {MaskPreset::None, MaskPreset::All, MaskPreset::Important, MaskPreset::Trivial,
                                    MaskPreset::BestHalf, MaskPreset::Enough}) {
        if (presetMask(preset, analysis, mask, 0) == mask)
            on.push_back(preset);
    }
    return on;
}

QString maskArgument(BlockMask mask)
{
    return u"0x%1"_s.arg(mask.bits(), 3, 16, QLatin1Char('0'));
}

HiddenWords::HiddenWords(CurrentImage& image, QWidget* parent)
    : QToolButton(parent)
    , m_image(image)
{
    setObjectName(u"hiddenWords"_s);
    setHelpTopic(*this, HelpTopic::HiddenBlocks);
    setAutoRaise(true);
    setFocusPolicy(Qt::TabFocus);
    connect(this, &QToolButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(u"--mask "_s + maskArgument(m_image.mask())); });
    for (const auto signal : {&CurrentImage::changed, &CurrentImage::analysisChanged, &CurrentImage::maskChanged})
        connect(&image, signal, this, &HiddenWords::refresh);
    refresh();
}

void HiddenWords::refresh()
{
    const BlockMask mask = m_image.mask();
    setVisible(m_image.document() != nullptr);
    setEnabled(!mask.isEmpty());
    if (mask.isEmpty()) {
        setText(tr("Nothing hidden"));
        setToolTip({});
    } else {
        QStringList blocks;
        for (int block = 0; block < BlockCount; ++block) {
            if (mask.contains({block}))
                blocks << QString::number(block);
        }
        QStringList words{mask.count() == BlockCount ? tr("All 12 hidden")
                                                     : tr("%1 hidden: %2").arg(mask.count()).arg(blocks.join(u' ')),
                          maskArgument(mask)};
        for (const MaskPreset preset : presetsOf(mask, m_image.analysis())) {
            if (const QString name = nameOf(preset); !name.isEmpty() && !words.contains(name))
                words << name;
        }
        setText(words.join(u" · "_s));
        setToolTip(tr("A click copies “--mask %1” for the command line. Blocks count from 0 at the top left.")
                       .arg(maskArgument(mask)));
    }
    setAccessibleName(text());
}

} // namespace halflens
