// SPDX-License-Identifier: BSD-3-Clause
#include "app/command.h"

#include "core/base/file.h"
#include "core/base/file_name.h"
#include "core/image/image_folder.h"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <iostream>
#include <optional>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace halflens {

namespace {

std::stop_source interruptSource;
int wakePipe[2] = {-1, -1};
int outputError = 0; ///< of the first part of standard output that could not be written

extern "C" void onInterrupt(int)
{
    // Only async-signal-safe work here: a thread waits at the other end and requests the stop.
    const char byte = 1;
    [[maybe_unused]] const auto written = write(wakePipe[1], &byte, 1);
}

void watchInterrupts()
{
    if (pipe(wakePipe) != 0)
        return;
    std::thread([] {
        char byte = 0;
        while (read(wakePipe[0], &byte, 1) == 1) {
            if (interruptSource.stop_requested())
                _exit(ExitInterrupted); // asked twice: do not wait for the current step
            interruptSource.request_stop();
        }
    }).detach();
    struct sigaction action { };
    action.sa_handler = onInterrupt;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

} // namespace

std::stop_token interruptToken()
{
    static const bool isWatching = [] {
        watchInterrupts();
        return true;
    }();
    (void)isWatching;
    return interruptSource.get_token();
}

ProgressLine::ProgressLine(const CommonOptions& options)
    : m_enabled(!options.quiet && isatty(STDERR_FILENO) != 0)
{ }

ProgressLine::~ProgressLine()
{
    if (m_shown)
        std::fputs("\r\033[K", stderr);
}

void ProgressLine::show(const std::string& text)
{
    if (!m_enabled)
        return;
    m_shown = true;
    std::fprintf(stderr, "\r\033[K%s", text.c_str());
    std::fflush(stderr);
}

Report::Report(const CommonOptions& options)
    : m_options(options)
{ }

void Report::fail(Error error)
{
    if (!m_options.quiet && error.code != ErrorCode::Cancelled)
        std::fprintf(stderr, "halflens: %s\n", error.message().c_str());
    m_errors.push_back(std::move(error));
}

nlohmann::json Report::errors() const
{
    nlohmann::json list = nlohmann::json::array();
    for (const Error& error : m_errors) {
        if (error.code != ErrorCode::Cancelled)
            list.push_back(toJson(error));
    }
    return list;
}

int Report::status() const
{
    if (interruptToken().stop_requested())
        return ExitInterrupted;
    if (m_errors.empty())
        return ExitOk;
    return m_succeeded > 0 ? ExitSomeFailed : ExitNothingDone;
}

nlohmann::json toJson(const Error& error)
{
    return {{"file", error.file}, {"stage", error.stage}, {"reason", error.reason}, {"remedy", error.remedy}};
}

std::string jsonText(const nlohmann::json& document)
{
    return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void printJson(const nlohmann::json& document)
{
    const std::string text = jsonText(document);
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() && outputError == 0)
        outputError = errno;
    flushOutput();
}

CLI::Validator numberBetween(double low, double high)
{
    const std::string range = exact(low) + " to " + exact(high);
    return {[low, high, range](std::string& text) {
                const std::optional<double> value = finiteNumber(text);
                return value && *value >= low && *value <= high ? std::string()
                                                                : text + " is not a number from " + range;
            },
            "NUMBER from " + range};
}

CLI::Validator readableFolder()
{
    return {[](std::string& folder) {
                if (std::string problem = CLI::ExistingDirectory(folder); !problem.empty())
                    return problem;
                return access(folder.c_str(), R_OK | X_OK) == 0 ? std::string()
                                                                : folder + " cannot be read: " + systemReason(errno);
            },
            "DIR"};
}

void refuseInputAsOutput(const std::string& option, const std::filesystem::path& output,
                         const std::vector<std::filesystem::path>& inputs)
{
    if (const Status refused = refuseInputAsOutput({output}, inputs); !refused)
        throw CLI::ValidationError(option, refused.error().message());
}

void holdStandardStreams()
{
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (fcntl(stream, F_GETFD) >= 0)
            continue;
        // Opened for reading: writing to it fails, as it did when it was closed. Messages have no other place to go.
        const int file = open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY);
        if (file >= 0 && file != stream) {
            dup2(file, stream);
            close(file);
        }
    }
    // Large enough for what commands print between two flushes: a write that fails inside puts() keeps no reason.
    constexpr std::size_t BufferBytes = 1 << 20;
    if (isatty(STDOUT_FILENO) == 0)
        std::setvbuf(stdout, nullptr, _IOFBF, BufferBytes);
}

void flushOutput()
{
    if (std::fflush(stdout) != 0 && outputError == 0)
        outputError = errno;
}

int finishOutput(int status)
{
    std::cout.flush();
    flushOutput();
    if (outputError == 0 && std::ferror(stdout) == 0 && std::cout.good())
        return status;
    // What failed inside a library left no reason; one more byte into the same place tells it.
    if (outputError == 0 && write(STDOUT_FILENO, "\n", 1) < 0)
        outputError = errno;
    std::fprintf(stderr, "halflens: standard output: write: %s (what was printed is lost)\n",
                 outputError != 0 ? systemReason(outputError).c_str() : "an earlier part could not be written");
    return ExitNothingDone;
}

CLI::App* addCommand(CLI::App& app, const std::string& name, const std::string& description, CommonOptions& options)
{
    CLI::App* command = app.add_subcommand(name, description);
    command->add_flag("--json", options.json, "Print one JSON document on standard output");
    command->add_flag("-q,--quiet", options.quiet, "No progress and no messages");
    command->add_flag("-v,--verbose", options.verbose, "More messages on standard error");
    command->add_option("--threads", options.threads, "Threads for numerical work (default: all)")
        ->check(CLI::Range(1, 1024));
    command->add_option("--seed", options.seed, "Seed of everything random")
        ->check(CLI::Validator(
            [](std::string& text) {
                // Otherwise -1 is a large number and 010 is eight.
                const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
                std::uint64_t seed = 0;
                const bool fits =
                    std::from_chars(text.data(), text.data() + text.size(), seed).ec == std::errc() && digits;
                return fits && (text.size() == 1 || text.front() != '0')
                    ? std::string()
                    : text + " is not a whole number from 0 to 18446744073709551615";
            },
            "WHOLE NUMBER"));
    command->add_option("--models-dir", options.modelsDir, "Folder with models, searched first")
        ->check(readableFolder());
    return command;
}

namespace {

void addDecodeOptions(CLI::App& command, DecodeOptions& decode)
{
    command.add_option("--page", decode.page, "Page of a TIFF with several, from 1")->check(CLI::Range(1, 1'000'000));
    command.add_flag("--partial", decode.partial, "Open what there is of damaged or incomplete images, the rest grey");
}

} // namespace

void addImages(CLI::App& command, std::vector<std::string>& files, CommonOptions& options)
{
    command.add_option("images", files, "Image files, folders of images, or - for standard input")->required();
    addDecodeOptions(command, options.decode);
    command.parse_complete_callback([&files] {
        std::vector<std::string> expanded;
        for (const std::filesystem::path& path : expandImagePaths(files))
            expanded.push_back(path.string());
        files = std::move(expanded);
    });
}

void addImage(CLI::App& command, std::string& file, CommonOptions& options)
{
    command.add_option("image", file, "Image file, or - for standard input")->required();
    addDecodeOptions(command, options.decode);
    command.parse_complete_callback([&file] { file = fromArgument(file).string(); });
}

void addTwoImages(CLI::App& command, std::vector<std::string>& files, CommonOptions& options)
{
    command.add_option("images", files, "Two image files, A and B")->required()->expected(2);
    addDecodeOptions(command, options.decode);
    command.parse_complete_callback([&files] {
        for (std::string& file : files)
            file = fromArgument(file).string();
    });
}

Result<std::shared_ptr<const Image>> openImage(const std::string& file, const CommonOptions& options)
{
    Result<std::shared_ptr<const Image>> image = readImage(file, options.decode);
    if (image && !options.quiet) {
        for (const std::string& note : (*image)->origin.notes)
            std::fprintf(stderr, "halflens: %s: %s\n", file.c_str(), note.c_str());
    }
    return image;
}

} // namespace halflens
