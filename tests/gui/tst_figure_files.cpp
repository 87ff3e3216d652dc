// SPDX-License-Identifier: BSD-3-Clause
// The same figure from the export dialog and from `halflens panel` is the same file: both are run, with the
// models of the default pack.
#include "core/analysis/registry_model_source.h"
#include "tests/support/program.h"
#include "tests/support/test_case.h"
#include "ui/dialogs/export_figure_dialog.h"
#include "ui/window/main_window.h"
#include "ui/window/theme_controller.h"

#include <QComboBox>
#include <QFile>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int LimeSamples = 16; // a thousand would only take longer
const QString Models = QStringLiteral(HALFLENS_SOURCE_DIR "/models");
const QString Photo = QStringLiteral(HALFLENS_SOURCE_DIR "/resources/samples/cat.png");

} // namespace

class TestFigureFiles : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void dialogAndCommand_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<int>("figure");
        QTest::addColumn<QString>("suffix");
        for (const QString& model : {u"lite-triq"_s, u"lite-koncept"_s}) {
            for (const int figure : {1, 2, 3})
                QTest::addRow("Fig. %d, %s", figure, qPrintable(model)) << model << figure << u"png"_s;
        }
        QTest::addRow("as a drawing") << u"lite-koncept"_s << 2 << u"svg"_s;
    }
    void dialogAndCommand()
    {
        QFETCH(QString, model);
        QFETCH(int, figure);
        QFETCH(QString, suffix);
        const QString ofDialog = m_folder.filePath(u"dialog."_s + suffix);
        const QString ofCommand = m_folder.filePath(u"command."_s + suffix);
        QVERIFY(exportFromDialog(model, figure, ofDialog));

        const test::Outcome command = runProgram(
            {u"panel"_s, u"--figure"_s, QString::number(figure), u"--model"_s, model, u"--models-dir"_s, Models,
             u"--samples"_s, QString::number(LimeSamples), u"--segments"_s, u"grid"_s, Photo, u"-o"_s, ofCommand});
        QVERIFY2(command.status == 0, command.errors.constData());

        const QByteArray expected = contentOf(ofCommand);
        QVERIFY(expected.size() > 1000);
        QVERIFY(contentOf(ofDialog) == expected);
        QFile::remove(ofDialog);
        QFile::remove(ofCommand);
    }

private:
    static bool exportFromDialog(const QString& model, int figure, const QString& path)
    {
        RegistryModelSource models(ModelRegistry::scan({Models.toStdString()}));
        Settings settings(nullptr);
        settings.setValue(setting::Theme, u"light"_s);
        settings.setValue(setting::Model, model);
        const ThemeController theme(settings);
        Viewer viewer(models, settings);
        MainWindow window(viewer);
        window.show();
        window.workspace().open({Photo});
        if (!QTest::qWaitFor([&] { return window.workspace().current() && window.workspace().current()->analysis(); },
                             120'000))
            return false;
        MapRequest parameters = window.layers().parameters();
        parameters.lime.samples = LimeSamples;
        parameters.lime.segments = LimeSegments::Grid;
        window.layers().setParameters(parameters);
        window.actions().exportFigure->trigger();
        auto* dialog = window.findChild<ExportFigureDialog*>();
        auto* choice = dialog->findChild<QComboBox*>(u"figureChoice"_s);
        choice->setCurrentIndex(choice->findData(figure));
        if (!QTest::qWaitFor([&] { return dialog->page().has_value(); }, 240'000))
            return false;
        QSignalSpy exported(&window.workspace(), &Workspace::exported);
        dialog->exportTo(path);
        return QTest::qWaitFor([&] { return exported.count() == 1; }, 60'000);
    }

    QTemporaryDir m_folder;
};

HALFLENS_TEST(TestFigureFiles)
#include "tst_figure_files.moc"
