// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/figure_maker.h"

#include "core/image/decode.h"
#include "ui/state/text.h"

#include <algorithm>
#include <utility>

namespace halflens {

namespace {

/// The layers' maps count from 0; this one stands beside them, so that neither ends the other's work.
constexpr int FigurePart = 100;

Slot slotOf(std::uint64_t document)
{
    return {document, Stage::Map, FigurePart};
}

/// Minutes of work give way to clicks and start again; what takes a moment does not.
Lane laneOf(const FigureRequest& request)
{
    const bool isLong = request.figure == PaperFigure::Explanations || request.halves == HalvesOf::Model;
    return isLong ? Lane::Batch : Lane::Visible;
}

bool isFailed(const MapStatus& status)
{
    return status.state == WorkState::Failed;
}

} // namespace

FigureMaker::FigureMaker(Workspace& workspace, LayerStack& layers, QObject* parent)
    : QObject(parent)
    , m_workspace(&workspace)
    , m_layers(layers)
{
    connect(&workspace.image(), &CurrentImage::changed, this, &FigureMaker::update);
    connect(&workspace.image(), &CurrentImage::loadedChanged, this, &FigureMaker::update);
    connect(&workspace.documents(), &DocumentList::removed, this, &FigureMaker::update);
    connect(&workspace.analyses(), &AnalysisService::modelChanged, this, &FigureMaker::update);
    connect(&workspace.analyses(), &AnalysisService::optionsChanged, this, &FigureMaker::update);
    connect(&layers, &LayerStack::parametersChanged, this, &FigureMaker::update);
    update();
}

FigureMaker::~FigureMaker()
{
    stop();
}

void FigureMaker::setChoice(const Choice& choice)
{
    if (choice == m_choice)
        return;
    m_choice = choice;
    m_cancelled = false;
    update();
}

FigureRequest FigureMaker::request() const
{
    FigureRequest request;
    request.figure = m_choice.figure;
    request.model = m_workspace->modelId().toStdString();
    request.halves = m_choice.halves;
    request.indicator = m_workspace->options().indicator;
    request.lime = m_layers.parameters().lime;
    request.lime.settle = 0; // figures take all samples, as the command does
    return request;
}

std::vector<FigureMaker::Entry> FigureMaker::wanted() const
{
    std::vector<Entry> entries;
    for (int index = 0; index < m_workspace->count(); ++index) {
        const Document* document = m_workspace->at(index);
        const bool isShown = document == m_workspace->current();
        if (!isShown && !(m_choice.allImages && !document->imageHash().empty()))
            continue;
        Entry entry;
        entry.document = document->id();
        entry.image = m_workspace->imageOf(*document);
        entry.path = document->path();
        entry.name = document->title().toStdString();
        entries.push_back(std::move(entry));
    }
    return entries;
}

/// Asks for what the figure of now needs and is not there or on its way.
void FigureMaker::update()
{
    if (!m_workspace)
        return;
    const FigureRequest now = request();
    std::vector<Entry> entries = wanted();
    const auto isSame = [](const Entry& a, const Entry& b) {
        const bool isReadAgain = a.image && b.image && a.image != b.image; // the file may have changed
        return a.document == b.document && a.name == b.name && !isReadAgain;
    };
    const bool isOther =
        now != m_request || !std::equal(entries.begin(), entries.end(), m_entries.begin(), m_entries.end(), isSame);
    if (isOther) {
        stop();
        if (now == m_request) { // other images: what is there stays
            for (Entry& entry : entries) {
                if (Entry* known = entryOf(entry.document); known && known->contents && isSame(*known, entry))
                    entry = std::move(*known);
            }
        }
        m_request = now;
        m_entries = std::move(entries);
        m_cancelled = false;
    }
    for (std::size_t i = 0; i < m_entries.size() && !m_cancelled && !m_request.model.empty(); ++i) {
        if (m_entries[i].status.state == WorkState::Absent)
            ask(i);
    }
    summarize();
}

FigureMaker::Entry* FigureMaker::entryOf(std::uint64_t document)
{
    const auto found = std::find_if(m_entries.begin(), m_entries.end(),
                                    [&](const Entry& entry) { return entry.document == document; });
    return found == m_entries.end() ? nullptr : &*found;
}

void FigureMaker::ask(std::size_t index)
{
    Entry& entry = m_entries[index];
    entry.status = {WorkState::Working, -1, {}, {}};
    const std::uint64_t document = entry.document;
    m_workspace->engine().submit(
        {slotOf(document),
         laneOf(m_request),
         {},
         [request = m_request, image = entry.image, path = toPath(entry.path), name = entry.name,
          &models = m_workspace->models(), &cache = m_workspace->cache()](const JobContext& context) -> Outcome {
             Result<std::shared_ptr<const Image>> photo = image ? image : readImage(path);
             if (!photo)
                 return std::move(photo).error();
             Result<std::shared_ptr<const FigureContents>> contents =
                 figureContents(*photo, name, request, models, cache, context);
             if (!contents)
                 return std::move(contents).error();
             return Artifact(*std::move(contents));
         }},
        {[this, document](const Outcome& outcome) {
             Entry* arrived = entryOf(document);
             if (!arrived)
                 return;
             if (outcome) {
                 arrived->contents = outcome->as<FigureContents>();
                 arrived->status = {WorkState::Ready, 1, {}, {}};
             } else {
                 arrived->status = {WorkState::Failed, -1, {}, outcome.error()};
             }
             summarize();
         },
         {},
         [this, document](const Progress& progress) {
             if (Entry* working = entryOf(document)) {
                 working->status.fraction = progress.fraction;
                 working->status.text = toQt(progress.text);
                 summarize();
             }
         }});
}

/// One status of all images: an error at once, else the image being worked on.
void FigureMaker::summarize()
{
    if (m_cancelled)
        return;
    if (m_entries.empty()) {
        setStatus(
            {WorkState::Failed, -1, {}, Error{ErrorCode::InvalidInput, "figure", "there is no image", "open one", {}}});
        return;
    }
    if (m_request.model.empty()) {
        setStatus(
            {WorkState::Failed,
             -1,
             {},
             Error{ErrorCode::Model, "figure", "there is no model", "install one under Model, Manage models", {}}});
        return;
    }
    const Entry* working = nullptr;
    for (const Entry& entry : m_entries) {
        if (isFailed(entry.status)) {
            setStatus(entry.status);
            return;
        }
        const bool isUnderWay = entry.status.state == WorkState::Working && !entry.status.text.isEmpty();
        if (entry.status.state != WorkState::Ready && (!working || (isUnderWay && working->status.text.isEmpty())))
            working = &entry;
    }
    if (!working) {
        setStatus({WorkState::Ready, 1, {}, {}});
        return;
    }
    MapStatus status{WorkState::Working, working->status.fraction, working->status.text, {}};
    if (status.text.isEmpty())
        status.text = tr("Waiting for other work");
    else if (m_entries.size() > 1)
        status.text = QString::fromStdString(working->name) + QStringLiteral(": ") + status.text;
    setStatus(std::move(status));
}

void FigureMaker::setStatus(MapStatus status)
{
    m_status = std::move(status);
    Q_EMIT changed();
}

void FigureMaker::retry()
{
    m_cancelled = false;
    for (Entry& entry : m_entries) {
        if (isFailed(entry.status))
            entry.status = {};
    }
    update();
}

void FigureMaker::cancel()
{
    if (m_status.state != WorkState::Working)
        return;
    stop();
    m_cancelled = true;
    setStatus({WorkState::Absent, -1, {}, {}});
}

void FigureMaker::stop()
{
    for (Entry& entry : m_entries) {
        if (entry.status.state != WorkState::Working)
            continue;
        if (m_workspace)
            m_workspace->engine().cancel(slotOf(entry.document));
        entry.status = {};
    }
}

Result<ComposedFigure> FigureMaker::compose(const FigureStyle& style) const
{
    if (m_status.error)
        return *m_status.error;
    if (m_status.state != WorkState::Ready)
        return Error{
            ErrorCode::InvalidInput, "figure", "the contents of the figure are not there yet", "wait for them", {}};
    std::vector<std::shared_ptr<const FigureContents>> contents;
    contents.reserve(m_entries.size());
    for (const Entry& entry : m_entries)
        contents.push_back(entry.contents);
    return composeFigure(m_request, contents, style);
}

} // namespace halflens
