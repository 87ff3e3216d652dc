// SPDX-License-Identifier: BSD-3-Clause
// Entry point: a command word runs headless, anything else opens the viewer.
#include "app/command.h"
#include "app/viewer.h"
#include "core/base/parallel.h"

#include <QApplication>
#include <algorithm>
#include <array>
#include <clocale>
#include <cstdio>
#include <malloc.h>
#include <string_view>

namespace {

using namespace halflens;

constexpr std::array<std::string_view, 7> CommandWords{"score",  "explain", "measures", "panel",
                                                       "models", "train",   "bench"};

/// Keeps big blocks inside the process: returning and zeroing hundreds of megabytes for every image
/// costs more than the arithmetic. One arena, because the worker thread's own would undo that.
void tuneAllocator()
{
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 2'000'000'000);
    mallopt(M_TOP_PAD, 64 << 20);
    mallopt(M_ARENA_MAX, 1);
}

/// Numbers are written and read with a point wherever the program runs: Qt has just taken over the user's locale, in
/// which options, logs and tables might hold commas. Qt's own texts keep following QLocale.
void keepNumbersPlain()
{
    std::setlocale(LC_NUMERIC, "C");
}

void setApplicationFacts()
{
    QCoreApplication::setApplicationName(QStringLiteral("HalfLens"));
    QCoreApplication::setOrganizationName(QStringLiteral("HalfLens"));
    QCoreApplication::setApplicationVersion(QStringLiteral(HALFLENS_VERSION));
}

bool isHeadless(int argc, char** argv)
{
    const auto isCommand = [](std::string_view word) {
        return std::find(CommandWords.begin(), CommandWords.end(), word) != CommandWords.end();
    };
    return std::any_of(argv + 1, argv + argc, [&](const char* argument) {
        const std::string_view word(argument);
        return word == "--help" || word == "-h" || word == "--version" || isCommand(word);
    });
}

/// Standard error belongs to HalfLens' own messages; Qt's remarks on the environment are no news to a script.
void dropLibraryRemarks(QtMsgType type, const QMessageLogContext& context, const QString& text)
{
    if (type == QtCriticalMsg || type == QtFatalMsg)
        std::fprintf(stderr, "%s\n", qPrintable(qFormatLogMessage(type, context, text)));
}

int runHeadless(int argc, char** argv)
{
    qInstallMessageHandler(dropLibraryRemarks);
    // Figures are painted off screen, so that a command never needs a display.
    qputenv("QT_QPA_PLATFORM", "offscreen");
    const QGuiApplication application(argc, argv);
    keepNumbersPlain();

    CLI::App app("HalfLens shows which half of an image a quality model really looks at.\n"
                 "Without a command it opens the viewer: halflens [--style light|dark] [IMAGE or FOLDER...]");
    app.name("halflens");
    app.set_version_flag("--version", std::string("halflens ") + HALFLENS_VERSION);
    app.require_subcommand(0, 1);
    CommonOptions options;
    CommandBody run;
    addScoreCommand(app, options, run);
    addExplainCommand(app, options, run);
    addMeasuresCommand(app, options, run);
    addPanelCommand(app, options, run);
    addModelsCommand(app, options, run);
    addTrainCommand(app, options, run);
    addBenchCommand(app, options, run);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? finishOutput(ExitOk) : ExitUsage;
    }
    if (!run) {
        std::fputs(app.help().c_str(), stderr);
        return ExitUsage;
    }
    if (options.threads > 0)
        setThreadCount(options.threads);
    return finishOutput(run());
}

} // namespace

int main(int argc, char** argv)
{
    holdStandardStreams();
    tuneAllocator();
    setApplicationFacts();
    if (isHeadless(argc, argv))
        return runHeadless(argc, argv);
    QApplication application(argc, argv);
    keepNumbersPlain();
    return runViewer(application);
}
