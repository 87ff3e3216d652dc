// SPDX-License-Identifier: BSD-3-Clause
// Pinned masks: their scores on the photo they come from, and their effect on all photos of the list.
#pragma once

#include "core/analysis/mask_effect.h"
#include "core/session/scenario.h"
#include "ui/state/comparison.h"

#include <QObject>
#include <QString>

#include <optional>
#include <vector>

namespace halflens {

/// GUI thread. Scores are what the viewer knows of the photo anyway; only measuring an effect runs the model.
class ScenarioBook final : public QObject {
    Q_OBJECT

public:
    /// Both outlive the book.
    ScenarioBook(Workspace& workspace, Comparison& comparison, QObject* parent = nullptr);

    const std::vector<Scenario>& scenarios() const { return m_scenarios; }
    const Scenario& at(int index) const { return m_scenarios[static_cast<std::size_t>(index)]; }
    int count() const { return static_cast<int>(m_scenarios.size()); }
    bool isPinnedOn(const std::string& image) const; ///< Image::contentHash
    void restore(std::vector<Scenario> scenarios);

    int pin(); ///< the mask of the shown photo; its index, -1 without a photo
    void apply(int index); ///< hides its blocks in the shown photo, undoably
    void rename(int index, const QString& name); ///< nothing when it is empty
    void setNote(int index, const QString& note); ///< cut to Scenario::LongestNote
    void remove(int index);

    /// What models say of the scenario on the shown photo, as far as it is known.
    std::vector<ScenarioScore> shownScores(const Scenario& scenario) const;
    /// In the words of a person: both scores by each model that knows both, and the difference.
    QString comparisonText(int a, int b) const;

    /// Scores every photo of the list whole and with the blocks hidden, by the chosen model, one at a time while
    /// nobody waits for anything else. Ends one that is on its way.
    void measureEffect(int index);
    void cancelEffect(); ///< what was measured of it so far goes
    int measured() const { return m_run ? m_run->scenario : -1; } ///< the one on its way; -1: none
    int measuredPhotos() const { return m_run ? m_run->next : 0; } ///< of wantedPhotos()
    int wantedPhotos() const { return m_run ? static_cast<int>(m_run->photos.size()) : 0; }

    /// A table with a line for each scenario, photo and model: scores of the photos they were pinned on, and of all
    /// photos an effect was measured on since the start.
    std::string toCsv() const;

Q_SIGNALS:
    void changed(); ///< one of them, or their number
    void effectProgressed();
    void pinned(int index);

private:
    struct Photo {
        std::uint64_t document = 0;
        QString path;
        std::string name;
    };
    struct Row {
        std::string photo; ///< file name
        std::string image; ///< Image::contentHash
        ScenarioScore score;
    };
    struct Run {
        int scenario = 0;
        std::string model;
        std::string modelName;
        std::vector<Photo> photos;
        int next = 0;
        int without = 0;
        std::vector<MaskEffect> effects;
        std::vector<Row> rows;
    };

    void followScores();
    void submitNext();
    void arrived(const Outcome& outcome);
    void finishEffect();
    QString newName() const;

    Workspace& m_workspace;
    Comparison& m_comparison;
    std::vector<Scenario> m_scenarios;
    std::optional<Run> m_run;
    std::vector<std::vector<Row>> m_rows; ///< of effects, by scenario
};

} // namespace halflens
