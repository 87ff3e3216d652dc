// SPDX-License-Identifier: BSD-3-Clause
// halflens study: the paper's experiments on a data set, resumable and in parts.
#include "app/model_options.h"
#include "core/base/installation.h"
#include "core/base/numbers_text.h"
#include "core/study/study_check.h"
#include "core/study/study_report.h"
#include "core/study/study_run.h"
#include "core/study/study_tables.h"

#include <cstdio>

namespace halflens {

namespace {

struct StudyOptions {
    std::vector<std::string> words; ///< RECIPE, or merge DIR..., report DIR, check RECIPE
    std::filesystem::path out;
    std::vector<std::string> data; ///< NAME=PATH
    std::string shard = "1/1";
    std::vector<std::string> models;
    std::size_t limit = 0;
};

Error usageError(const std::string& reason)
{
    return {ErrorCode::InvalidInput, "options", reason, "halflens study --help shows what there is", {}};
}

Result<DataFolders> foldersOf(const std::vector<std::string>& words)
{
    DataFolders folders;
    for (const std::string& word : words) {
        const std::size_t sign = word.find('=');
        if (sign == 0 || sign == std::string::npos || sign + 1 == word.size())
            return usageError("--data " + word + " is not NAME=PATH");
        folders[word.substr(0, sign)] = word.substr(sign + 1);
    }
    return folders;
}

/// A recipe by its file, or by the name of one that comes with the program.
std::filesystem::path recipeFile(const std::string& word)
{
    const std::filesystem::path file(word);
    if (std::filesystem::exists(file) || file.has_parent_path())
        return file;
    for (const std::string& name : {word, word + ".json"}) {
        if (const std::filesystem::path shipped = dataFolder("studies") / name; std::filesystem::exists(shipped))
            return shipped;
    }
    return file;
}

class StudyCommand {
public:
    StudyCommand(const CommonOptions& common, const StudyOptions& options)
        : m_common(common)
        , m_options(options)
        , m_report(common)
        , m_loader(common, false)
    { }

    int run()
    {
        const std::string& word = m_options.words.front();
        const Status done = word == "merge" ? merge()
            : word == "report"              ? rewrite()
            : word == "check"               ? check()
                                            : study();
        if (!done && done.error().code == ErrorCode::Cancelled)
            return ExitInterrupted;
        if (!done)
            m_report.fail(done.error());
        return m_hasProblems ? ExitSomeFailed : m_report.status();
    }

private:
    Result<StudyPlan> plan(const std::string& word)
    {
        const std::filesystem::path file = recipeFile(word);
        Result<StudyRecipe> recipe = readStudyRecipe(file);
        if (!recipe)
            return std::move(recipe).error();
        Result<DataFolders> folders = foldersOf(m_options.data);
        if (!folders)
            return std::move(folders).error();
        PlanOptions options{*std::move(folders), file.parent_path(), m_options.models, m_options.limit};
        Result<StudyPlan> plan = planStudy(*std::move(recipe), options, m_loader.models());
        if (plan && !m_common.quiet) {
            for (const std::string& note : plan->notes)
                std::fprintf(stderr, "halflens: %s\n", note.c_str());
        }
        return plan;
    }

    Status study()
    {
        if (m_options.words.size() != 1)
            return usageError("study takes one recipe");
        if (m_options.out.empty())
            return usageError("study needs --out, the folder its rows and tables go to");
        const Result<Shard> shard = shardFromString(m_options.shard);
        if (!shard)
            return shard.error();
        Result<StudyPlan> plan = this->plan(m_options.words.front());
        if (!plan)
            return std::move(plan).error();
        StudyStore store;
        std::vector<std::string> ids;
        for (const PlannedModel& model : plan->models)
            ids.push_back(model.id);
        if (Status made =
                store.create(m_options.out, {plan->identity, plan->recipe.text, plan->judge, ids, plan->photos.size()});
            !made)
            return made;
        ProgressLine line(m_common);
        StudySink sink;
        sink.progress = [&](const StudyProgress& progress) {
            line.show(inWords(progress));
            if (m_common.verbose) // for logs: one line when a photo is kept
                std::fprintf(stderr, "photo %zu of %zu\n", progress.done, progress.total);
        };
        sink.failed = [&](const std::string&, const Error& error) {
            line.show({});
            m_report.fail(error);
        };
        const Result<StudyProgress> progress =
            runStudy(*plan, store, *shard, m_loader.models(), JobContext(interruptToken()), sink);
        line.show({});
        if (!progress)
            return progress.error();
        if (progress->computed > 0 && !m_common.quiet)
            std::fprintf(stderr,
                         "%zu photos in %.1f s, %.2f images/s; wall time %.3f of the time inside the networks\n",
                         progress->computed, progress->wallSeconds, progress->photosPerSecond(),
                         progress->networkSeconds > 0 ? progress->wallSeconds / progress->networkSeconds : 0);
        m_report.succeed();
        return write(store, plan->recipe);
    }

    static std::string inWords(const StudyProgress& progress)
    {
        const auto minutes = static_cast<long>(progress.secondsLeft() / 60);
        return std::to_string(progress.done) + " of " + std::to_string(progress.total) + " photos, "
            + fixed(progress.photosPerSecond(), 2) + " images/s, "
            + (minutes > 0 ? "about " + std::to_string(minutes) + " min left" : "less than a minute left");
    }

    Status merge()
    {
        if (m_options.words.size() < 2)
            return usageError("merge needs the folders of the parts");
        if (m_options.out.empty())
            return usageError("merge needs --out, the folder the whole goes to");
        StudyStore whole;
        for (std::size_t i = 1; i < m_options.words.size(); ++i) {
            const std::filesystem::path folder = m_options.words[i];
            if (i == 1) {
                StudyStore part;
                if (Status opened = part.open(folder); !opened)
                    return opened;
                if (Status made = whole.create(m_options.out, part.facts()); !made)
                    return made;
            }
            if (Status merged = whole.merge(folder); !merged)
                return merged;
        }
        const Result<std::vector<std::size_t>> done = whole.done();
        if (!done)
            return done.error();
        if (done->size() < whole.facts().photos)
            m_report.fail({ErrorCode::InvalidInput, "study",
                           std::to_string(whole.facts().photos - done->size()) + " of "
                               + std::to_string(whole.facts().photos) + " photos are in none of the parts",
                           "merge the missing parts, too; the tables are of what is there", m_options.out.string()});
        m_report.succeed();
        return write(whole);
    }

    Status rewrite()
    {
        if (m_options.words.size() != 2)
            return usageError("report needs the folder of a study");
        m_out = m_options.words[1];
        StudyStore store;
        if (Status opened = store.open(m_out); !opened)
            return opened;
        m_report.succeed();
        return write(store);
    }

    Status check()
    {
        if (m_options.words.size() != 2)
            return usageError("check takes one recipe");
        const Result<StudyPlan> plan = this->plan(m_options.words[1]);
        if (!plan)
            return plan.error();
        ProgressLine line(m_common);
        const Result<DataCheck> found = checkData(*plan, interruptToken(), [&](std::size_t done) {
            line.show("looking at photo " + std::to_string(done) + " of " + std::to_string(plan->photos.size()));
        });
        line.show({});
        if (!found)
            return found.error();
        if (m_common.json) {
            nlohmann::json findings = nlohmann::json::array();
            for (const DataCheck::Finding& finding : found->findings)
                findings.push_back({{"topic", finding.topic}, {"text", finding.text}, {"problem", finding.isProblem}});
            printJson({{"version", HALFLENS_VERSION},
                       {"photos", plan->photos.size()},
                       {"findings", findings},
                       {"problems", found->problems()}});
        } else {
            for (const DataCheck::Finding& finding : found->findings)
                std::printf("%s %-10s  %s\n", finding.isProblem ? "!" : " ", finding.topic.c_str(),
                            finding.text.c_str());
            std::printf("%d problems\n", found->problems());
        }
        m_hasProblems = found->problems() > 0;
        m_report.succeed();
        return {};
    }

    /// Tables and report of what the store holds.
    Status write(StudyStore& store)
    {
        const Result<StudyRecipe> recipe = parseStudyRecipe(store.facts().recipe);
        if (!recipe)
            return recipe.error();
        return write(store, *recipe);
    }

    Status write(StudyStore& store, const StudyRecipe& recipe)
    {
        const std::filesystem::path folder = m_out.empty() ? m_options.out : m_out;
        const Result<std::vector<StudyTable>> tables = studyTables(store, recipe);
        if (!tables)
            return tables.error();
        if (Status written = writeStudyTables(*tables, folder); !written)
            return written;
        if (Status written = writeStudyReport(store, recipe, *tables, folder); !written)
            return written;
        if (m_common.json) {
            nlohmann::json files = nlohmann::json::array();
            for (const StudyTable& table : *tables)
                files.push_back((folder / "tables" / (table.name + ".csv")).string());
            printJson({{"version", HALFLENS_VERSION},
                       {"out", folder.string()},
                       {"tables", files},
                       {"report", (folder / "report.html").string()}});
            return {};
        }
        for (const StudyTable& table : *tables) {
            if (table.name != "images") // as long as the data set
                std::printf("%s\n", toMarkdown(table).c_str());
        }
        return {};
    }

    const CommonOptions& m_common;
    const StudyOptions& m_options;
    Report m_report;
    ModelLoader m_loader;
    std::filesystem::path m_out;
    bool m_hasProblems = false;
};

} // namespace

void addStudyCommand(CLI::App& app, CommonOptions& common, CommandBody& run)
{
    auto options = std::make_shared<StudyOptions>();
    CLI::App* command =
        addCommand(app, "study",
                   "The paper's experiments on a data set. RECIPE is a file, or the name of one that comes "
                   "along (paper, paper_koniq, paper_spaq, paper_biq2021, known_damage); merge DIR... joins "
                   "parts, report DIR writes tables and report anew, check RECIPE looks at the data only",
                   common);
    command->add_option("words", options->words, "RECIPE | merge DIR... | report DIR | check RECIPE")->required();
    command->add_option("--out", options->out, "Folder for rows, tables and report");
    command->add_option("--data", options->data, "NAME=PATH: where the recipe's NAME lies, folder or file")
        ->allow_extra_args(false);
    command->add_option("--shard", options->shard, "i/n: every n-th photo from the i-th on; merge joins the parts");
    command->add_option("--model", options->models, "Instead of the recipe's models; all for all")
        ->allow_extra_args(false);
    command->add_option("--limit", options->limit, "The first N photos only");
    command->parse_complete_callback(
        [&common, &run, options] { run = [&common, options] { return StudyCommand(common, *options).run(); }; });
}

} // namespace halflens
