// SPDX-License-Identifier: BSD-3-Clause
// A table of numbers on the clipboard or in a file: one way for all panels.
#pragma once

#include <QToolButton>

#include <functional>
#include <string>

namespace halflens {

struct Viewer;

/// Asks for a file and writes `csv` there, atomically and never over an opened photo; Workspace::exported() or failed()
/// tells the end. `proposed` is a name without folder and suffix, empty: none. `csv` is called once a file is chosen.
/// Everything outlives the dialog but `parent`, which takes it along.
void saveCsv(Viewer& viewer, QWidget& parent, const QString& title, const QString& proposed,
             std::function<std::string()> csv);

/// "photo-blocks" from the name of the shown photo.
QString csvName(const Viewer& viewer, const QString& what);

/// A button with the choice between both.
class CsvButton final : public QToolButton {
    Q_OBJECT

public:
    /// `what` is the end of the proposed name. `viewer` outlives the button.
    CsvButton(Viewer& viewer, QString what, std::function<std::string()> csv, QWidget* parent = nullptr);

private:
    Viewer& m_viewer;
    QString m_what;
    std::function<std::string()> m_csv;
};

} // namespace halflens
