// SPDX-License-Identifier: BSD-3-Clause
// The paper's Fig. 2 from the opened images, with a live preview of the page that is written.
#pragma once

#include "core/base/result.h"
#include "core/figure/figure_page.h"
#include "core/figure/provenance.h"
#include "ui/state/workspace.h"

#include <QDialog>
#include <QTimer>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace halflens {

class FigurePreview;

/// Images as columns: the shown one, or all opened ones whose results are known. Preview and file
/// are made on the engine; the dialog may be closed meanwhile.
class ExportFigureDialog final : public QDialog {
    Q_OBJECT

public:
    explicit ExportFigureDialog(Workspace& workspace, QWidget* parent = nullptr);

    /// The page as it would be written now, or at another resolution.
    Result<FigurePage> page(std::optional<int> dpi = {}) const;
    /// Writes by suffix; Workspace::exported() or failed() tells the end.
    void exportTo(const QString& path);

private:
    QWidget* makeOptions();
    std::vector<Document*> columns() const;
    Provenance provenance() const;
    void refreshSoon() { m_refresh.start(); }
    void refresh();
    void chooseAndExport();

    Workspace& m_workspace;
    FigurePreview* m_preview;
    QComboBox* m_images = nullptr;
    QCheckBox* m_original = nullptr;
    QCheckBox* m_gridLines = nullptr;
    QLineEdit* m_title = nullptr;
    QLineEdit* m_caption = nullptr;
    QDoubleSpinBox* m_width = nullptr;
    QSpinBox* m_dpi = nullptr;
    QLabel* m_size = nullptr;
    QPushButton* m_export = nullptr;
    QTimer m_refresh; ///< collects quick changes into one
};

} // namespace halflens
