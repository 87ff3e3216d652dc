// SPDX-License-Identifier: BSD-3-Clause
// The shown image as all installed models see it, side by side.
#pragma once

#include "ui/state/map_service.h"
#include "ui/state/workspace.h"

#include <QObject>

#include <array>
#include <map>
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
    std::map<BlockMask, Prediction> scores; ///< masks computed one by one, for models without a table
    std::optional<Error> error;

    /// What the mask means for this model: a look-up where there is a table.
    std::optional<MaskedScore> scoreFor(BlockMask mask) const;
};

/// GUI thread. While it is off, models that were looked at before show what the cache has of them;
/// switched on, all others are asked in the background, for each image that is shown.
class Comparison final : public QObject {
    Q_OBJECT

public:
    explicit Comparison(Workspace& workspace, QObject* parent = nullptr);

    bool isOn() const { return m_on; }
    void setOn(bool on);

    const std::vector<ComparedModel>& models() const { return m_models; } ///< in the order of the model source
    Agreement agreement() const;

    void retry(int index); ///< after an error or a cancel
    void cancelWork(); ///< what is there stays
    void reloadModels(); ///< the model source has others now

Q_SIGNALS:
    void changed(); ///< any model of it
    void onChanged(bool on);

private:
    void followDocument();
    void followAnalysis();
    void fill();
    void ask(int index);
    void askScores();
    void take(int index, std::shared_ptr<const Analysis> analysis, std::optional<BlockMask> estimate);
    void stop();
    Slot slotOf(Stage stage, int index) const { return {m_document, stage, index}; }
    ComparedModel& at(int index) { return m_models[static_cast<std::size_t>(index)]; }
    int count() const { return static_cast<int>(m_models.size()); }

    Workspace& m_workspace;
    bool m_on = false;
    std::uint64_t m_document = 0;
    std::vector<ComparedModel> m_models;
};

} // namespace halflens
