// SPDX-License-Identifier: BSD-3-Clause
// halflens compare: which part of the change from one version of a picture to another costs or gains quality.
#include "app/model_options.h"
#include "core/base/npy.h"
#include "core/base/numbers_text.h"
#include "core/masking/block_set.h"
#include "core/masking/difference.h"

#include <array>
#include <cstdio>
#include <optional>

namespace halflens {

namespace {

struct CompareOptions {
    std::vector<std::string> files; ///< A and B
    ModelOptions models;
    std::string by; ///< empty: tokens where the model has them, else pixels
    std::filesystem::path table;
    int samples = 0; ///< 0: what compareVersions() chooses
    CarriesOptions carries;
    bool noCache = false;
    bool csv = false;
};

using Images = std::array<std::shared_ptr<const Image>, 2>;

class CompareRun {
public:
    CompareRun(const CommonOptions& common, const CompareOptions& options)
        : m_common(common)
        , m_options(options)
        , m_report(common)
        , m_loader(common)
    { }

    int run()
    {
        if (read()) {
            for (const auto& predictor : m_loader.load(m_options.models, m_report))
                if (!interruptToken().stop_requested())
                    compare(*predictor);
        }
        if (!m_options.table.empty() && !m_comparisons.empty()) {
            const MaskTable& table = *m_comparisons.front().table;
            if (Status written = writeNpy(m_options.table, {MaskCount, table.outputs}, table.rows); !written)
                m_report.fail(std::move(written).error());
        }
        print();
        return m_report.status();
    }

private:
    bool read()
    {
        for (std::size_t i = 0; i < m_images.size(); ++i) {
            Result<std::shared_ptr<const Image>> image = openImage(m_options.files[i], m_common);
            if (!image) {
                m_report.fail(std::move(image).error());
                return false;
            }
            m_images[i] = *std::move(image);
        }
        return true;
    }

    void compare(const Predictor& predictor)
    {
        ProgressLine progress(m_common);
        progress.show("running " + predictor.info().id);
        VersionComparisonOptions options;
        const std::string by = !m_options.by.empty() ? m_options.by
            : predictor.info().masksAttention        ? "tokens"
                                                     : "pixels";
        options.by = *exchangeByFromString(by);
        options.samples = m_options.samples;
        options.seed = m_common.seed;
        options.carries = m_options.carries;
        TableSink sink;
        sink.progress = [&](int done, int wanted) {
            progress.show(predictor.info().id + ": row " + std::to_string(done) + " of " + std::to_string(wanted));
        };
        std::optional<TableCache> cache;
        if (!m_options.noCache && options.by == ExchangeBy::Pixels)
            cache.emplace();
        Result<VersionComparison> comparison = compareVersions(*m_images[0], *m_images[1], predictor, options,
                                                               cache ? &*cache : nullptr, interruptToken(), sink);
        progress.show({});
        if (cache && m_common.verbose && !cache->problem().empty())
            std::fprintf(stderr, "halflens: %s\n", cache->problem().c_str());
        if (comparison) {
            m_comparisons.push_back(*std::move(comparison));
            m_report.succeed();
        } else {
            m_report.fail(std::move(comparison).error().withFile(m_options.files[1]));
        }
    }

    void print() const
    {
        if (m_common.json)
            printAsJson();
        else if (m_options.csv)
            printAsCsv();
        else
            for (const VersionComparison& comparison : m_comparisons)
                printAsText(comparison);
    }

    nlohmann::json fileToJson(std::size_t version) const
    {
        nlohmann::json object{{"file", m_options.files[version]}};
        if (const auto& image = m_images[version]) {
            object["width"] = image->width;
            object["height"] = image->height;
            object["notes"] = image->origin.notes;
        }
        return object;
    }

    static nlohmann::json toJson(const VersionComparison& comparison)
    {
        const Difference& difference = comparison.difference;
        const MaskTable& table = *comparison.table;
        nlohmann::json object{{"model", comparison.model.id},
                              {"by", toString(comparison.by)},
                              {"input", {{"width", comparison.fedWidth}, {"height", comparison.fedHeight}}},
                              {"differing", toList(comparison.differing)},
                              {"exact", table.exact},
                              {"samples", table.samples},
                              {"standard_error", table.standardError},
                              {"scale", {comparison.model.scale.low, comparison.model.scale.high}},
                              {"score_a", difference.scoreA},
                              {"score_b", difference.scoreB},
                              {"change", difference.change},
                              {"shapley", difference.shapley.values},
                              {"shapley_sum", difference.shapley.sum},
                              {"interactions", difference.shapley.interactions},
                              {"banzhaf", difference.orders.banzhaf},
                              {"orders", difference.orders.shares},
                              {"leak", nullptr},
                              {"carries", nullptr},
                              {"seconds", {{"trunk", comparison.trunkSeconds}, {"table", table.seconds}}}};
        if (difference.leak)
            object["leak"] = *difference.leak;
        if (difference.carries)
            object["carries"] = {{"epsilon", difference.carries->epsilon},
                                 {"share", difference.carries->share},
                                 {"tolerance", difference.carries->tolerance},
                                 {"blocks", toList(difference.carries->blocks)},
                                 {"remaining", difference.carries->remaining}};
        return object;
    }

    void printAsJson() const
    {
        nlohmann::json models = nlohmann::json::array();
        for (const VersionComparison& comparison : m_comparisons)
            models.push_back(toJson(comparison));
        printJson({{"version", HALFLENS_VERSION},
                   {"a", fileToJson(0)},
                   {"b", fileToJson(1)},
                   {"models", models},
                   {"errors", m_report.errors()}});
    }

    void printAsCsv() const
    {
        std::string header = "a,b,model,by,exact,samples,standard_error,score_a,score_b,change,leak,carries,remaining";
        for (int block = 0; block < BlockCount; ++block)
            header += ",shapley" + std::to_string(block);
        std::puts(header.c_str());
        for (const VersionComparison& comparison : m_comparisons) {
            const Difference& difference = comparison.difference;
            const auto& carries = difference.carries;
            std::string line = csvField(m_options.files[0]) + "," + csvField(m_options.files[1]) + ","
                + csvField(comparison.model.id) + "," + toString(comparison.by) + ","
                + (comparison.table->exact ? "true" : "false") + "," + std::to_string(comparison.table->samples) + ","
                + exact(comparison.table->standardError) + "," + exact(difference.scoreA) + ","
                + exact(difference.scoreB) + "," + exact(difference.change) + ","
                + (difference.leak ? exact(*difference.leak) : std::string()) + ","
                + (carries ? csvField(blocksToString(carries->blocks)) : std::string()) + ","
                + (carries ? exact(carries->remaining) : std::string());
            for (const double value : difference.shapley.values)
                line += "," + exact(value);
            std::puts(line.c_str());
        }
    }

    void printAsText(const VersionComparison& comparison) const
    {
        const Difference& difference = comparison.difference;
        std::printf("%s: %.4f in %s, %.4f in %s, change %+.4f\n\n", comparison.model.id.c_str(), difference.scoreA,
                    m_options.files[0].c_str(), difference.scoreB, m_options.files[1].c_str(), difference.change);
        std::printf("what each block of the second picture adds to the change, by %s\n",
                    toString(comparison.by).c_str());
        for (int block = 0; block < BlockCount; ++block)
            std::printf("%+10.4f%s", difference.shapley.values[static_cast<std::size_t>(block)],
                        block % GridColumns == GridColumns - 1 ? "\n" : "");
        std::printf("\nblocks act on their own to %.0f %%, in pairs to %.0f %%\n", 100 * difference.orders.shares[0],
                    100 * difference.orders.shares[1]);
        if (difference.carries)
            std::printf("%d of %d blocks carry the change (with them from the second picture the score stays within "
                        "%.3f grades of its own): %s\n",
                        difference.carries->blocks.count(), BlockCount, difference.carries->remaining,
                        blocksToString(difference.carries->blocks).c_str());
        if (difference.leak)
            std::printf("%.0f %% of the contributions fall on blocks that are equal in both pictures\n",
                        100 * *difference.leak);
        if (!comparison.table->exact)
            std::printf("estimated from %d rows; standard error of a row %.4f\n", comparison.table->samples,
                        comparison.table->standardError);
        std::puts("");
    }

    const CommonOptions& m_common;
    const CompareOptions& m_options;
    Report m_report;
    ModelLoader m_loader;
    Images m_images;
    std::vector<VersionComparison> m_comparisons;
};

} // namespace

void addCompareCommand(CLI::App& app, CommonOptions& common, CommandBody& run)
{
    auto options = std::make_shared<CompareOptions>();
    CLI::App* command =
        addCommand(app, "compare", "Show which part of the change between two versions of a picture matters", common);
    addTwoImages(*command, options->files, common); // the first version, such as the original, and the second
    options->models.addTo(*command, true);
    command
        ->add_option("--by", options->by,
                     "What is exchanged block by block: tokens (TRIQ, exact) or pixels (any model, a pass a row)")
        ->check(CLI::IsMember({"tokens", "pixels"}))
        ->default_str("tokens where the model has them");
    command->add_option("--samples", options->samples, "Rows of pixels really computed, the rest is estimated")
        ->check(CLI::Range(LeastSamples, MaskCount))
        ->default_str("all up to 8 differing blocks, else " + std::to_string(FirstExchanges));
    command
        ->add_option("--epsilon", options->carries.epsilon,
                     "Tolerance of the blocks that carry the change, grades of 1..5")
        ->check(numberBetween(0, 4))
        ->capture_default_str();
    command->add_option("--share", options->carries.share, "The same as a part of the change; the larger one counts")
        ->check(numberBetween(0, 1))
        ->capture_default_str();
    command->add_option(
        "--table", options->table,
        "Write all 4096 predictions as a NumPy file; row m has the blocks of m from the second version");
    command->add_flag("--no-cache", options->noCache, "Neither read nor keep predictions of pixels");
    command->add_flag("--csv", options->csv, "Print comma-separated values");
    command->callback([&common, &run, options] {
        refuseInputAsOutput("--table", options->table,
                            {options->files[0], options->files[1], options->models.checkpoint});
        if (!options->table.empty() && options->models.isSeveral())
            throw CLI::ValidationError("--table", "takes one model");
        run = [&common, options] { return CompareRun(common, *options).run(); };
    });
}

} // namespace halflens
