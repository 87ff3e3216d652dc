// SPDX-License-Identifier: BSD-3-Clause
// Colours of the viewer: a light and a dark palette, and the few colours with a meaning.
#pragma once

#include <QColor>
#include <QPalette>
#include <QString>

namespace halflens {

/// Chosen for at least 4.5:1 contrast of text on its background, and apart for colour-blind eyes.
struct ThemeColors {
    bool dark = false;
    QColor canvas; ///< around the image
    QColor card; ///< raised panels
    QColor cardEdge;
    QColor text;
    QColor mutedText;
    QColor accent; ///< focus, links, current values
    QColor accentText; ///< on accent
    QColor important; ///< the important half
    QColor trivial; ///< the trivial half
    QColor better; ///< score went up
    QColor worse; ///< score went down
    QColor track; ///< empty part of bars
    QColor gridLine; ///< lines of charts
    QColor warningBack; ///< the error bar
    QColor warningEdge;
};

const ThemeColors& themeColors(bool dark);
/// The theme a widget's palette belongs to: widgets need no other news of a change.
const ThemeColors& themeColors(const QPalette& palette);
QPalette themePalette(bool dark);

/// Whether a setting of "system", "light" or "dark" means dark now. For "system" the desktop is
/// asked where Qt can (6.5), else `systemPalette`, the palette before any was set, is looked at.
bool wantsDark(const QString& themeWord, const QPalette& systemPalette);

/// Contrast ratio of the web content guidelines, 1..21.
double contrastRatio(const QColor& a, const QColor& b);

} // namespace halflens
