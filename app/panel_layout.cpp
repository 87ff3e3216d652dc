// SPDX-License-Identifier: BSD-3-Clause
#include "app/panel_layout.h"

#include "core/base/file.h"
#include "core/figure/figure_layout.h"
#include "core/figure/figure_text.h"
#include "core/image/decode.h"

#include <algorithm>
#include <map>

namespace halflens {

namespace {

class LayoutFiller {
public:
    LayoutFiller(const LayoutSubject& subject, ModelLoader& loader, const JobContext& context)
        : m_subject(subject)
        , m_loader(loader)
        , m_context(context)
    { }

    Result<CellContent> contentOf(const LayoutCell& cell)
    {
        const auto index = static_cast<std::size_t>(cell.image);
        const Result<std::shared_ptr<const Image>> photo = image(index);
        if (!photo)
            return photo.error();
        const std::string& model = cell.model.empty() ? m_subject.request.model : cell.model;
        CellContent content{*photo, {}, cell.hidden, baseName(m_subject.files[index]), {}};
        using Content = LayoutCell::Content;
        if (cell.content == Content::Important || cell.content == Content::Trivial) {
            const Result<std::shared_ptr<const Analysis>> halves =
                halvesFrom(**photo, m_subject.request.halves, model, m_subject.request.indicator, m_loader.models(),
                           m_loader.cache(), m_context);
            if (!halves)
                return halves.error();
            const BlockReport& report = *(*halves)->report;
            content.hidden = cell.content == Content::Important ? report.trivial : report.important;
        }
        if (cell.caption.find("{score}") != std::string::npos) {
            const Result<std::shared_ptr<const Predictor>> network = m_loader.models().load(model);
            if (!network)
                return network.error();
            const Result<Fed> fed = feed(**photo, **network, {}, m_context.stop());
            if (!fed)
                return fed.error();
            content.score = formatNumber(fed->prediction.score, 2).toStdString();
        }
        if (cell.content == Content::Map) {
            Result<std::shared_ptr<const ImageMap>> map = this->map(**photo, cell.map, model);
            if (!map)
                return std::move(map).error();
            if ((*map)->request.kind == MapKind::Objectness || (*map)->request.kind == MapKind::Averaged)
                m_objectness = (*map)->source;
            content.map = {*map, &(*map)->map};
        }
        return content;
    }

    /// Files that the layout used.
    Provenance provenance(const std::string& title) const
    {
        Provenance provenance;
        provenance.figure = baseName(m_subject.layout.string());
        provenance.title = title;
        for (const auto& [index, image] : m_images)
            provenance.sources.push_back({baseName(m_subject.files[index]), image->contentHash, {}});
        if (!m_objectness.empty())
            provenance.settings["objectness"] = m_objectness;
        return provenance;
    }

private:
    Result<std::shared_ptr<const Image>> image(std::size_t index)
    {
        if (index >= m_subject.files.size())
            return Error{ErrorCode::InvalidInput,
                         "layout",
                         "there is no image " + std::to_string(index) + ", the command names "
                             + std::to_string(m_subject.files.size()),
                         "number the images from 0",
                         {}};
        if (const auto known = m_images.find(index); known != m_images.end())
            return known->second;
        Result<std::shared_ptr<const Image>> read = readImage(m_subject.files[index], m_subject.decode);
        if (read)
            m_images[index] = *read;
        return read;
    }

    Result<std::shared_ptr<const ImageMap>> map(const Image& photo, const std::string& word, const std::string& model)
    {
        const Result<MapKind> kind = mapKindFromString(word);
        if (!kind)
            return kind.error();
        MapRequest request;
        request.kind = *kind;
        request.lime = m_subject.request.lime;
        return makeMap(photo, request, model, m_loader.models(), m_loader.cache(), m_context);
    }

    const LayoutSubject& m_subject;
    ModelLoader& m_loader;
    const JobContext& m_context;
    std::map<std::size_t, std::shared_ptr<const Image>> m_images;
    std::string m_objectness;
};

} // namespace

std::string baseName(const std::string& file)
{
    return std::filesystem::path(file).filename().string();
}

Result<ComposedFigure> freeLayout(const LayoutSubject& subject, ModelLoader& loader, const JobContext& context)
{
    constexpr std::size_t MaxLayoutBytes = 1 << 20;
    const Result<std::vector<std::uint8_t>> bytes = readFile(subject.layout, MaxLayoutBytes);
    if (!bytes)
        return bytes.error();
    Result<FigureLayout> layout = parseFigureLayout(std::string(bytes->begin(), bytes->end()));
    if (!layout)
        return std::move(layout).error().withFile(subject.layout.string());
    if (!subject.title.empty())
        layout->title = subject.title;
    if (!subject.caption.empty())
        layout->caption = subject.caption;
    LayoutFiller filler(subject, loader, context);
    Result<PanelGrid> grid = layoutGrid(*layout, [&](const LayoutCell& cell) { return filler.contentOf(cell); });
    if (!grid)
        return std::move(grid).error();
    return ComposedFigure{*std::move(grid), filler.provenance(subject.title)};
}

} // namespace halflens
