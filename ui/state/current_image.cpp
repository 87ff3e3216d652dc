// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/current_image.h"

#include <utility>

namespace halflens {

CurrentImage::CurrentImage(ScoreBook& scores, QObject* parent)
    : QObject(parent)
    , m_scores(scores)
{
    connect(&scores, &ScoreBook::added, this, [this](std::uint64_t document, const std::string& model) {
        if (is(document) && analysis() && analysis()->model.id == model)
            Q_EMIT scoresChanged();
    });
}

void CurrentImage::setDocument(Document* document)
{
    if (document == m_document)
        return;
    if (Document* before = std::exchange(m_document, nullptr)) {
        before->disconnect(this);
        before->endStroke();
    }
    m_document = document;
    if (document) {
        connect(document, &Document::titleChanged, this, &CurrentImage::titleChanged);
        connect(document, &Document::loadedChanged, this, &CurrentImage::loadedChanged);
        connect(document, &Document::analysisChanged, this, &CurrentImage::analysisChanged);
        connect(document, &Document::maskChanged, this, &CurrentImage::maskChanged);
        connect(document, &Document::focusedBlockChanged, this, &CurrentImage::focusChanged);
    }
    Q_EMIT changed();
}

std::shared_ptr<const LoadedImage> CurrentImage::loaded() const
{
    return m_document ? m_document->loaded() : nullptr;
}

const Analysis* CurrentImage::analysis() const
{
    return m_document ? m_document->analysis().get() : nullptr;
}

const BlockReport* CurrentImage::report() const
{
    const Analysis* known = analysis();
    return known && known->report ? &*known->report : nullptr;
}

BlockMask CurrentImage::mask() const
{
    return m_document ? m_document->mask() : BlockMask();
}

std::optional<MaskedScore> CurrentImage::scoreFor(BlockMask hidden) const
{
    const Analysis* known = analysis();
    return known ? m_scores.scoreFor(*known, hidden) : std::nullopt;
}

} // namespace halflens
