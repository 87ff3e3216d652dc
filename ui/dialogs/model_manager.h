// SPDX-License-Identifier: BSD-3-Clause
// The installed models: what each is, taking in files by button or by dropping them, checking, removing,
// and where published files come from.
#pragma once

#include "core/analysis/model_library.h"
#include "ui/state/engine_client.h"

#include <QDialog>
#include <QStringList>

#include <functional>
#include <vector>

class QLabel;
class QProgressBar;
class QPushButton;
class QTabWidget;
class QTextBrowser;
class QTreeWidget;

namespace halflens {

class ElidedLabel;

/// Imports and checks run on the engine, one after the other; closing the dialog stops them.
class ModelManager final : public QDialog {
    Q_OBJECT

public:
    /// Both outlive the dialog.
    ModelManager(ModelLibrary& library, EngineClient& engine, QWidget* parent = nullptr);
    ~ModelManager() override;

    /// Takes files in, one after the other. A TorchScript file goes with the .json beside it that has its name.
    void importFiles(const QStringList& paths);
    QString selectedId() const;
    QString message() const; ///< the line that says how the last step went

Q_SIGNALS:
    void modelsChanged(); ///< a model came or went

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QWidget* makeInstalled();
    QWidget* makePublished();
    QWidget* makeFoot();
    void fill(const QString& select = {});
    void showDetails();
    void chooseFiles();
    void importNext();
    void verify();
    void remove();
    /// Runs `work` on the engine, then `done` here; a failure is said.
    void run(Slot slot, const QString& step, std::function<Status(const JobContext&)> work, std::function<void()> done);
    void setBusy(const QString& step);
    void say(const QString& text, bool isError = false);
    void updateButtons();

    ModelLibrary& m_library;
    EngineClient& m_engine;
    std::vector<ModelRecord> m_records;
    QStringList m_waiting; ///< files still to be taken in
    bool m_busy = false;
    bool m_isError = false;

    QTabWidget* m_tabs = nullptr;
    QTreeWidget* m_list = nullptr;
    QTextBrowser* m_details = nullptr;
    QPushButton* m_import = nullptr;
    QPushButton* m_verify = nullptr;
    QPushButton* m_remove = nullptr;
    QPushButton* m_cancel = nullptr;
    QProgressBar* m_progress = nullptr;
    QLabel* m_message = nullptr;
};

} // namespace halflens
