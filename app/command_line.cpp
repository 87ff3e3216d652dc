// SPDX-License-Identifier: BSD-3-Clause
#include "app/command_line.h"

#include <algorithm>
#include <cstdio>

namespace halflens {

namespace {

void addViewerOptions(CLI::App& app, CommandLine& line)
{
    app.add_option("files", line.viewer.files, "Images and folders the viewer opens");
    app.add_option("--model", line.viewer.model, "Model of the viewer, this time")->type_name("ID");
    app.add_option("--theme", line.viewer.theme, "Colours of the viewer, this time")
        ->check(CLI::IsMember({"system", "light", "dark"}))
        ->type_name("NAME");
    app.add_option("--models-dir", line.common.modelsDir, "Folder with models, searched first")
        ->check(readableFolder())
        ->type_name("DIR");
}

void addCommands(CLI::App& app, CommandLine& line)
{
    addScoreCommand(app, line.common, line.run);
    addExplainCommand(app, line.common, line.run);
    addCompareCommand(app, line.common, line.run);
    addMeasuresCommand(app, line.common, line.run);
    addPanelCommand(app, line.common, line.run);
    addModelsCommand(app, line.common, line.run);
    addStudyCommand(app, line.common, line.run);
    addTrainCommand(app, line.common, line.run);
    addBenchCommand(app, line.common, line.run);
}

bool exists(const std::string& path)
{
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

std::string commandNames(const CLI::App& app)
{
    std::string names;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
        names += (names.empty() ? "" : ", ") + command->get_name();
    return names;
}

int fail(const std::string& sentence)
{
    std::fprintf(stderr, "halflens: %s\n", sentence.c_str());
    return ExitUsage;
}

/// What CLI11 lets pass: options of the viewer beside a command, and a mistyped command, which looks like a file.
std::optional<int> checkMeaning(const CLI::App& app, const CommandLine& line)
{
    const ViewerOptions& viewer = line.viewer;
    if (const auto commands = app.get_subcommands(); !commands.empty()) {
        const std::string& name = commands.front()->get_name();
        if (!viewer.files.empty())
            return fail("\"" + viewer.files.front() + "\" stands before the command; write it after \"" + name + "\"");
        if (!viewer.model.empty() || !viewer.theme.empty())
            return fail(
                "--model and --theme before a command are the viewer's; write the command's own options after \"" + name
                + "\"");
        return std::nullopt;
    }
    if (viewer.files.empty())
        return std::nullopt;
    const std::string& first = viewer.files.front();
    if (first.find_first_of("./") == std::string::npos && !exists(first))
        return fail("\"" + first + "\" is neither a file nor a command (" + commandNames(app)
                    + "); \"halflens --help\" tells more");
    return std::nullopt;
}

} // namespace

std::optional<int> readCommandLine(int argc, char** argv, CommandLine& line)
{
    CLI::App app(
        "HalfLens shows which half of an image a quality model really looks at.\n"
        "Without a command it opens the viewer; the commands need no display, \"halflens COMMAND --help\" tells "
        "their options.");
    app.name("halflens");
    app.set_version_flag("--version", std::string("halflens ") + HALFLENS_VERSION);
    app.require_subcommand(0, 1);
    addViewerOptions(app, line);
    addCommands(app, line);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int status = app.exit(error);
        if (status == 0)
            return ExitOk;
        // A file or folder may bear the name of a command.
        const auto commands = app.get_subcommands();
        if (!commands.empty() && exists(commands.front()->get_name()))
            std::fprintf(stderr, "To open \"%s\" in the viewer, write ./%s\n", commands.front()->get_name().c_str(),
                         commands.front()->get_name().c_str());
        return ExitUsage;
    }
    return checkMeaning(app, line);
}

} // namespace halflens
