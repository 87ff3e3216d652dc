// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/theme.h"

#include <QGuiApplication>
#include <QStyleHints>

#include <algorithm>
#include <cmath>

namespace halflens {

const ThemeColors& themeColors(bool dark)
{
    static const ThemeColors light{
        .dark = false,
        .canvas = QColor(0xd9dbde),
        .card = QColor(0xffffff),
        .cardEdge = QColor(0xd3d6da),
        .text = QColor(0x1d2126),
        .mutedText = QColor(0x5a626c),
        .accent = QColor(0x1f66b0),
        .accentText = QColor(0xffffff),
        .important = QColor(0xd55e00),
        .trivial = QColor(0x0072b2),
        .better = QColor(0x1a7340),
        .worse = QColor(0xb3341a),
        .track = QColor(0xe4e6e9),
        .gridLine = QColor(0xe1e4e7),
        .warningBack = QColor(0xfdf0d5),
        .warningEdge = QColor(0xd9a441),
    };
    static const ThemeColors darkColors{
        .dark = true,
        .canvas = QColor(0x17191c),
        .card = QColor(0x34383e),
        .cardEdge = QColor(0x454a51),
        .text = QColor(0xe6e8eb),
        .mutedText = QColor(0xa3abb5),
        .accent = QColor(0x6cb2f5),
        .accentText = QColor(0x0d1a26),
        .important = QColor(0xf28e3c),
        .trivial = QColor(0x56b4e9),
        .better = QColor(0x6cc98c),
        .worse = QColor(0xf28b74),
        .track = QColor(0x4a4f56),
        .gridLine = QColor(0x43484f),
        .warningBack = QColor(0x46391c),
        .warningEdge = QColor(0xb98a2f),
    };
    return dark ? darkColors : light;
}

const ThemeColors& themeColors(const QPalette& palette)
{
    return themeColors(palette.color(QPalette::Window).lightness() < 128);
}

QPalette themePalette(bool dark)
{
    const ThemeColors& colors = themeColors(dark);
    const QColor window = dark ? QColor(0x292c31) : QColor(0xf1f2f4);
    const QColor button = dark ? QColor(0x3a3f46) : QColor(0xf6f7f8);
    const QColor disabled = dark ? QColor(0x777e87) : QColor(0x9aa1a9);
    QPalette palette;
    palette.setColor(QPalette::Window, window);
    palette.setColor(QPalette::WindowText, colors.text);
    palette.setColor(QPalette::Base, dark ? QColor(0x1a1c1f) : QColor(0xffffff));
    palette.setColor(QPalette::AlternateBase, dark ? QColor(0x202327) : QColor(0xf6f7f9));
    palette.setColor(QPalette::Text, colors.text);
    palette.setColor(QPalette::PlaceholderText, colors.mutedText);
    palette.setColor(QPalette::Button, button);
    palette.setColor(QPalette::ButtonText, colors.text);
    palette.setColor(QPalette::BrightText, QColor(0xffffff));
    palette.setColor(QPalette::ToolTipBase, dark ? QColor(0x3a3e44) : QColor(0xffffff));
    palette.setColor(QPalette::ToolTipText, colors.text);
    palette.setColor(QPalette::Highlight, colors.accent);
    palette.setColor(QPalette::HighlightedText, colors.accentText);
    palette.setColor(QPalette::Link, colors.accent);
    palette.setColor(QPalette::LinkVisited, colors.accent);
    palette.setColor(QPalette::Light, dark ? QColor(0x43484f) : QColor(0xffffff));
    palette.setColor(QPalette::Midlight, dark ? QColor(0x3a3e44) : QColor(0xe9ebee));
    palette.setColor(QPalette::Mid, dark ? QColor(0x1c1e21) : QColor(0xc3c7cc));
    palette.setColor(QPalette::Dark, dark ? QColor(0x141618) : QColor(0xa2a8af));
    palette.setColor(QPalette::Shadow, dark ? QColor(Qt::black) : QColor(0x70767d));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText})
        palette.setColor(QPalette::Disabled, role, disabled);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, dark ? QColor(0x3a3e44) : QColor(0xd3d6da));
    return palette;
}

bool wantsDark(const QString& themeWord, const QPalette& systemPalette)
{
    if (themeWord != QLatin1String("system"))
        return themeWord == QLatin1String("dark");
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    const Qt::ColorScheme scheme = QGuiApplication::styleHints()->colorScheme();
    if (scheme != Qt::ColorScheme::Unknown)
        return scheme == Qt::ColorScheme::Dark;
#endif
    return systemPalette.color(QPalette::Window).lightness() < systemPalette.color(QPalette::WindowText).lightness();
}

double contrastRatio(const QColor& a, const QColor& b)
{
    const auto luminance = [](const QColor& color) {
        const auto linear = [](double channel) {
            return channel <= 0.03928 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
        };
        return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
    };
    const double la = luminance(a);
    const double lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

} // namespace halflens
