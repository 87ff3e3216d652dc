// SPDX-License-Identifier: BSD-3-Clause
// The shown image as all installed models see it, side by side.
#pragma once

#include "ui/state/work_state.h"
#include "ui/state/workspace.h"

#include <QObject>

#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace halflens {

/// What a comparison has of one model.
struct ComparedModel {
    ModelEntry entry;
    WorkState state = WorkState::Absent;
    double fraction = -1; ///< of the work, while it is known
    std::shared_ptr<const Analysis> analysis; ///< prediction, and a report where the model has a table
    std::optional<BlockMask> important; ///< its important half, from the table or from single blocks
    bool isEstimate = false; ///< the half comes from some of the masks only
    std::optional<Error> error;
};

/// GUI thread. While it is off, models that were looked at before show what the cache has of them;
/// switched on, all others are asked in the background, for each image that is shown.
class Comparison final : public QObject {
    Q_OBJECT

public:
    static constexpr int AllModels = -1;

    explicit Comparison(Workspace& workspace, QObject* parent = nullptr);

    bool isOn() const { return m_on; }
    void setOn(bool on);

    const std::vector<ComparedModel>& models() const { return m_models; } ///< in the order of the model source
    Agreement agreement() const;
    /// What the mask means for a model; nothing when nobody knows yet.
    std::optional<MaskedScore> scoreFor(const ComparedModel& model, BlockMask mask) const;

    void retry(int index); ///< after an error or a cancel
    void cancelWork(); ///< what is there stays

Q_SIGNALS:
    void changed(int index, halflens::Change what); ///< of one model, or of AllModels
    void modelsChanged(); ///< the list is another one
    void onChanged(bool on);

private:
    void reloadModels();
    void followImage();
    void followAnalysis();
    void followScores(std::uint64_t document, const std::string& model, const std::optional<Error>& error);
    bool fill();
    void ask(int index);
    void askScores();
    bool take(int index, std::shared_ptr<const Analysis> analysis, std::optional<BlockMask> estimate);
    bool stop();
    const Document* document() const; ///< the shown one when it has its pixels, else null
    bool isShown(const ComparedModel& model) const;
    Slot slotOf(int index) const { return {m_document, Stage::Comparison, index}; }
    ComparedModel& at(int index) { return m_models[static_cast<std::size_t>(index)]; }
    int count() const { return static_cast<int>(m_models.size()); }

    Workspace& m_workspace;
    bool m_on = false;
    std::uint64_t m_document = 0; ///< whose results are asked for; 0: none
    std::vector<ComparedModel> m_models;
};

} // namespace halflens
