// SPDX-License-Identifier: BSD-3-Clause
// Every score of a mask that the viewer knows, for whichever image and model, in one place.
#pragma once

#include "core/analysis/analysis.h"
#include "core/masking/masked_score.h"
#include "ui/state/document.h"
#include "ui/state/engine_client.h"

#include <QObject>

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace halflens {

/// GUI thread. Masks tried for a model without a table are kept for the session: some hundred bytes each,
/// and each has cost a run of the network.
class ScoreBook final : public QObject {
    Q_OBJECT

public:
    /// Both outlive the book.
    ScoreBook(ModelSource& models, EngineClient& engine, QObject* parent = nullptr);

    /// What `hidden` means for the image and model of the analysis; nothing when nobody knows yet.
    std::optional<MaskedScore> scoreFor(const Analysis& analysis, BlockMask hidden) const;

    /// Has these masks tried in the background where they are not known but as estimates. They are all that
    /// is wanted of this model for this document: what was asked before and is not among them is given up.
    /// The document has its pixels, the analysis is of it.
    void ask(const Document& document, const Analysis& analysis, const std::vector<BlockMask>& masks, Lane lane);
    /// Nothing is wanted any more of a model, or of all models, for the document.
    void giveUp(std::uint64_t document, const std::string& model);
    void giveUp(std::uint64_t document);

Q_SIGNALS:
    void added(std::uint64_t document, const std::string& model);
    void failed(std::uint64_t document, const std::string& model, const halflens::Error& error);

private:
    /// Whose masks these are. The weights, because another model may come under an id.
    struct Page {
        std::string image; ///< hash of its content
        std::string model;
        std::string weights;
        auto operator<=>(const Page&) const = default; // NOLINT(modernize-use-nullptr)
    };
    using Asker = std::pair<std::uint64_t, std::string>; ///< document, model

    static Page pageOf(const Analysis& analysis);
    Slot slotOf(const Asker& asker, BlockMask hidden);
    void submit(const Asker& asker, const Document& document, const Analysis& analysis, BlockMask hidden, Lane lane);
    void cancel(const Asker& asker, const std::set<BlockMask>& masks);

    ModelSource& m_models;
    EngineClient& m_engine;
    std::map<Page, TriedMasks> m_pages;
    std::map<Asker, std::set<BlockMask>> m_asked; ///< and not answered
    std::map<std::string, int> m_numbers; ///< of models, for slots
};

} // namespace halflens
