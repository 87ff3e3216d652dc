// SPDX-License-Identifier: BSD-3-Clause
// Entry point: a command runs headless, anything else opens the viewer.
#include "app/command_line.h"
#include "core/base/parallel.h"

#include <QApplication>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <malloc.h>

namespace {

using namespace halflens;

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

/// Standard error belongs to HalfLens' own messages; Qt's remarks on the environment are no news to a script.
void dropLibraryRemarks(QtMsgType type, const QMessageLogContext& context, const QString& text)
{
    if (type == QtCriticalMsg || type == QtFatalMsg)
        std::fprintf(stderr, "%s\n", qPrintable(qFormatLogMessage(type, context, text)));
}

int runCommand(int& argc, char** argv, const CommandLine& line)
{
    qInstallMessageHandler(dropLibraryRemarks);
    // Figures are painted off screen, so that a command never needs a display.
    qputenv("QT_QPA_PLATFORM", "offscreen");
    const QGuiApplication application(argc, argv);
    keepNumbersPlain();
    if (line.common.threads > 0)
        setThreadCount(line.common.threads);
    return finishOutput(line.run());
}

/// Qt ends the program where no window can be shown, with a remark about reinstalling it and an abort.
void sayWhatNeedsNoDisplay(QtMsgType type, const QMessageLogContext& /*context*/, const QString& /*text*/)
{
    if (type != QtFatalMsg)
        return;
    std::fputs(
        "halflens: the viewer needs a display and none can be reached (see DISPLAY, WAYLAND_DISPLAY); \"halflens "
        "score IMAGE\" and the other commands of \"halflens --help\" need none\n",
        stderr);
    std::_Exit(ExitNothingDone);
}

int showViewer(int& argc, char** argv, const CommandLine& line)
{
    const QtMessageHandler usual = qInstallMessageHandler(sayWhatNeedsNoDisplay);
    const QApplication application(argc, argv);
    qInstallMessageHandler(usual);
    keepNumbersPlain();
    return runViewer(line.viewer, line.common.modelsDir);
}

} // namespace

int main(int argc, char** argv)
{
    holdStandardStreams();
    tuneAllocator();
    setApplicationFacts();
    CommandLine line;
    if (const std::optional<int> status = readCommandLine(argc, argv, line))
        return finishOutput(*status);
    int own = 1; // the arguments are read: Qt gets the name alone
    return line.run ? runCommand(own, argv, line) : showViewer(own, argv, line);
}
