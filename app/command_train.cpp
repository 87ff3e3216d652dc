// SPDX-License-Identifier: BSD-3-Clause
// halflens train: a model from a recipe, photos and opinions.
#include "app/command.h"
#include "core/analysis/analysis.h"
#include "core/base/file.h"
#include "core/base/statistics.h"
#include "core/checkpoint/safetensors.h"
#include "core/families/description.h"
#include "core/image/decode.h"
#include "core/registry/registry.h"
#include "core/train/trainer.h"
#include "core/train/training_report.h"
#include "core/train_networks/training_setup.h"

#include <cmath>
#include <cstdio>

namespace halflens {

namespace {

struct TrainOptions {
    std::filesystem::path recipe;
    std::filesystem::path out;
    std::filesystem::path cache;
    std::vector<std::string> data;
    bool resume = false;
    std::int64_t stopAfter = 0;
};

std::string inWords(double seconds)
{
    char text[64];
    const auto whole = static_cast<long>(seconds);
    if (whole < 3600)
        std::snprintf(text, sizeof text, "%ld:%02ld min", whole / 60, whole % 60);
    else
        std::snprintf(text, sizeof text, "%ld:%02ld h", whole / 3600, whole % 3600 / 60);
    return text;
}

/// Tells on standard error how training goes.
class ConsoleObserver final : public train::TrainingObserver {
public:
    ConsoleObserver(const CommonOptions& common, Report& report, bool objectness)
        : m_common(common)
        , m_report(report)
        , m_line(common)
        , m_objectness(objectness)
    { }

    void preparing(const std::string& what, std::size_t done, std::size_t total) override
    {
        m_line.show(what + ": " + std::to_string(done) + " of " + std::to_string(total));
        if (done == 0)
            tell(what + ": " + std::to_string(total) + " photos");
    }

    void stepped(const train::TrainingProgress& p) override
    {
        constexpr std::int64_t Rarely = 50;
        if (m_common.verbose && p.step % Rarely == 0)
            tell(describe(p));
        else
            m_line.show(describe(p) + m_figures);
    }

    void evaluated(const train::TrainingProgress& p, const train::ValidationFigures& f, bool best) override
    {
        char text[128];
        std::snprintf(text, sizeof text,
                      m_objectness ? ", max F %.4f, AUC %.4f, error %.4f" : ", PLCC %.4f, SROCC %.4f, RMSE %.4f",
                      f.plcc, f.srocc, f.rmse);
        m_figures = text;
        tell(describe(p) + m_figures + (best ? " (best)" : ""));
    }

    void problem(const Error& error) override
    {
        m_line.show({});
        m_report.fail(error);
    }

    void tell(const std::string& text)
    {
        if (m_common.quiet)
            return;
        m_line.show({});
        std::fprintf(stderr, "halflens: %s\n", text.c_str());
    }

    void show(const std::string& text) { m_line.show(text); }

private:
    static std::string describe(const train::TrainingProgress& p)
    {
        char text[192];
        std::snprintf(text, sizeof text, "step %lld of %lld, epoch %.2f, loss %.4f, %.2f s a step, %s left",
                      static_cast<long long>(p.step), static_cast<long long>(p.totalSteps), p.epoch, p.loss,
                      p.secondsPerStep, inWords(p.secondsLeft).c_str());
        if (!p.damage)
            return text;
        char terms[128];
        std::snprintf(terms, sizeof terms, ", consistency %.4f, damage order %.4f, block order %.4f",
                      p.damage->consistency, p.damage->damageOrder, p.damage->blockOrder);
        return std::string(text) + terms;
    }

    const CommonOptions& m_common;
    Report& m_report;
    ProgressLine m_line;
    bool m_objectness;
    std::string m_figures;
};

class TrainRun {
public:
    TrainRun(const CommonOptions& common, const TrainOptions& options)
        : m_common(common)
        , m_options(options)
        , m_report(common)
    { }

    int run()
    {
        const Status done = train();
        if (!done)
            m_report.fail(done.error());
        else
            m_report.succeed();
        if (m_common.json) {
            m_result["version"] = HALFLENS_VERSION;
            m_result["errors"] = m_report.errors();
            printJson(m_result);
        } else if (done) {
            std::printf("%s\n", (m_options.out / "manifest.json").c_str());
        }
        if (!done && done.error().code == ErrorCode::Cancelled)
            return ExitInterrupted;
        return done ? m_report.status() : ExitNothingDone;
    }

private:
    Status train()
    {
        if (Status read = readInputs(); !read)
            return read;
        ConsoleObserver observer(m_common, m_report, m_recipe.task == train::TrainingTask::Objectness);
        for (const std::string& note : m_dataset.notes)
            observer.tell(note);
        if (!m_dataset.notes.empty())
            m_result["notes"] = m_dataset.notes;
        Result<train::TrainingSetup> setup = train::prepareTraining(m_recipe, m_folders, meanOpinion());
        if (!setup)
            return std::move(setup).error();
        const train::PairPhotos photos = train::pairPhotos(m_recipe, m_dataset);
        train::LoaderSetup loading;
        loading.recipe = &m_recipe;
        loading.dataset = &m_dataset;
        loading.graph = &setup->graph;
        loading.cut = &setup->cut;
        loading.trunk = &setup->frozen;
        loading.trunkHash = setup->trunkHash;
        loading.photos = photos;
        loading.cacheFolder = m_options.cache.empty() ? m_options.out / "cache" : m_options.cache;
        const Result<std::unique_ptr<train::BatchLoader>> loader =
            train::makeBatchLoader(loading, observer, interruptToken());
        if (!loader)
            return loader.error();
        const Result<std::unique_ptr<train::TrainingNetwork>> network = train::makeTrainingNetwork(m_recipe, *setup);
        if (!network)
            return network.error();
        observer.tell("training " + m_recipe.id + " on " + (*network)->device() + ", "
                      + std::to_string(m_dataset.of(Split::Train).size()) + " photos");
        train::Trainer trainer(m_recipe, m_dataset, photos, **network, **loader, observer,
                               {m_options.out, m_options.resume, m_options.stopAfter});
        Result<train::TrainingSummary> summary = trainer.run(interruptToken());
        if (!summary)
            return std::move(summary).error();
        for (auto& [name, tensor] : summary->weights)
            setup->state[name] = std::move(tensor);
        return writeResults(setup->state, *summary, observer);
    }

    Status readInputs()
    {
        Result<train::Recipe> recipe = train::readRecipe(m_options.recipe);
        if (!recipe)
            return std::move(recipe).error();
        m_recipe = *std::move(recipe);
        if (m_common.seed != 0) {
            m_recipe.seed = m_common.seed;
            m_recipe.sha256 += "+" + std::to_string(m_common.seed); // another run than the recipe's own
        }
        for (const std::string& entry : m_options.data) {
            const std::size_t equals = entry.find('=');
            m_folders[entry.substr(0, equals)] = entry.substr(equals + 1);
        }
        Result<Dataset> dataset = loadDatasets(m_recipe.data, m_folders, m_recipe.folder);
        if (!dataset)
            return std::move(dataset).error();
        m_dataset = *std::move(dataset);
        if (Status found = lookForPhotos(m_dataset); !found)
            return found;
        if (Status safe = keepInputs(); !safe)
            return safe;
        std::error_code failed;
        std::filesystem::create_directories(m_options.out, failed);
        if (failed)
            return Error{ErrorCode::Io, "write", "the folder cannot be made: " + failed.message(),
                         "choose another folder with --out", m_options.out.string()};
        if (!m_options.resume && std::filesystem::exists(m_options.out / "checkpoint.safetensors", failed))
            return Error{ErrorCode::InvalidInput, "write", "the folder holds a training run already",
                         "go on with it by --resume, or choose another folder with --out", m_options.out.string()};
        return {};
    }

    /// Refuses a folder in which a file of results would replace one that is read.
    Status keepInputs() const
    {
        std::vector<std::filesystem::path> inputs = m_dataset.sources;
        inputs.push_back(m_options.recipe);
        std::vector<std::string> weights = m_recipe.trunk.weights;
        weights.push_back(m_recipe.start);
        for (const std::string& file : weights) {
            if (const auto path = resolvePath(file, m_folders, m_recipe.folder); !file.empty() && path)
                inputs.push_back(*path);
        }
        std::vector<std::filesystem::path> outputs;
        for (const char* name : {"weights.safetensors", "manifest.json", "log.csv", "curves.svg", "report.json",
                                 "predictions.csv", "checkpoint.safetensors"})
            outputs.push_back(m_options.out / name);
        return refuseInputAsOutput(outputs, inputs);
    }

    double meanOpinion() const
    {
        const std::vector<std::size_t> rows = m_dataset.of(Split::Train);
        double sum = 0;
        for (const std::size_t row : rows)
            sum += m_dataset.rows[row].mos5;
        return sum / static_cast<double>(rows.size());
    }

    /// Weights in float16 where the recipe says so: matrices and windows; vectors are few and stay exact.
    std::set<std::string> halfTensors(const StateDict& state) const
    {
        constexpr float Largest = 65504.F;
        std::set<std::string> names;
        for (const auto& [name, tensor] : state) {
            const bool fits =
                std::all_of(tensor.values.begin(), tensor.values.end(), [](float v) { return std::abs(v) <= Largest; });
            if (m_recipe.halfStorage && tensor.shape.size() > 1 && fits)
                names.insert(name);
        }
        return names;
    }

    Status writeResults(StateDict& state, const train::TrainingSummary& summary, ConsoleObserver& observer)
    {
        Result<Manifest> manifest = writeModel(state);
        if (manifest && m_recipe.calibrate) {
            const Result<std::vector<train::RowPrediction>> predictions =
                predictionsOf(Split::Validation, *manifest, observer);
            if (!predictions)
                return predictions.error();
            std::vector<double> scores;
            std::vector<double> opinions;
            for (const train::RowPrediction& prediction : *predictions) {
                scores.push_back(prediction.score5);
                opinions.push_back(m_dataset.rows[prediction.row].mos5);
            }
            const Line line = leastSquares(scores, opinions);
            train::recalibrate(state, m_recipe.scale, line.slope, line.offset);
            manifest = writeModel(state);
        }
        if (!manifest)
            return std::move(manifest).error();
        m_result["model"] = m_recipe.id;
        m_result["recipe_sha256"] = m_recipe.sha256;
        m_result["seed"] = m_recipe.seed;
        m_result["weights_sha256"] = manifest->weightsSha256;
        m_result["steps"] = summary.steps;
        m_result["best_epoch"] = summary.epoch;
        m_result["stopped_early"] = summary.stoppedEarly;
        m_result["seconds"] = summary.seconds;
        if (m_recipe.task == train::TrainingTask::Objectness)
            m_result["validation"] = {
                {"max_f", summary.best.plcc}, {"auc", summary.best.srocc}, {"mae", summary.best.rmse}};
        else if (Status reported = reportAgreement(*manifest, observer); !reported)
            return reported;
        return writeFileAtomically(m_options.out / "report.json", jsonText(m_result));
    }

    /// Weights and manifest.
    Result<Manifest> writeModel(const StateDict& state) const
    {
        const std::filesystem::path weights = m_options.out / "weights.safetensors";
        Manifest manifest;
        manifest.id = m_recipe.id;
        manifest.name = m_recipe.name;
        manifest.family = m_recipe.family;
        manifest.trunk = m_recipe.trunk.name;
        manifest.weightsFile = weights.filename().string();
        manifest.input = m_recipe.input;
        const bool objectness = m_recipe.task == train::TrainingTask::Objectness;
        manifest.outputs = objectness ? 0 : m_recipe.head.outputs;
        if (objectness)
            manifest.scale = {0, 1}; // probabilities
        else if (m_recipe.head.outputs == 1)
            manifest.scale = m_recipe.scale;
        manifest.licence = m_recipe.licence;
        manifest.folder = m_options.out;
        // The file says by itself how it is fed and what its scores mean, wherever it is carried.
        const std::map<std::string, std::string> metadata{{"halflens", m_recipe.id},
                                                          {ManifestMetadata, toJsonText(manifest)}};
        if (Status written = writeSafetensors(weights, state, metadata, halfTensors(state)); !written)
            return std::move(written).error();
        const Result<std::string> hash = sha256HexOfFile(weights);
        if (!hash)
            return hash.error();
        manifest.weightsSha256 = *hash;
        if (Status written = writeFileAtomically(m_options.out / "manifest.json", toJsonText(manifest)); !written)
            return std::move(written).error();
        return manifest;
    }

    /// Figures of the finished files, read and run as the viewer does.
    Status reportAgreement(const Manifest& manifest, ConsoleObserver& observer)
    {
        std::vector<train::RowPrediction> all;
        std::vector<Split> splits{Split::Validation};
        if (m_recipe.reportTest)
            splits.push_back(Split::Test);
        for (const Split split : splits) {
            const Result<std::vector<train::RowPrediction>> predictions = predictionsOf(split, manifest, observer);
            if (!predictions)
                return predictions.error();
            m_result[split == Split::Test ? "test" : "validation"] =
                train::agreementJson(m_dataset, *predictions, m_recipe.seed);
            all.insert(all.end(), predictions->begin(), predictions->end());
        }
        return writeFileAtomically(m_options.out / "predictions.csv", train::predictionsCsv(m_dataset, all));
    }

    /// Photos that cannot be read are reported and left out.
    Result<std::vector<train::RowPrediction>> predictionsOf(Split split, const Manifest& manifest,
                                                            ConsoleObserver& observer)
    {
        const Result<std::shared_ptr<const Predictor>> model = loadModel(manifest);
        if (!model)
            return model.error();
        std::vector<train::RowPrediction> predictions;
        const std::vector<std::size_t> rows = m_dataset.of(split);
        for (const std::size_t row : rows) {
            if (interruptToken().stop_requested())
                return cancelledError();
            observer.show("report: " + std::to_string(predictions.size()) + " of " + std::to_string(rows.size()));
            const Result<double> score = scoreOfRow(row, **model);
            if (!score)
                m_report.fail(score.error());
            else
                predictions.push_back({row, *score});
        }
        return predictions;
    }

    Result<double> scoreOfRow(std::size_t row, const Predictor& model) const
    {
        const Result<std::shared_ptr<const Image>> image = readImage(m_dataset.rows[row].file);
        if (!image)
            return image.error();
        Result<Fed> fed = feed(**image, model, {}, interruptToken());
        if (!fed)
            return std::move(fed).error().withFile(m_dataset.rows[row].file.string());
        return fed->prediction.score5;
    }

    const CommonOptions& m_common;
    const TrainOptions& m_options;
    Report m_report;
    train::Recipe m_recipe;
    DataFolders m_folders;
    Dataset m_dataset;
    nlohmann::json m_result = nlohmann::json::object();
};

} // namespace

void addTrainCommand(CLI::App& app, CommonOptions& common, CommandBody& run)
{
    auto options = std::make_shared<TrainOptions>();
    CLI::App* command = addCommand(app, "train", "Train a model on photos with opinion scores", common);
    command->add_option("recipe", options->recipe, "Recipe, a JSON file")->required()->check(CLI::ExistingFile);
    command->add_option("--out", options->out, "Folder for weights, manifest, log, curves, report and checkpoint")
        ->required();
    command->add_option("--data", options->data, "NAME=DIR: folder of a name the recipe uses")
        ->allow_extra_args(false)
        ->check([](const std::string& entry) {
            const std::size_t equals = entry.find('=');
            return equals == 0 || equals == std::string::npos ? std::string("write NAME=DIR") : std::string();
        });
    command->add_option("--cache", options->cache,
                        "Folder for the maps of frozen layers, which runs may share (default: OUT/cache)");
    command->add_flag("--resume", options->resume, "Go on with the run in the folder, to the same result");
    command->add_option("--stop-after", options->stopAfter, "Stop after so many steps, as if interrupted")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000}));
    command->footer("The help page on training describes recipes and tables. Ctrl+C stops after the current step "
                    "and writes the checkpoint.");
    command->callback(
        [&common, &run, options] { run = [&common, options] { return TrainRun(common, *options).run(); }; });
}

} // namespace halflens
