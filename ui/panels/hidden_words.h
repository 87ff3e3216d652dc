// SPDX-License-Identifier: BSD-3-Clause
// What is hidden, in words: "6 hidden: 1 2 5 6 9 10 · 0x666 · important half".
#pragma once

#include "ui/state/current_image.h"
#include "ui/state/mask_presets.h"

#include <QToolButton>

#include <vector>

namespace halflens {

/// Presets whose mask this is, by what `analysis` says; null: only those that need none.
std::vector<MaskPreset> presetsOf(BlockMask mask, const Analysis* analysis);

/// The mask as the commands take it: "0x666".
QString maskArgument(BlockMask mask);

/// A click copies the mask for the command line.
class HiddenWords final : public QToolButton {
    Q_OBJECT

public:
    explicit HiddenWords(CurrentImage& image, QWidget* parent = nullptr);

private:
    void refresh();

    CurrentImage& m_image;
};

} // namespace halflens
