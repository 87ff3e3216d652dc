// SPDX-License-Identifier: BSD-3-Clause
#include "app/viewer.h"

#include "app/command.h"
#include "core/analysis/registry_model_source.h"
#include "ui/panels/theme_icon.h"
#include "ui/state/text.h"
#include "ui/window/main_window.h"
#include "ui/window/theme_controller.h"

#include <QApplication>
#include <QDir>
#include <QSettings>
#include <QStandardPaths>

#include <cstdio>
#include <memory>

namespace halflens {

using namespace Qt::StringLiterals;

int runViewer(const ViewerOptions& options, const std::filesystem::path& modelsFolder)
{
    RegistryModelSource models(ModelRegistry::scan(ModelRegistry::defaultFolders(modelsFolder)));
    const auto registry = models.registry();
    if (!options.model.empty() && !registry->find(options.model)) {
        std::fprintf(stderr, "halflens: there is no model \"%s\"; \"halflens models list\" names those there are\n",
                     options.model.c_str());
        return ExitUsage;
    }
    models.manage(modelsFolder);
    QApplication::setWindowIcon(themeIcon(u"halflens"_s, Qt::black));
    QGuiApplication::setDesktopFileName(u"org.halflens.HalfLens"_s);
    Settings settings(std::make_unique<QSettings>());
    if (!options.theme.empty())
        settings.setForThisRun(setting::Theme, toQt(options.theme));
    if (!options.model.empty())
        settings.setForThisRun(setting::Model, toQt(options.model));
    const ThemeController theme(settings);
    Viewer viewer(models, settings, ScoreStore::defaultFile());
    MainWindow window(viewer);
    for (const Error& problem : registry->problems())
        viewer.workspace.report(problem);
    window.show();
    const QString data = QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation);
    viewer.session.startRecovery(QDir(data).filePath(u"recovery"_s));
    QStringList files;
    for (const std::string& file : options.files)
        files << fromFilePath(file);
    if (!files.isEmpty())
        window.openPaths(files);
    return QApplication::exec();
}

} // namespace halflens
