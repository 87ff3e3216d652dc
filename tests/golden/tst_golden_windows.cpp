// SPDX-License-Identifier: BSD-3-Clause
// The main window and the dialogs, light and dark, against stored pictures under the rule of layout_diff.h. On failure
// the picture, the stored one and their difference lie in golden_failures of the build folder.
//   HALFLENS_UPDATE_GOLDEN=1 QT_QPA_PLATFORM=offscreen build/release/tests/test_golden_windows tst_golden_windows
//   windows
// writes new ones into the source tree, to be looked at before they are committed.
#include "tests/gui/gui_fixture.h"
#include "tests/support/layout_diff.h"
#include "tests/support/test_case.h"
#include "ui/dialogs/export_figure_dialog.h"
#include "ui/dialogs/figure_preview.h"
#include "ui/dialogs/model_manager.h"
#include "ui/state/theme.h"

#include <QDialog>
#include <QDir>
#include <QDockWidget>
#include <QPainter>
#include <QTest>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

namespace {

/// Two models in memory.
class TwoModels final : public ModelLibrary {
public:
    std::vector<ModelRecord> records() const override
    {
        return {{"lite-triq", "TRIQ lite", "triq", "efficientnet-lite0", "fitted to 512 × 384", "1 to 5",
                 "BSD-3-Clause", "https://example.org", "# TRIQ lite\n\nTrained on photos.", "/pack/lite-triq",
                 6'100'000, false},
                {"own-koncept", "KonCept", "koncept", "inceptionresnetv2", "at its own size", "0 to 100", "MIT",
                 "https://example.org", "", "/data/own-koncept", 240'000'000, true}};
    }
    std::vector<Error> problems() const override { return {}; }
    std::vector<PublishedRecord> published() const override { return {}; }
    Result<ImportRecord> import(const std::filesystem::path&, const std::filesystem::path&, const JobContext&) override
    {
        return Error{ErrorCode::Unsupported, "import", "not here", {}, {}};
    }
    Status verify(const std::string&, const JobContext&) override { return {}; }
    Status remove(const std::string&) override { return {}; }
};

Result<MapExplanation> rampMap(const Image& image, const MapRequest&, const JobContext&)
{
    MapExplanation result;
    result.map = ScalarMap(image.height, image.width);
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x)
            result.map.row(y)[static_cast<std::size_t>(x)] = static_cast<float>(x) / static_cast<float>(image.width);
    }
    return result;
}

} // namespace

class TestGoldenWindows : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QFont font(u"DejaVu Sans"_s);
        font.setPointSizeF(9); // 12 pixels
        font.setHintingPreference(QFont::PreferNoHinting); // widths do not depend on the settings of the desktop
        QApplication::setFont(font);
    }

    void windows_data()
    {
        QTest::addColumn<QString>("window");
        QTest::addColumn<QString>("theme");
        for (const char* theme : {"light", "dark"}) {
            for (const char* window : {"main", "export", "preferences", "models", "shortcuts", "palette"})
                QTest::addRow("%s_%s", window, theme) << QString::fromLatin1(window) << QString::fromLatin1(theme);
        }
    }
    void windows()
    {
        QFETCH(QString, window);
        QFETCH(QString, theme);
        const QImage actual = pictureOf(window, theme);
        QVERIFY(!actual.isNull());
        const QString name = u"window_%1_%2"_s.arg(window, theme);
        const QString stored = QStringLiteral(HALFLENS_SOURCE_DIR "/tests/golden/data/%1.png").arg(name);
        if (qEnvironmentVariableIsSet("HALFLENS_UPDATE_GOLDEN")) {
            QVERIFY(actual.save(stored));
            return;
        }
        const QImage expected(stored);
        QVERIFY2(!expected.isNull(), qPrintable(stored));
        QImage diff;
        const QString problem = layoutProblem(actual, expected, {}, &diff);
        if (problem.isEmpty())
            return;
        const QDir folder(QStringLiteral(HALFLENS_BINARY_DIR "/golden_failures"));
        QVERIFY(folder.mkpath(u"."_s));
        actual.save(folder.filePath(name + u".png"_s));
        diff.save(folder.filePath(name + u"_diff.png"_s));
        QFAIL(qPrintable(u"%1: %2; see %3"_s.arg(name, problem, folder.path())));
    }

    /// That the rule sees what it is there for, and nothing else.
    void rule()
    {
        const QImage light = pictureOf(u"main"_s, u"light"_s);
        const MainWindow& window = *m_fixture->window;
        const auto differs = [&](const QImage& image) { return !layoutProblem(image, light, {}).isEmpty(); };

        QImage moved(light.size(), light.format()); // by a pixel
        moved.fill(themePalette(false).color(QPalette::Window));
        QPainter(&moved).drawImage(1, 1, light);
        QCOMPARE(layoutProblem(moved, light, {}), QString());
        int panels = 0;
        for (const QDockWidget* dock : window.findChildren<QDockWidget*>()) {
            if (dock->visibleRegion().isEmpty())
                continue; // behind another
            ++panels;
            QImage missing = light;
            QPainter(&missing).fillRect(dock->geometry(), themePalette(false).color(QPalette::Window));
            QVERIFY2(differs(missing), qPrintable(dock->objectName()));
        }
        QVERIFY(panels >= 4);
        for (const QColor& colour : {themeColors(false).card, themeColors(false).canvas,
                                     themePalette(false).color(QPalette::Window), themeColors(false).accent}) {
            QImage other = light.convertToFormat(QImage::Format_RGB32);
            for (int y = 0; y < other.height(); ++y) {
                for (int x = 0; x < other.width(); ++x) {
                    if ((other.pixel(x, y) & 0xffffff) == (colour.rgb() & 0xffffff))
                        other.setPixelColor(x, y, QColor(colour.red() - 12, colour.green(), colour.blue()));
                }
            }
            QVERIFY2(differs(other), qPrintable(colour.name()));
        }
        m_fixture->settings.setValue(setting::Theme, u"dark"_s);
        QVERIFY(differs(grabbed(*m_fixture->window)));
    }

    void cleanup() { m_fixture.reset(); }

private:
    static QImage grabbed(QWidget& widget)
    {
        QCoreApplication::sendPostedEvents();
        return widget.grab().toImage().convertToFormat(QImage::Format_RGB32);
    }

    /// One dialog of that kind, as wide as the stored pictures were made.
    QImage dialogOf(QAction* action)
    {
        action->trigger();
        auto* dialog = m_fixture->window->findChild<QDialog*>(QString(), Qt::FindDirectChildrenOnly);
        if (!dialog || !QTest::qWaitForWindowExposed(dialog))
            return {};
        return grabbed(*dialog);
    }

    QImage pictureOf(const QString& name, const QString& theme)
    {
        m_fixture = std::make_unique<GuiFixture>();
        m_fixture->settings.setValue(setting::Theme, theme);
        m_fixture->models.onExplain = rampMap;
        if (name == u"models"_s) {
            TwoModels library;
            EngineClient engine;
            ModelManager manager(library, engine);
            manager.show();
            return QTest::qWaitForWindowExposed(&manager) ? grabbed(manager) : QImage();
        }
        MainWindow& window = m_fixture->open();
        const QString samples = QStringLiteral(HALFLENS_SOURCE_DIR "/resources/samples/");
        window.workspace().open({samples + u"coffee.png"_s, samples + u"rocket.jpg"_s});
        m_fixture->openAndWait(samples + u"cat.png"_s);
        Actions& actions = window.actions();
        if (name == u"preferences"_s)
            return dialogOf(actions.preferences);
        if (name == u"shortcuts"_s)
            return dialogOf(actions.shortcuts);
        if (name == u"palette"_s)
            return dialogOf(actions.palette);
        if (name == u"export"_s) {
            dialogOf(actions.exportFigure);
            auto* dialog = window.findChild<ExportFigureDialog*>();
            if (!dialog
                || !QTest::qWaitFor([&] { return !dialog->findChild<FigurePreview*>()->image().isNull(); }, PatienceMs))
                return {};
            return grabbed(*dialog);
        }
        // Two blocks hidden, a map over the photo: what a window in use looks like.
        QTest::mouseClick(&m_fixture->canvas(), Qt::LeftButton, {}, m_fixture->at(0));
        QTest::mouseClick(&m_fixture->canvas(), Qt::LeftButton, {}, m_fixture->at(1));
        m_fixture->clickLayerBox(OverlayId::GradCam);
        if (!QTest::qWaitFor([&] { return window.maps().map(OverlayId::GradCam) != nullptr; }, PatienceMs))
            return {};
        // The strip's thumbnail and the end of the work.
        if (!QTest::qWaitFor([&] { return !window.workspace().engine().isBusy(); }, PatienceMs))
            return {};
        QCursor::setPos(0, 0);
        return grabbed(window);
    }

    std::unique_ptr<GuiFixture> m_fixture;
};

HALFLENS_TEST(TestGoldenWindows)
#include "tst_golden_windows.moc"
