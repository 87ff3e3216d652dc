// SPDX-License-Identifier: BSD-3-Clause
// The preferences page, made from the table of settings. Changes work at once.
#pragma once

#include "ui/state/settings.h"

#include <QDialog>

namespace halflens {

class PreferencesDialog final : public QDialog {
    Q_OBJECT

public:
    explicit PreferencesDialog(Settings& settings, QWidget* parent = nullptr);
    /// Gives the keyboard to the editor of a setting of the page.
    void showSetting(const QString& key);

private:
    QWidget* editorFor(const SettingSpec& spec);

    Settings& m_settings;
};

} // namespace halflens
