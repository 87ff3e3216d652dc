// SPDX-License-Identifier: BSD-3-Clause
// What all headless commands share: common options, exit status, output, errors, interruption.
#pragma once

#include "core/base/numbers_text.h"
#include "core/base/result.h"
#include "core/image/decode.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

namespace halflens {

enum ExitStatus { ExitOk = 0, ExitSomeFailed = 1, ExitUsage = 2, ExitNothingDone = 3, ExitInterrupted = 130 };

/// Options every command takes.
struct CommonOptions {
    bool json = false;
    bool quiet = false;
    bool verbose = false;
    int threads = 0; ///< 0: all
    std::uint64_t seed = 0;
    std::filesystem::path modelsDir;
    DecodeOptions decode; ///< --page and --partial
};

/// Set by an interrupt (Ctrl+C, SIGTERM); commands check it between steps.
std::stop_token interruptToken();

/// One line of progress on standard error, rewritten in place; nothing when quiet or not a terminal.
class ProgressLine {
public:
    explicit ProgressLine(const CommonOptions& options);
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    void show(const std::string& text);

private:
    bool m_enabled;
    bool m_shown = false;
};

/// Results and errors of a run over several inputs.
class Report {
public:
    explicit Report(const CommonOptions& options);

    /// Collects a failure and tells it on standard error at once.
    void fail(Error error);
    /// Counts an input that worked.
    void succeed() { ++m_succeeded; }
    nlohmann::json errors() const;
    /// The exit status all of it adds up to.
    int status() const;

private:
    const CommonOptions& m_options;
    std::vector<Error> m_errors;
    int m_succeeded = 0;
};

nlohmann::json toJson(const Error& error);
/// `document` as text. Names of files and words of tables are bytes: what is not UTF-8 is replaced rather than thrown
/// at.
std::string jsonText(const nlohmann::json& document);
/// A JSON document that reads back to the same numbers, ended by a line break, on standard output.
void printJson(const nlohmann::json& document);

/// What options of numbers are checked with: finite and within `low`..`high`, unlike CLI::Range, which lets
/// not-a-number pass.
CLI::Validator numberBetween(double low, double high);

/// A folder that is there and may be read.
CLI::Validator readableFolder();

/// Thrown at parsing where the output file of `option` is one of the files that are read: nobody's photo is lost.
void refuseInputAsOutput(const std::string& option, const std::filesystem::path& output,
                         const std::vector<std::filesystem::path>& inputs);

/// The very start of main(): standard streams that are closed get a stand-in, so that no file that is opened later is
/// taken for one of them. What is written to a closed standard output is lost and fails.
void holdStandardStreams();

/// Sends what was printed on its way, so that rows that are done outlive whatever comes next.
void flushOutput();

/// The end of a command: `status`, or ExitNothingDone with a message where standard output could not be written.
int finishOutput(int status);

/// Adds a subcommand that takes the common options and runs `body`, which returns an exit status.
CLI::App* addCommand(CLI::App& app, const std::string& name, const std::string& description, CommonOptions& options);

/// The images of a command: files, folders, which become the images in them, file:// addresses and - for standard
/// input; with --page and --partial. `files` and `options` live as long as the command.
void addImages(CLI::App& command, std::vector<std::string>& files, CommonOptions& options);
/// The same of a command that takes one image.
void addImage(CLI::App& command, std::string& file, CommonOptions& options);

/// The same of a command that takes two, `a` and `b`, which may be one and the same.
void addTwoImages(CLI::App& command, std::vector<std::string>& files, CommonOptions& options);

/// An image as the options say. What was done to it on the way is told on standard error. Errors of readImage().
Result<std::shared_ptr<const Image>> openImage(const std::string& file, const CommonOptions& options);

/// One per command: registers its options; on parse, `run` is set to its body.
using CommandBody = std::function<int()>;
void addScoreCommand(CLI::App& app, CommonOptions& options, CommandBody& run);
void addExplainCommand(CLI::App& app, CommonOptions& options, CommandBody& run);
void addCompareCommand(CLI::App& app, CommonOptions& options, CommandBody& run);
void addMeasuresCommand(CLI::App& app, CommonOptions& options, CommandBody& run);
void addPanelCommand(CLI::App& app, CommonOptions& options, CommandBody& run);
void addModelsCommand(CLI::App& app, CommonOptions& options, CommandBody& run);
void addStudyCommand(CLI::App& app, CommonOptions& options, CommandBody& run);
void addTrainCommand(CLI::App& app, CommonOptions& options, CommandBody& run);
void addBenchCommand(CLI::App& app, CommonOptions& options, CommandBody& run);

} // namespace halflens
