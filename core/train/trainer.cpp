// SPDX-License-Identifier: BSD-3-Clause
#include "core/train/trainer.h"

#include "core/base/file.h"
#include "core/base/random_stream.h"
#include "core/base/statistics.h"
#include "core/image/decode.h"
#include "core/train/objectness_figures.h"
#include "core/train/training_checkpoint.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <future>

namespace halflens::train {

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* CheckpointFile = "checkpoint.safetensors";
constexpr const char* LogFile = "log.csv";
constexpr const char* CurvesFile = "curves.svg";
constexpr std::int64_t LogEvery = 20; ///< steps
constexpr double CheckpointSeconds = 180; ///< between checkpoints outside evaluations; does not change results
constexpr std::size_t EvaluationBatch = 16;

double secondsSince(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::vector<std::size_t> usable(const std::vector<std::size_t>& rows, const BatchLoader& loader)
{
    std::vector<std::size_t> result;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(result),
                 [&](std::size_t row) { return loader.isUsable(row); });
    return result;
}

/// Training on nothing would run its whole schedule and write weights.
Error noPhoto(const Dataset& dataset, Split split)
{
    const std::vector<std::size_t> rows = dataset.of(split);
    return {ErrorCode::InvalidInput, "photos",
            "none of the " + std::to_string(rows.size()) + " photos of " + toString(split) + " can be used",
            "check the folder given with --data, and images, columns and image_suffix of the recipe",
            rows.empty() ? std::string() : dataset.rows[rows.front()].file.string()};
}

/// Batches of plain views, the next one loaded while the caller works on the one before.
class EvaluationBatches {
public:
    EvaluationBatches(const std::vector<std::size_t>& rows, BatchLoader& loader)
        : m_rows(rows)
        , m_loader(loader)
    {
        loadNext();
    }
    ~EvaluationBatches()
    {
        if (m_next.valid())
            m_next.wait();
    }
    EvaluationBatches(const EvaluationBatches&) = delete;
    EvaluationBatches& operator=(const EvaluationBatches&) = delete;

    bool atEnd() const { return !m_next.valid(); }

    Result<Batch> take()
    {
        Result<Batch> batch = m_next.get();
        loadNext();
        return batch;
    }

private:
    void loadNext()
    {
        if (m_loaded >= m_rows.size())
            return;
        StepPlan plan;
        for (; m_loaded < m_rows.size() && plan.samples.size() < EvaluationBatch; ++m_loaded) {
            SampleRef sample;
            sample.row = m_rows[m_loaded];
            sample.view = PlainView;
            plan.samples.push_back(sample);
        }
        m_next = std::async(std::launch::async, [this, plan] { return m_loader.load(plan); });
    }

    const std::vector<std::size_t>& m_rows;
    BatchLoader& m_loader;
    std::future<Result<Batch>> m_next;
    std::size_t m_loaded = 0;
};

} // namespace

struct Trainer::State {
    TrainingCheckpoint checkpoint;
    Clock::time_point began;
    Clock::time_point saved;
    double secondsBefore = 0; ///< of former sessions
    std::int64_t firstStep = 0; ///< of this run
    double stepSeconds = 0; ///< spent in steps in this run
    DamageTerms damageSums; ///< since the last evaluation
    int damageCount = 0;

    double seconds() const { return secondsBefore + secondsSince(began); }
};

Trainer::Trainer(const Recipe& recipe, const Dataset& dataset, const PairPhotos& photos, TrainingNetwork& network,
                 BatchLoader& loader, TrainingObserver& observer, TrainerOptions options)
    : m_recipe(recipe)
    , m_dataset(dataset)
    , m_network(network)
    , m_loader(loader)
    , m_observer(observer)
    , m_options(std::move(options))
    , m_validation(usable(dataset.of(Split::Validation), loader))
    , m_planner(recipe, usable(dataset.of(Split::Train), loader),
                PairPhotos{usable(photos.degraded, loader), usable(photos.damaged, loader)})
    , m_journal(m_options.folder / LogFile)
{ }

Status Trainer::begin(State& state)
{
    state.began = state.saved = Clock::now();
    const std::filesystem::path file = m_options.folder / CheckpointFile;
    const std::string rows = rowsHash(m_dataset);
    std::error_code failed;
    if (!m_options.resume || !std::filesystem::exists(file, failed)) {
        state.checkpoint.recipeHash = m_recipe.sha256;
        state.checkpoint.rowsHash = rows;
        return settle();
    }
    Result<TrainingCheckpoint> read = readTrainingCheckpoint(file);
    if (!read)
        return std::move(read).error();
    if (read->recipeHash != m_recipe.sha256)
        return Error{ErrorCode::InvalidInput, "resume", "the run was started with another recipe",
                     "use the very recipe it was started with, or another folder", file.string()};
    if (!read->rowsHash.empty() && read->rowsHash != rows)
        return Error{ErrorCode::InvalidInput, "resume", "the run was started with another table of photos and opinions",
                     "use the very table it was started with, or another folder", file.string()};
    if (Status restored = m_network.restore(read->network, read->step); !restored)
        return std::move(restored).error().withFile(file.string());
    read->network.clear();
    state.checkpoint = *std::move(read);
    state.secondsBefore = state.checkpoint.seconds;
    state.firstStep = state.checkpoint.step;
    return m_journal.resume(state.checkpoint.step);
}

Status Trainer::settle()
{
    if (!m_network.settles())
        return {};
    constexpr std::size_t Photos = 32;
    StepPlan plan;
    for (const std::size_t row : syntheticPhotos(usable(m_dataset.of(Split::Train), m_loader), Photos, m_recipe.seed)) {
        SampleRef sample;
        sample.row = row;
        sample.view = PlainView;
        plan.samples.push_back(sample);
    }
    const Result<Batch> batch = m_loader.load(plan);
    return batch ? m_network.settle(*batch) : Status(batch.error());
}

TrainingProgress Trainer::progress(const State& state) const
{
    TrainingProgress progress;
    const TrainingCheckpoint& c = state.checkpoint;
    progress.step = c.step;
    progress.totalSteps = m_planner.totalSteps();
    progress.epoch = static_cast<double>(c.step) / static_cast<double>(m_planner.stepsPerEpoch());
    progress.loss = c.lossCount > 0 ? c.lossSum / static_cast<double>(c.lossCount) : 0;
    progress.rate = m_planner.rate(c.step);
    if (state.damageCount > 0)
        progress.damage = DamageTerms{state.damageSums.consistency / state.damageCount,
                                      state.damageSums.damageOrder / state.damageCount,
                                      state.damageSums.blockOrder / state.damageCount};
    const std::int64_t done = c.step - state.firstStep;
    progress.secondsPerStep = done > 0 ? state.stepSeconds / static_cast<double>(done) : 0;
    const double perStep = done > 0 ? secondsSince(state.began) / static_cast<double>(done) : 0; // evaluations included
    progress.secondsLeft = perStep * static_cast<double>(progress.totalSteps - c.step);
    return progress;
}

Result<ValidationFigures> Trainer::validation(std::stop_token stop)
{
    if (m_recipe.task == TrainingTask::Objectness)
        return objectnessValidation(stop);
    std::vector<double> scores;
    std::vector<double> opinions;
    EvaluationBatches batches(m_validation, m_loader);
    while (!batches.atEnd()) {
        if (stop.stop_requested())
            return cancelledError();
        const Result<Batch> batch = batches.take();
        if (!batch)
            return batch.error();
        const Result<NetworkOutput> output = m_network.predict(*batch);
        if (!output)
            return output.error();
        for (std::size_t i = 0; i < output->scores5.size(); ++i) {
            if (!batch->scored[i])
                continue;
            scores.push_back(static_cast<double>(output->scores5[i]));
            opinions.push_back(static_cast<double>(batch->mos5[i]));
        }
    }
    if (scores.empty())
        return noPhoto(m_dataset, Split::Validation);
    // What cannot be said counts as no agreement, so that the best weights can be chosen.
    return ValidationFigures{definedOr(pearson(scores, opinions), 0), definedOr(spearman(scores, opinions), 0),
                             rootMeanSquare(scores, opinions)};
}

Result<ValidationFigures> Trainer::objectnessValidation(std::stop_token stop)
{
    ObjectnessFigures figures;
    EvaluationBatches batches(m_validation, m_loader);
    std::size_t next = 0;
    while (!batches.atEnd()) {
        if (stop.stop_requested())
            return cancelledError();
        const Result<Batch> batch = batches.take();
        if (!batch)
            return batch.error();
        const Result<NetworkOutput> output = m_network.predict(*batch);
        if (!output)
            return output.error();
        for (std::size_t i = 0; i < output->maps.size(); ++i, ++next) {
            const DataRow& row = m_dataset.rows[m_validation[next]];
            const Result<std::shared_ptr<const Image>> mask = readImage(row.mask);
            if (!mask || !batch->scored[i]) {
                m_observer.problem(mask ? Error{ErrorCode::InvalidInput, "decode", "the photo cannot be read",
                                                "replace the file", row.file.string()}
                                        : mask.error());
                continue;
            }
            std::vector<float> truth;
            for (std::size_t p = 0; p < (*mask)->rgb.size(); p += 3)
                truth.push_back((*mask)->rgb[p] >= 128 ? 1.F : 0.F);
            const nn::MapSize& size = output->mapSizes[i];
            figures.add(bilinear(output->maps[i], size.height, size.width, (*mask)->height, (*mask)->width), truth);
        }
    }
    return ValidationFigures{figures.maxF(), figures.auc(), figures.meanAbsoluteError()};
}

Status Trainer::evaluate(State& state)
{
    const Result<ValidationFigures> figures = validation({});
    if (!figures)
        return figures.error();
    TrainingCheckpoint& c = state.checkpoint;
    const TrainingProgress now = progress(state);
    const bool best = c.bestEpoch < 0 || figures->plcc > c.best.plcc;
    if (best) {
        c.best = *figures;
        c.bestEpoch = now.epoch;
        c.withoutGain = 0;
        c.bestWeights = m_network.weights();
    } else {
        ++c.withoutGain;
    }
    m_journal.add({c.step, now.epoch, now.loss, now.rate, state.seconds(), *figures});
    c.lossSum = 0;
    c.lossCount = 0;
    state.damageSums = {};
    state.damageCount = 0;
    m_observer.evaluated(now, *figures, best);
    return saveCheckpoint(state);
}

Status Trainer::saveCheckpoint(const State& state)
{
    if (Status written = m_journal.write(); !written)
        return written;
    const std::vector<std::string> names = m_recipe.task == TrainingTask::Objectness
        ? std::vector<std::string>{"maximal F", "AUC", "mean absolute error"}
        : std::vector<std::string>{"PLCC", "SROCC", "RMSE"};
    const std::string curves = curvesSvg(m_journal.entries(), m_recipe.name, names);
    if (Status written = writeFileAtomically(m_options.folder / CurvesFile, curves); !written)
        return written;
    TrainingCheckpoint checkpoint = state.checkpoint;
    checkpoint.seconds = state.seconds();
    checkpoint.network = m_network.trainingState();
    return writeCheckpoint(m_options.folder / CheckpointFile, checkpoint);
}

Status Trainer::trainTo(State& state, std::int64_t end, std::stop_token stop)
{
    TrainingCheckpoint& c = state.checkpoint;
    const auto loaded = [&](std::int64_t step) {
        return std::async(std::launch::async, [this, plan = m_planner.plan(step)] { return m_loader.load(plan); });
    };
    std::future<Result<Batch>> next = loaded(c.step);
    Status result;
    while (c.step < end) {
        const Clock::time_point begin = Clock::now();
        const Result<Batch> batch = next.get();
        if (!batch)
            return batch.error();
        if (c.step + 1 < end)
            next = loaded(c.step + 1);
        StepSettings settings;
        settings.rate = m_planner.rate(c.step);
        settings.emaDecay = m_planner.emaDecay(c.step);
        settings.seed = RandomStream(m_recipe.seed, RandomPurpose::Dropout, static_cast<std::uint64_t>(c.step)).bits();
        const Result<StepOutcome> outcome = m_network.step(*batch, settings);
        if (!outcome) {
            result = outcome.error();
            break;
        }
        ++c.step;
        c.lossSum += outcome->loss;
        ++c.lossCount;
        if (outcome->damage) {
            state.damageSums.consistency += outcome->damage->consistency;
            state.damageSums.damageOrder += outcome->damage->damageOrder;
            state.damageSums.blockOrder += outcome->damage->blockOrder;
            ++state.damageCount;
        }
        state.stepSeconds += secondsSince(begin);
        const TrainingProgress now = progress(state);
        m_observer.stepped(now);
        if (c.step % LogEvery == 0 && c.step % m_planner.stepsBetweenEvaluations() != 0
            && c.step != m_planner.totalSteps()) {
            m_journal.add({c.step, now.epoch, now.loss, now.rate, state.seconds(), {}});
            c.lossSum = 0;
            c.lossCount = 0;
        }
        const bool enough = m_options.stopAfter > 0 && c.step - state.firstStep >= m_options.stopAfter;
        if (c.step < end && (enough || stop.stop_requested())) { // at the end the evaluation comes first
            const Status saved = saveCheckpoint(state);
            result = saved ? Status(cancelledError()) : saved;
            break;
        }
        if (secondsSince(state.saved) > CheckpointSeconds && c.step < end) {
            result = saveCheckpoint(state);
            state.saved = Clock::now();
            if (!result)
                break;
        }
    }
    if (next.valid())
        next.wait();
    return result;
}

Result<TrainingSummary> Trainer::run(std::stop_token stop)
{
    for (const Split split : {Split::Train, Split::Validation}) {
        if (usable(m_dataset.of(split), m_loader).empty())
            return noPhoto(m_dataset, split);
    }
    State state;
    if (Status begun = begin(state); !begun)
        return std::move(begun).error();
    TrainingCheckpoint& c = state.checkpoint;
    const std::int64_t every = m_planner.stepsBetweenEvaluations();
    const auto ranOut = [&] { return m_recipe.patience > 0 && c.withoutGain >= m_recipe.patience; };
    while (c.step < m_planner.totalSteps() && !ranOut()) {
        const std::int64_t end = std::min(m_planner.totalSteps(), (c.step / every + 1) * every);
        if (Status trained = trainTo(state, end, stop); !trained)
            return std::move(trained).error();
        if (Status evaluated = evaluate(state); !evaluated)
            return std::move(evaluated).error();
        state.saved = Clock::now();
        const bool more = c.step < m_planner.totalSteps() && !ranOut();
        const bool enough = m_options.stopAfter > 0 && c.step - state.firstStep >= m_options.stopAfter;
        if (more && (enough || stop.stop_requested()))
            return cancelledError();
    }
    TrainingSummary summary;
    summary.steps = c.step;
    summary.stoppedEarly = c.step < m_planner.totalSteps();
    summary.epoch = c.bestEpoch;
    summary.best = c.best;
    summary.seconds = state.seconds();
    summary.weights = c.bestWeights;
    return summary;
}

} // namespace halflens::train
