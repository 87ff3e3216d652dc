// SPDX-License-Identifier: BSD-3-Clause
#include "ui/window/theme_controller.h"

#include "ui/state/theme.h"

#include <QApplication>
#include <QStyleFactory>
#include <QStyleHints>
#include <QToolTip>

namespace halflens {

ThemeController::ThemeController(Settings& settings, QObject* parent)
    : QObject(parent)
    , m_settings(settings)
    , m_systemPalette(QApplication::palette())
{
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    connect(&settings, &Settings::changed, this, [this](const QString& key) {
        if (key == setting::Theme)
            apply();
    });
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    connect(QGuiApplication::styleHints(), &QStyleHints::colorSchemeChanged, this, &ThemeController::apply);
#endif
    apply();
}

void ThemeController::apply()
{
    const QPalette palette = themePalette(wantsDark(m_settings.word(setting::Theme), m_systemPalette));
    QApplication::setPalette(palette);
    QToolTip::setPalette(palette);
}

} // namespace halflens
