// SPDX-License-Identifier: BSD-3-Clause
// Which files a figure is written into: one tick a format, and names made from the photo's.
#pragma once

#include <QStringList>
#include <QWidget>

#include <array>

class QCheckBox;

namespace halflens {

class FigureFormats final : public QWidget {
    Q_OBJECT

public:
    explicit FigureFormats(QWidget* parent = nullptr);
    QStringList chosen() const; ///< suffixes without a dot; never none
    /// The file of that name in every chosen format, and in that of its own suffix, first.
    QStringList filesOf(const QString& path) const;

private:
    std::array<QCheckBox*, 3> m_boxes{};
};

/// "holiday-fig2" from "…/holiday.jpg"; "figure-fig2" for a photo without a name.
QString figureName(const QString& photo, const QString& figure);

} // namespace halflens
