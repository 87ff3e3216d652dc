// SPDX-License-Identifier: BSD-3-Clause
// halflens measures: saliency, spatial frequency, objectness and their average for one image.
#include "app/model_options.h"
#include "core/families/objectness/network_objectness.h"
#include "core/families/objectness/pixel_objectness.h"
#include "core/figure/map_file.h"
#include "core/image/decode.h"
#include "core/measures/blocks.h"
#include "core/measures/measures.h"

#include <cstdio>

namespace halflens {

namespace {

struct MeasuresOptions {
    std::string file;
    std::filesystem::path out;
    std::string format = "tiff";
    std::string frequency = "csf";
    std::string saliency = "hou";
    double pixelsPerDegree = 100;
    std::string csf = "mannos";
    bool noExtension = false;
    std::string objectness = "network";
    ModelOptions models;
    ReportOptions report;
    std::string halves = "judge";
};

struct NamedMeasure {
    const char* name;
    const Measure& measure;
};

std::vector<NamedMeasure> listed(const ImageMeasures& measures)
{
    return {{"saliency", measures.saliency},
            {"frequency", measures.frequency},
            {"objectness", measures.objectness},
            {"averaged", measures.averaged}};
}

MeasureOptions measureOptions(const MeasuresOptions& options)
{
    MeasureOptions result;
    result.saliency.mode = *saliencyModeFromString(options.saliency);
    result.frequency.mode = *frequencyModeFromString(options.frequency);
    result.frequency.pixelsPerDegree = options.pixelsPerDegree;
    result.frequency.sensitivity = *contrastSensitivityFromString(options.csf);
    result.frequency.extension = options.noExtension ? Extension::None : Extension::Mirror;
    return result;
}

/// "network", "mb+", or a caffemodel file. `loader` knows the pack's network.
Result<std::shared_ptr<const ObjectnessSource>> objectnessSource(const MeasuresOptions& options,
                                                                 const ModelLoader& loader, Report& report)
{
    if (options.objectness == "mb+")
        return std::shared_ptr<const ObjectnessSource>(std::make_shared<const MinimumBarrierObjectness>());
    if (options.objectness == "network") {
        Error problem;
        std::shared_ptr<const ObjectnessSource> best =
            bestObjectness(loader.registry()->objectnessManifests(), &problem);
        if (!problem.reason.empty())
            report.fail(std::move(problem));
        return best;
    }
    const Result<std::shared_ptr<const PixelObjectness>> own = PixelObjectness::load(options.objectness);
    if (!own)
        return own.error();
    return std::shared_ptr<const ObjectnessSource>(*own);
}

/// The half the measures are matched with, and whose it is.
Result<std::shared_ptr<const Analysis>> halfToMatch(const Image& image, ModelLoader& loader,
                                                    const MeasuresOptions& options, Report& report,
                                                    ProgressLine& progress)
{
    const auto predictors = loader.load(options.models, report);
    if (predictors.empty())
        return Error{ErrorCode::Model, "model", "no model to match the measures with", "name one with --model", {}};
    return halvesFrom(image, *halvesOfFromString(options.halves), predictors.front()->info().id,
                      options.report.analysis().indicator, loader.models(), loader.cache(), contextOf(progress));
}

void writeMaps(const ImageMeasures& measures, const MeasuresOptions& options, Report& report, bool quiet)
{
    std::error_code failed;
    std::filesystem::create_directories(options.out, failed);
    const std::string stem = std::filesystem::path(options.file).stem().string();
    int replaced = 0;
    const auto write = [&](const std::string& name, const ScalarMap& map) {
        const std::filesystem::path file = options.out / (stem + "_" + name + "." + options.format);
        replaced += std::filesystem::exists(file, failed) ? 1 : 0;
        Status written = [&]() -> Status {
            const Result<MapFormat> format = mapFormatOf(file);
            if (!format)
                return format.error();
            return writeMap(map, file, *format);
        }();
        if (!written)
            report.fail(std::move(written).error().withFile(file.string()));
    };
    for (const NamedMeasure& entry : listed(measures))
        write(entry.name, entry.measure.map);
    for (std::size_t i = 0; i < measures.bands.size(); ++i)
        write("frequency_band" + std::to_string(i), measures.bands[i]);
    // Maps are called by the photo's name alone: those of another folder's photo of that name would go in silence.
    if (replaced > 0 && !quiet)
        std::fprintf(stderr,
                     "halflens: %s: %d maps of a former run were replaced (use a folder for each set of photos)\n",
                     options.out.c_str(), replaced);
}

/// Null for a flat map, which has no halves.
nlohmann::json upperToJson(BlockMask upper)
{
    return upper.isEmpty() ? nlohmann::json(nullptr) : nlohmann::json(toList(upper));
}

nlohmann::json measuresToJson(const ImageMeasures& measures, bool withBands)
{
    nlohmann::json object = nlohmann::json::object();
    for (const NamedMeasure& entry : listed(measures))
        object[entry.name] = {{"block_mean", entry.measure.blockMeans},
                              {"upper", upperToJson(entry.measure.upper)},
                              {"min", entry.measure.range.low},
                              {"max", entry.measure.range.high}};
    if (withBands)
        object["frequency"]["bands"] = measures.bandBlockMeans;
    object["objectness"]["source"] = measures.objectnessSource;
    object["objectness"]["fallback"] = measures.objectnessIsFallback;
    return object;
}

void printAsText(const ImageMeasures& measures)
{
    for (const NamedMeasure& entry : listed(measures)) {
        std::printf("%s, mean of each block\n", entry.name);
        for (int block = 0; block < BlockCount; ++block)
            std::printf("%12.6f%s", entry.measure.blockMeans[static_cast<std::size_t>(block)],
                        block % GridColumns == GridColumns - 1 ? "\n" : "");
        std::putchar('\n');
    }
    for (const NamedMeasure& entry : listed(measures)) {
        if (entry.measure.upper.isEmpty())
            std::printf("%s is the same everywhere, so it has no upper half\n", entry.name);
    }
    std::printf("objectness by %s\n", measures.objectnessSource.c_str());
}

int runMeasures(const CommonOptions& common, const MeasuresOptions& options)
{
    Report report(common);
    ModelLoader loader(common);
    nlohmann::json document{{"version", HALFLENS_VERSION}, {"file", options.file}};
    const auto finish = [&] {
        if (common.json) {
            document["errors"] = report.errors();
            printJson(document);
        }
        return report.status();
    };
    const Result<std::shared_ptr<const Image>> image = openImage(options.file, common);
    if (!image) {
        report.fail(image.error());
        return finish();
    }
    ProgressLine progress(common);
    progress.show("measuring " + options.file);
    const MeasureOptions measureSettings = measureOptions(options);
    const Result<std::shared_ptr<const ObjectnessSource>> source = objectnessSource(options, loader, report);
    if (!source) {
        progress.show({});
        report.fail(source.error());
        return finish();
    }
    Result<ImageMeasures> measures = measureImage(**image, measureSettings, **source, interruptToken());
    progress.show({});
    if (!measures) {
        report.fail(std::move(measures).error().withFile(options.file));
        return finish();
    }
    report.succeed();
    std::vector<std::string> notes = (*image)->origin.notes;
    const std::string windows = windowsNote(**image, measureSettings.frequency.mode);
    if (!windows.empty())
        notes.push_back(windows);
    document["notes"] = notes;
    document["size"] = {(*image)->height, (*image)->width};
    document["measures"] = measuresToJson(*measures, measureSettings.frequency.mode == FrequencyMode::Bands);
    if (!options.out.empty())
        writeMaps(*measures, options, report, common.quiet);
    Result<std::shared_ptr<const Analysis>> halves = halfToMatch(**image, loader, options, report, progress);
    progress.show({});
    if (halves) {
        const BlockMask important = (*halves)->report->important;
        nlohmann::json counts = nlohmann::json::object();
        for (const NamedMeasure& entry : listed(*measures))
            counts[entry.name] = entry.measure.upper.isEmpty()
                ? nlohmann::json(nullptr)
                : nlohmann::json(matchCount(important, entry.measure.upper));
        document["match"] = {{"model", (*halves)->model.id}, {"important", toList(important)}, {"n", counts}};
        document["match"]["halves"] = halvesToJson(*halvesOfFromString(options.halves), **halves);
    } else {
        document["match"] = nullptr;
        report.fail(std::move(halves).error().withFile(options.file));
    }
    if (!common.json) {
        printAsText(*measures);
        if (!windows.empty())
            std::printf("%s\n", windows.c_str());
        if (!document["match"].is_null())
            std::printf("blocks of the important half of %s also in the upper half (chance 3 of 6): %s\n",
                        document["match"]["model"].get<std::string>().c_str(), document["match"]["n"].dump().c_str());
    }
    return finish();
}

} // namespace

void addMeasuresCommand(CLI::App& app, CommonOptions& common, CommandBody& run)
{
    auto options = std::make_shared<MeasuresOptions>();
    CLI::App* command = addCommand(app, "measures", "Measure saliency, spatial frequency and objectness", common);
    addImage(*command, options->file, common);
    command->add_option("--out", options->out, "Folder for the maps");
    command->add_option("--format", options->format, "Format of the maps; tiff and npy hold raw values")
        ->check(CLI::IsMember({"tiff", "npy", "png"}))
        ->capture_default_str();
    command->add_option("--frequency", options->frequency, "Spatial-frequency map")
        ->check(CLI::IsMember({"csf", "uniform", "centroid", "stft", "bands"}))
        ->capture_default_str();
    command->add_option("--saliency", options->saliency, "Saliency variant")
        ->check(CLI::IsMember({"hou", "opencv"}))
        ->capture_default_str();
    command->add_option("--ppd", options->pixelsPerDegree, "Pixels per degree of visual angle")
        ->check(numberBetween(1.0, 10000.0))
        ->capture_default_str();
    command->add_option("--csf", options->csf, "Contrast sensitivity function")
        ->check(CLI::IsMember({"mannos", "barten"}))
        ->capture_default_str();
    command
        ->add_option("--objectness", options->objectness,
                     "network (of the model pack, else mb+), mb+ (no weights), or a pixel_objectness.caffemodel file")
        ->capture_default_str();
    command->add_flag("--no-extension", options->noExtension, "Do not mirror the image for the FFT");
    options->models.addTo(*command, false);
    options->report.addTo(*command);
    addHalvesOption(*command, options->halves);
    command->callback([&common, &run, options] { run = [&common, options] { return runMeasures(common, *options); }; });
}

} // namespace halflens
