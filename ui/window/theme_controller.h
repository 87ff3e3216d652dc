// SPDX-License-Identifier: BSD-3-Clause
// Puts the chosen palette on the application and follows setting and desktop.
#pragma once

#include "ui/state/settings.h"

#include <QObject>
#include <QPalette>

namespace halflens {

/// One for the life of the application. The style is Fusion everywhere, so that light and dark
/// look the same on every desktop.
class ThemeController final : public QObject {
    Q_OBJECT

public:
    explicit ThemeController(Settings& settings, QObject* parent = nullptr);

private:
    void apply();

    Settings& m_settings;
    QPalette m_systemPalette; ///< before anything was changed
};

} // namespace halflens
