// SPDX-License-Identifier: BSD-3-Clause
#include "app/command.h"

#include <charconv>
#include <csignal>
#include <cstdio>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace halflens {

namespace {

std::stop_source g_interrupt;
int g_wakePipe[2] = {-1, -1};

extern "C" void onInterrupt(int)
{
    // Only async-signal-safe work here: a thread waits at the other end and requests the stop.
    const char byte = 1;
    [[maybe_unused]] const auto written = write(g_wakePipe[1], &byte, 1);
}

void watchInterrupts()
{
    if (pipe(g_wakePipe) != 0)
        return;
    std::thread([] {
        char byte = 0;
        while (read(g_wakePipe[0], &byte, 1) == 1) {
            if (g_interrupt.stop_requested())
                _exit(ExitInterrupted); // asked twice: do not wait for the current step
            g_interrupt.request_stop();
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
    static const bool Watching = [] {
        watchInterrupts();
        return true;
    }();
    (void)Watching;
    return g_interrupt.get_token();
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

void printJson(const nlohmann::json& document)
{
    // File names are bytes: what is not UTF-8 is replaced rather than thrown at.
    const std::string text = document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fputc('\n', stdout);
}

std::string exact(double value)
{
    char buffer[64];
    const auto [end, failed] = std::to_chars(buffer, buffer + sizeof buffer, value);
    return failed == std::errc() ? std::string(buffer, end) : "nan";
}

std::string csvField(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos)
        return text;
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"')
            quoted += '"';
        quoted += c;
    }
    return quoted + "\"";
}

CLI::App* addCommand(CLI::App& app, const std::string& name, const std::string& description, CommonOptions& options)
{
    CLI::App* command = app.add_subcommand(name, description);
    command->add_flag("--json", options.json, "Print one JSON document on standard output");
    command->add_flag("-q,--quiet", options.quiet, "No progress and no messages");
    command->add_flag("-v,--verbose", options.verbose, "More messages on standard error");
    command->add_option("--threads", options.threads, "Threads for numerical work (default: all)")
        ->check(CLI::Range(1, 1024));
    command->add_option("--seed", options.seed, "Seed of everything random");
    command->add_option("--models-dir", options.modelsDir, "Folder with models, searched first")
        ->check(CLI::ExistingDirectory);
    return command;
}

} // namespace halflens
