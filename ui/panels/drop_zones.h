// SPDX-License-Identifier: BSD-3-Clause
// Where a photo dragged over another one may be dropped: to be opened, or as the second version of what is shown.
#pragma once

#include <QWidget>

class QMimeData;

namespace halflens {

/// Lies over its parent, hidden but while something is dragged.
class DropZones final : public QWidget {
    Q_OBJECT

public:
    enum class Zone { Open, Compare };

    explicit DropZones(QWidget* parent);

    /// The one file that may be compared; empty for anything else.
    static QString singleFile(const QMimeData& content);

    /// Shows both zones over the photo called `shown`.
    void begin(const QString& shown);
    /// The pointer is at `position` of the parent; that zone is lit.
    void follow(QPoint position);
    void end();
    bool isOn() const { return isVisible(); }
    Zone zone() const { return m_zone; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QRect rectOf(Zone zone) const;

    QString m_shown;
    Zone m_zone = Zone::Open;
};

} // namespace halflens
