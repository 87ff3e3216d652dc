// SPDX-License-Identifier: BSD-3-Clause
// The files opened last, newest first.
#pragma once

#include "ui/state/settings.h"

#include <QObject>
#include <QStringList>

namespace halflens {

class RecentFiles final : public QObject {
    Q_OBJECT

public:
    static constexpr int Limit = 10;

    explicit RecentFiles(Settings& settings, QObject* parent = nullptr);

    QStringList paths() const;
    void add(const QString& path);
    void remove(const QString& path);
    void clear();

Q_SIGNALS:
    void changed();

private:
    Settings& m_settings;
};

} // namespace halflens
