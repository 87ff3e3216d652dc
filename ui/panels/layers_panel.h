// SPDX-License-Identifier: BSD-3-Clause
// What lies over the photo: overlay, opacity, colours, grid. All of it is a setting.
#pragma once

#include "ui/state/settings.h"

#include <QWidget>

class QComboBox;
class QCheckBox;
class QSlider;

namespace halflens {

class LayersPanel final : public QWidget {
    Q_OBJECT

public:
    explicit LayersPanel(Settings& settings, QWidget* parent = nullptr);

private:
    QComboBox* addChoice(const QString& key, const QString& objectName);
    QCheckBox* addFlag(const QString& key, const QString& text);

    Settings& m_settings;
};

} // namespace halflens
