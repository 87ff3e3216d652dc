// SPDX-License-Identifier: BSD-3-Clause
// The image that is shown, whichever it is: followed once, at construction, by everybody who shows something of it.
#pragma once

#include "ui/state/document.h"
#include "ui/state/score_book.h"

#include <QObject>

#include <memory>
#include <optional>

namespace halflens {

/// GUI thread. Passes on the signals of the shown document and of no other. changed() says that all of it is
/// another; the other signals do not come along with it.
class CurrentImage final : public QObject {
    Q_OBJECT

public:
    /// `scores` outlives this.
    explicit CurrentImage(ScoreBook& scores, QObject* parent = nullptr);

    Document* document() const { return m_document; } ///< null: none is shown
    /// Ends a stroke on the one before. The document has to be taken away before it is deleted.
    void setDocument(Document* document);

    bool is(std::uint64_t id) const { return m_document && m_document->id() == id; }
    std::shared_ptr<const LoadedImage> loaded() const; ///< null: none
    const Analysis* analysis() const; ///< by the model chosen, or null while there is none
    const BlockReport* report() const; ///< null while there is none
    bool hasFailed() const { return m_document && m_document->problem(); } ///< no more of it will come
    BlockMask mask() const; ///< empty without a document
    /// What a mask means for the chosen model; nothing when it is not known yet.
    std::optional<MaskedScore> scoreFor(BlockMask hidden) const;
    std::optional<MaskedScore> score() const { return scoreFor(mask()); }

Q_SIGNALS:
    void changed();
    void titleChanged();
    void loadedChanged();
    void analysisChanged();
    void maskChanged();
    void scoresChanged(); ///< one more mask is known for the chosen model
    void focusChanged();

private:
    ScoreBook& m_scores;
    Document* m_document = nullptr;
};

} // namespace halflens
