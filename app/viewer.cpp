// SPDX-License-Identifier: BSD-3-Clause
#include "app/viewer.h"

#include "core/analysis/registry_model_source.h"
#include "ui/panels/theme_icon.h"
#include "ui/state/text.h"
#include "ui/window/main_window.h"
#include "ui/window/theme_controller.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QSettings>

#include <memory>

namespace halflens {

using namespace Qt::StringLiterals;

ViewerOptions viewerOptions(const QStringList& arguments)
{
    const auto tr = [](const char* text) { return QCoreApplication::translate("Viewer", text); };
    QCommandLineParser parser;
    parser.setApplicationDescription(tr("Shows which half of an image a quality model really looks at."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addOptions({{u"models-dir"_s, tr("Folder with models, looked into first."), u"DIR"_s},
                       {u"model"_s, tr("Model to use."), u"ID"_s},
                       {u"theme"_s, tr("Colours for this start: light or dark."), u"NAME"_s}});
    parser.addPositionalArgument(u"files"_s, tr("Images and folders to open."), u"[FILE...]"_s);
    parser.process(arguments);
    return {parser.positionalArguments(), parser.value(u"models-dir"_s), parser.value(u"model"_s),
            parser.value(u"theme"_s)};
}

int runViewer(QApplication& /*application*/, const ViewerOptions& options)
{
    QApplication::setWindowIcon(themeIcon(u"halflens"_s, Qt::black));
    QGuiApplication::setDesktopFileName(u"halflens"_s);
    Settings settings(std::make_unique<QSettings>());
    if (!options.theme.isEmpty())
        settings.setForThisRun(setting::Theme, options.theme);
    if (!options.model.isEmpty())
        settings.setForThisRun(setting::Model, options.model);
    const ThemeController theme(settings);
    RegistryModelSource models(ModelRegistry::scan(ModelRegistry::defaultFolders(toPath(options.modelsFolder))));
    models.manage(toPath(options.modelsFolder));
    MainWindow window(models, settings);
    if (!options.model.isEmpty() && window.workspace().modelId() != options.model)
        Q_EMIT window.workspace().failed({ErrorCode::InvalidInput, "model", "there is no such model",
                                          "\"halflens models list\" names those there are",
                                          options.model.toStdString()});
    const auto registry = models.registry();
    for (const Error& problem : registry->problems())
        Q_EMIT window.workspace().failed(problem);
    window.show();
    if (!options.files.isEmpty())
        window.workspace().open(options.files);
    return QApplication::exec();
}

int runViewer(QApplication& application)
{
    return runViewer(application, viewerOptions(QCoreApplication::arguments()));
}

} // namespace halflens
