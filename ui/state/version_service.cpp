// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/version_service.h"

#include "core/image/resize.h"
#include "ui/state/image_jobs.h"
#include "ui/state/text.h"

#include <QFileInfo>
#include <QUndoCommand>

#include <algorithm>
#include <utility>

namespace halflens {

/// An undoable exchange of blocks.
class ExchangeCommand final : public QUndoCommand {
public:
    ExchangeCommand(VersionService& versions, BlockMask before, BlockMask after, const QString& label)
        : QUndoCommand(label)
        , m_versions(versions)
        , m_before(before)
        , m_after(after)
    { }
    void undo() override { m_versions.setFromB(m_before); }
    void redo() override { m_versions.setFromB(m_after); }

private:
    VersionService& m_versions; ///< owns the stack that owns this
    BlockMask m_before;
    BlockMask m_after;
};

namespace {

constexpr int FirstPart = 1000; ///< beside the parts of the other services

/// B at A's size. Worker thread.
Outcome secondPhoto(const Image& first, const Outcome& read, const JobContext& context)
{
    if (!read)
        return read.error();
    auto photo = std::make_shared<SecondPhoto>();
    photo->shown = read->as<LoadedImage>();
    photo->image = photo->shown->image;
    if (Status fits = comparable(first, *photo->image); !fits)
        return std::move(fits).error();
    if (photo->image->width != first.width || photo->image->height != first.height) {
        context.report(-1, "Bringing the second photo to the size of the first");
        Result<Image> fitted = resizedImage(*photo->image, first.width, first.height);
        if (!fitted)
            return std::move(fitted).error();
        auto shown = std::make_shared<LoadedImage>();
        shown->image = std::make_shared<const Image>(*std::move(fitted));
        shown->pyramid = ImagePyramid::build(shown->image);
        photo->shown = std::move(shown);
    }
    return Artifact(std::shared_ptr<const SecondPhoto>(std::move(photo)));
}

Outcome compareJob(const Image& a, const Image& b, const ModelEntry& entry, ModelSource& models,
                   const JobContext& context)
{
    context.report(-1, "Comparing two versions: " + entry.name);
    const Result<std::shared_ptr<const Predictor>> predictor = models.load(entry.id);
    if (!predictor)
        return predictor.error();
    VersionComparisonOptions options;
    options.by = (*predictor)->info().masksAttention ? ExchangeBy::Tokens : ExchangeBy::Pixels;
    TableSink sink;
    sink.progress = [&](int done, int wanted) {
        context.report(static_cast<double>(done) / std::max(1, wanted),
                       "Comparing two versions, " + entry.name + ": " + std::to_string(done) + " of "
                           + std::to_string(wanted) + " composites");
    };
    sink.publishSeconds = 0; // as often as estimates are cheap
    std::optional<TableCache> cache;
    if (options.by == ExchangeBy::Pixels)
        cache.emplace();
    Result<VersionComparison> comparison = compareVersions(
        a, b, **predictor, options, cache ? &*cache : nullptr, context.stop(), sink,
        [&](VersionComparison soFar) { context.publish(std::make_shared<const VersionComparison>(std::move(soFar))); });
    if (!comparison)
        return std::move(comparison).error();
    return Artifact(std::make_shared<const VersionComparison>(*std::move(comparison)));
}

} // namespace

VersionService::VersionService(Workspace& workspace, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
{
    connect(&workspace.image(), &CurrentImage::changed, this, &VersionService::stop);
    connect(&workspace.image(), &CurrentImage::loadedChanged, this, [this] {
        if (const auto loaded = m_workspace.image().loaded(); loaded != m_first)
            stop(); // the file was read again
    });
    connect(&workspace.analyses(), &AnalysisService::modelChanged, this, [this] {
        for (int index = 0; index < static_cast<int>(m_verdicts.size()); ++index) {
            const VersionVerdict& verdict = m_verdicts[static_cast<std::size_t>(index)];
            if (isChosen(verdict) && verdict.state != WorkState::Ready)
                ask(index); // it overtakes the others
        }
        Q_EMIT verdictsChanged();
    });
    connect(&workspace.analyses(), &AnalysisService::modelsChanged, this, [this] {
        if (!isOn())
            return;
        stopWork();
        askAll();
        Q_EMIT verdictsChanged();
    });
}

/// The engine's documents count from 1; a part of its own keeps the photo's decoding apart.
Slot VersionService::readSlot() const
{
    return {m_document, Stage::Decode, FirstPart};
}

Slot VersionService::slotOf(int index) const
{
    return {m_document, Stage::Comparison, FirstPart + index};
}

bool VersionService::begin(const QString& name)
{
    stop();
    const auto loaded = m_workspace.image().loaded();
    if (!loaded) {
        m_workspace.report({ErrorCode::InvalidInput,
                            "compare",
                            tr("there is no first photo").toStdString(),
                            tr("open one, then choose the second version").toStdString(),
                            {}});
        return false;
    }
    m_document = m_workspace.current()->id();
    m_first = loaded;
    m_secondName = name;
    return true;
}

void VersionService::start(const QString& path)
{
    if (!begin(QFileInfo(path).fileName()))
        return;
    m_state.second = path.toStdString();
    const CacheKey key = fileKey(path);
    read([path = toPath(path), key, &cache = m_workspace.cache()](const JobContext& context) {
        if (auto known = cache.find<LoadedImage>(key))
            return Outcome(Artifact(std::move(known)));
        return decodeJob(path, key, false, cache, context);
    });
}

void VersionService::start(const Document& second)
{
    if (!second.path().isEmpty()) {
        start(second.path());
        return;
    }
    const auto loaded = second.loaded();
    if (begin(second.title()) && loaded)
        read([loaded](const JobContext&) { return Outcome(Artifact(loaded)); });
}

void VersionService::read(std::function<Outcome(const JobContext&)> load)
{
    m_isReading = true;
    m_workspace.engine().submit({readSlot(),
                                 Lane::Interactive,
                                 {},
                                 [load = std::move(load), first = m_first->image](const JobContext& context) {
                                     return secondPhoto(*first, load(context), context);
                                 }},
                                {[this](const Outcome& outcome) { arrived(outcome); }, {}});
}

void VersionService::arrived(const Outcome& outcome)
{
    m_isReading = false;
    if (!outcome) {
        Error error = outcome.error();
        stop();
        m_workspace.report(std::move(error).withFile(m_secondName.toStdString()));
        return;
    }
    m_second = outcome->as<SecondPhoto>();
    askAll();
    Q_EMIT onChanged();
    Q_EMIT verdictsChanged();
}

void VersionService::stop()
{
    if (m_document == 0)
        return;
    const bool wasOn = isOn();
    m_workspace.engine().cancel(readSlot());
    stopWork();
    m_document = 0;
    m_first = nullptr;
    m_second = nullptr;
    m_isReading = false;
    m_verdicts.clear();
    m_stroke.reset();
    m_undo.clear();
    m_state.second.clear();
    m_state.fromB = {};
    m_marked = {};
    if (!wasOn)
        return;
    Q_EMIT onChanged();
    Q_EMIT verdictsChanged();
}

void VersionService::restore(const VersionsState& state)
{
    if (state.second.empty())
        stop();
    else
        start(toQt(state.second));
    const std::string second = m_state.second; // empty where nothing could begin
    m_state = state;
    m_state.second = second;
    if (second.empty())
        m_state.fromB = {};
    Q_EMIT viewChanged();
    Q_EMIT fromBChanged();
}

bool VersionService::isChosen(const VersionVerdict& verdict) const
{
    return toQt(verdict.entry.id) == m_workspace.modelId();
}

const VersionVerdict* VersionService::chosen() const
{
    const auto found = std::find_if(m_verdicts.begin(), m_verdicts.end(),
                                    [this](const VersionVerdict& verdict) { return isChosen(verdict); });
    return found == m_verdicts.end() ? nullptr : &*found;
}

const VersionComparison* VersionService::comparison() const
{
    const VersionVerdict* verdict = chosen();
    return verdict && verdict->state == WorkState::Ready ? verdict->comparison.get() : nullptr;
}

const VersionComparison* VersionService::soFar() const
{
    const VersionVerdict* verdict = chosen();
    return verdict ? verdict->comparison.get() : nullptr;
}

/// Every model; the chosen one before all others.
void VersionService::askAll()
{
    m_verdicts.clear();
    for (const ModelEntry& entry : m_workspace.models().models())
        m_verdicts.emplace_back().entry = entry;
    for (int index = 0; index < static_cast<int>(m_verdicts.size()); ++index) {
        ask(index);
    }
}

void VersionService::ask(int index)
{
    VersionVerdict& verdict = m_verdicts[static_cast<std::size_t>(index)];
    verdict.state = WorkState::Working;
    verdict.fraction = -1;
    verdict.error.reset();
    m_workspace.engine().submit(
        {slotOf(index),
         isChosen(verdict) ? Lane::Visible : Lane::Batch,
         {},
         [a = m_first->image, b = m_second->image, entry = verdict.entry, &models = m_workspace.models()](
             const JobContext& context) { return compareJob(*a, *b, entry, models, context); }},
        {[this, index](const Outcome& outcome) {
             VersionVerdict& answered = m_verdicts[static_cast<std::size_t>(index)];
             answered.state = outcome ? WorkState::Ready : WorkState::Failed;
             if (outcome)
                 answered.comparison = outcome->as<VersionComparison>();
             else
                 answered.error = outcome.error();
             Q_EMIT verdictsChanged();
         },
         [this, index](const Artifact& soFar) {
             m_verdicts[static_cast<std::size_t>(index)].comparison = soFar.as<VersionComparison>();
             Q_EMIT verdictsChanged();
         },
         [this, index](const Progress& progress) {
             m_verdicts[static_cast<std::size_t>(index)].fraction = progress.fraction;
             Q_EMIT verdictsChanged();
         }});
}

void VersionService::retry(int index)
{
    if (!isOn() || index < 0 || index >= static_cast<int>(m_verdicts.size()))
        return;
    const WorkState state = m_verdicts[static_cast<std::size_t>(index)].state;
    if (state == WorkState::Working || state == WorkState::Ready)
        return;
    ask(index);
    Q_EMIT verdictsChanged();
}

void VersionService::stopWork()
{
    for (int index = 0; index < static_cast<int>(m_verdicts.size()); ++index) {
        VersionVerdict& verdict = m_verdicts[static_cast<std::size_t>(index)];
        if (verdict.state != WorkState::Working)
            continue;
        m_workspace.engine().cancel(slotOf(index));
        verdict.state = WorkState::Absent;
    }
}

void VersionService::cancelWork()
{
    if (m_isReading)
        stop();
    stopWork();
    Q_EMIT verdictsChanged();
}

QString VersionService::firstName() const
{
    return m_workspace.current() ? m_workspace.current()->title() : QString();
}

QString VersionService::sizeNote() const
{
    if (!isOn() || m_second->shown->image == m_second->image)
        return {};
    return tr("B has %1×%2 pixels and is shown at A's %3×%4")
        .arg(m_second->image->width)
        .arg(m_second->image->height)
        .arg(m_first->image->width)
        .arg(m_first->image->height);
}

void VersionService::setFromB(BlockMask blocks)
{
    if (blocks == m_state.fromB)
        return;
    m_state.fromB = blocks;
    Q_EMIT fromBChanged();
}

void VersionService::changeFromB(BlockMask blocks, const QString& label)
{
    endStroke();
    if (isOn() && blocks != m_state.fromB)
        m_undo.push(new ExchangeCommand(*this, m_state.fromB, blocks, label));
}

void VersionService::beginStroke(BlockIndex first)
{
    endStroke();
    if (!isOn())
        return;
    m_stroke = Stroke{m_state.fromB, !m_state.fromB.contains(first)};
    continueStroke(first);
}

void VersionService::continueStroke(BlockIndex block)
{
    if (m_stroke)
        setFromB(m_stroke->takes ? m_state.fromB.with(block) : m_state.fromB.without(block));
}

void VersionService::endStroke()
{
    if (!m_stroke)
        return;
    const Stroke stroke = *std::exchange(m_stroke, std::nullopt);
    if (m_state.fromB != stroke.before)
        m_undo.push(new ExchangeCommand(*this, stroke.before, m_state.fromB,
                                        stroke.takes ? tr("Take blocks from B") : tr("Give blocks back to A")));
}

void VersionService::cancelStroke()
{
    if (m_stroke)
        setFromB(std::exchange(m_stroke, std::nullopt)->before);
}

void VersionService::setView(VersionsView view)
{
    if (view == m_state.view)
        return;
    m_state.view = view;
    Q_EMIT viewChanged();
}

void VersionService::setSplit(double share)
{
    share = std::clamp(share, 0.0, 1.0);
    if (share == m_state.split)
        return;
    m_state.split = share;
    Q_EMIT viewChanged();
}

void VersionService::setContributions(bool shown)
{
    if (shown == m_state.contributions)
        return;
    m_state.contributions = shown;
    Q_EMIT viewChanged();
}

void VersionService::setMarked(BlockMask blocks)
{
    if (blocks == m_marked)
        return;
    m_marked = blocks;
    Q_EMIT viewChanged();
}

} // namespace halflens
