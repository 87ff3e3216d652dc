// SPDX-License-Identifier: BSD-3-Clause
// The paper's three figures, the difference of two versions and pinned scenarios, from the opened images, with a live
// preview of the page that is written.
#pragma once

#include "core/base/result.h"
#include "core/session/scenario_figure.h"
#include "ui/dialogs/figure_drag.h"
#include "ui/state/figure_maker.h"
#include "ui/state/version_service.h"
#include "ui/state/workspace.h"

#include <QDialog>
#include <QTimer>

#include <array>
#include <optional>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QSlider;
class QSpinBox;

namespace halflens {

class FigureFormats;
class FigurePreview;
class ScenarioBook;
struct Viewer;

/// Of the shown image, or of all that were looked at: columns of Fig. 2, rows of Figs. 1 and 3. Opens as it was left.
/// What they show is made while the dialog is open, and closing it ends that. Preview and file are made on the
/// engine; the dialog may be closed before the file is written, which is the one of `halflens panel`.
class ExportFigureDialog final : public QDialog {
    Q_OBJECT

public:
    explicit ExportFigureDialog(Viewer& viewer, QWidget* parent = nullptr); ///< `viewer` outlives the dialog

    /// The page as it would be written now, or at another resolution. An error while its contents are not there.
    Result<FigurePage> page(std::optional<int> dpi = {}) const;
    /// Writes each by its suffix; Workspace::exported(), once a file, or failed() tells the end. The dialog stays.
    void exportTo(const QStringList& paths);
    void exportTo(const QString& path) { exportTo(QStringList{path}); }
    /// Ends what is made for the figure; the dialog offers to start again.
    void cancelWork() { m_maker->cancel(); }

private:
    QWidget* makeOptions();
    void addOptions(QFormLayout& form, QWidget* panel);
    QWidget* makeProgress(QWidget* panel);
    void connectOptions();
    PaperFigure figure() const;
    FigureStyle look() const;
    bool isPaper() const; ///< a figure of the paper; else that of two versions, or of scenarios
    bool isDifference() const; ///< of the two versions that are compared
    void offerOthers();
    ScenarioFigure scenarioFigure() const;
    std::size_t opacityPlace() const; ///< of the chosen figure in the array of opacities
    MapStatus status() const;
    Result<ComposedFigure> composed() const;
    void chooseFigure();
    void choose();
    void refreshSoon() { m_refresh.start(); }
    void refresh();
    void showProgress();
    void showMessage(const QString& message);
    Result<LaidOutFigure> laidOut(std::optional<int> dpi = {}) const;
    QString proposedName() const; ///< without folder and suffix
    void chooseAndExport();

    Settings& m_settings;
    Workspace& m_workspace;
    LayerStack& m_layers;
    VersionService& m_versions;
    const ScenarioBook& m_scenarios;
    FigureMaker* m_maker;
    FigurePreview* m_preview;
    QFormLayout* m_form = nullptr;
    QComboBox* m_figure = nullptr;
    QComboBox* m_images = nullptr;
    QComboBox* m_halves = nullptr;
    QCheckBox* m_original = nullptr;
    QCheckBox* m_gridLines = nullptr;
    QWidget* m_opacityRow = nullptr;
    QSlider* m_opacity = nullptr;
    QLabel* m_opacityText = nullptr;
    QCheckBox* m_colorBars = nullptr;
    QCheckBox* m_turned = nullptr;
    QLabel* m_lime = nullptr;
    QLineEdit* m_title = nullptr;
    QLineEdit* m_caption = nullptr;
    QDoubleSpinBox* m_width = nullptr;
    QSpinBox* m_dpi = nullptr;
    FigureFormats* m_formats = nullptr;
    QLabel* m_size = nullptr;
    QLabel* m_written = nullptr;
    QWidget* m_progressBox = nullptr;
    QLabel* m_progressText = nullptr;
    QProgressBar* m_progress = nullptr;
    QPushButton* m_again = nullptr;
    QPushButton* m_export = nullptr;
    std::array<int, 3> m_opacityPercent; ///< of Figs. 1 and 3 and the difference, so that each keeps its own
    QTimer m_refresh; ///< collects quick changes into one
};

} // namespace halflens
