// SPDX-License-Identifier: BSD-3-Clause
// The dialog of models with mouse and keys: looking, importing by button and drop, checking, removing, failing.
#include "tests/support/test_case.h"
#include "ui/dialogs/model_manager.h"

#include <QApplication>
#include <QDropEvent>
#include <QHeaderView>
#include <QMessageBox>
#include <QMimeData>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTest>
#include <QTextBrowser>
#include <QTimer>
#include <QTreeWidget>

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

using namespace halflens;
using namespace Qt::StringLiterals;

namespace {

/// A library in memory. Files called "broken..." are refused.
class FakeLibrary final : public ModelLibrary {
public:
    FakeLibrary()
    {
        m_records.push_back({"lite-triq", "TRIQ lite", "triq", "efficientnet-lite0", "fitted to 512 × 384", "1 to 5",
                             "BSD-3-Clause", "", "# Card of TRIQ lite\n\nTrained on photos.", "/pack/lite-triq",
                             6'100'000, false});
    }

    std::function<Status(const JobContext&)> onImport; ///< on the worker

    std::vector<ModelRecord> records() const override
    {
        const std::scoped_lock lock(m_mutex);
        return m_records;
    }
    std::vector<Error> problems() const override { return {}; }
    std::vector<PublishedRecord> published() const override
    {
        return {{"TRIQ", "TRIQ.h5", "junyongyou/triq", "https://example.org/triq", "MIT"}};
    }
    Result<ImportRecord> import(const std::filesystem::path& file, const std::filesystem::path& manifest,
                                const JobContext& context) override
    {
        context.report(0.5, "reading");
        if (onImport) {
            if (Status status = onImport(context); !status)
                return std::move(status).error();
        }
        const std::string name = file.filename().string();
        if (name.starts_with("broken"))
            return Error{ErrorCode::InvalidInput, "checkpoint", "the file is cut off", "get it again", file.string()};
        ModelRecord record{"own-" + file.stem().string(),
                           name,
                           "koncept",
                           "inceptionresnetv2",
                           "at its own size",
                           "0 to 100",
                           "MIT",
                           "https://example.org",
                           "",
                           "/data/own",
                           240'000'000,
                           true};
        const std::scoped_lock lock(m_mutex);
        m_records.push_back(record);
        manifests.push_back(manifest.filename().string());
        return ImportRecord{record, "koncept on inceptionresnetv2"};
    }
    Status verify(const std::string& id, const JobContext&) override
    {
        if (id.starts_with("own-"))
            return Error{ErrorCode::InvalidInput, "checkpoint", "the weights changed", "import them again", {}};
        return {};
    }
    Status remove(const std::string& id) override
    {
        const std::scoped_lock lock(m_mutex);
        std::erase_if(m_records, [&](const ModelRecord& record) { return record.id == id; });
        return {};
    }

    std::vector<std::string> manifests;

private:
    mutable std::mutex m_mutex;
    std::vector<ModelRecord> m_records;
};

} // namespace

class TestModelManager : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_library = std::make_unique<FakeLibrary>();
        m_engine = std::make_unique<EngineClient>();
        m_dialog = std::make_unique<ModelManager>(*m_library, *m_engine);
        m_dialog->show();
        QVERIFY(QTest::qWaitForWindowActive(m_dialog.get(), halflens::test::PatienceMs));
    }
    void cleanup()
    {
        m_dialog.reset();
        m_engine.reset();
        m_library.reset();
    }

    void tellsWhatIsThere()
    {
        QCOMPARE(list()->topLevelItemCount(), 1);
        QCOMPARE(m_dialog->selectedId(), u"lite-triq"_s);
        const QString details = m_dialog->findChild<QTextBrowser*>(u"modelDetails"_s)->toPlainText();
        for (const QString& part : {u"TRIQ lite"_s, u"efficientnet-lite0"_s, u"fitted to 512 × 384"_s,
                                    u"BSD-3-Clause"_s, u"Trained on photos."_s})
            QVERIFY2(details.contains(part), qPrintable(part));
        QVERIFY(!button("removeModel")->isEnabled()); // belongs to HalfLens
        QVERIFY(button("verifyModel")->isEnabled());
    }

    void publishedFilesSayWhereAndLicence()
    {
        auto* tabs = m_dialog->findChild<QTabWidget*>();
        tabs->setFocus();
        QTest::keyClick(tabs->focusWidget() ? tabs->focusWidget() : tabs, Qt::Key_Tab, Qt::ControlModifier);
        QCOMPARE(tabs->currentIndex(), 1);
        auto* published = m_dialog->findChild<QTreeWidget*>(u"publishedList"_s);
        QVERIFY(published->isVisible());
        QCOMPARE(published->topLevelItem(0)->text(3), u"MIT"_s);
        QVERIFY(published->topLevelItem(0)->toolTip(0).contains(u"https://example.org/triq"_s));
    }

    void dropImports()
    {
        QSignalSpy changed(m_dialog.get(), &ModelManager::modelsChanged);
        QMimeData content;
        content.setUrls({QUrl::fromLocalFile(u"/some/where/KonCept512.pth"_s),
                         QUrl::fromLocalFile(u"/some/where/KonCept512.json"_s)});
        QDragEnterEvent enter({20, 20}, Qt::CopyAction, &content, Qt::LeftButton, {});
        QApplication::sendEvent(m_dialog.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop({20, 20}, Qt::CopyAction, &content, Qt::LeftButton, {});
        QApplication::sendEvent(m_dialog.get(), &drop);
        QTRY_COMPARE(changed.count(), 1);
        QCOMPARE(m_dialog->selectedId(), u"own-KonCept512"_s); // what came is shown
        QVERIFY(m_dialog->message().contains(u"koncept on inceptionresnetv2"_s));
        QVERIFY(button("removeModel")->isEnabled());
        QVERIFY(!progress()->isVisible());
    }

    void severalFilesGoOneAfterTheOther()
    {
        QSignalSpy changed(m_dialog.get(), &ModelManager::modelsChanged);
        m_dialog->importFiles({u"a.h5"_s, u"broken.h5"_s, u"c.h5"_s});
        QTRY_COMPARE(changed.count(), 2); // the broken one costs only itself
        QCOMPARE(list()->topLevelItemCount(), 3);
    }

    void errorsAreSaidInPlainWords()
    {
        m_dialog->importFiles({u"/some/where/broken.h5"_s});
        QTRY_VERIFY(m_dialog->message().contains(u"the file is cut off"_s));
        QVERIFY(m_dialog->message().contains(u"get it again"_s));
        QVERIFY(m_dialog->message().contains(u"broken.h5"_s));
        QVERIFY(!m_dialog->message().contains(u"/some/where"_s));
        QCOMPARE(list()->topLevelItemCount(), 1);
    }

    void stopButtonStops()
    {
        std::atomic<bool> began{false};
        m_library->onImport = [&](const JobContext& context) -> Status {
            began = true;
            while (!context.isStopped())
                std::this_thread::yield();
            return cancelledError();
        };
        m_dialog->importFiles({u"a.h5"_s, u"b.h5"_s});
        QTRY_VERIFY(began);
        QVERIFY(progress()->isVisible());
        QTRY_COMPARE(progress()->value(), 50);
        QVERIFY(!button("verifyModel")->isEnabled());
        QTest::mouseClick(button("cancelModelWork"), Qt::LeftButton);
        QVERIFY(!progress()->isVisible());
        m_library->onImport = {};
        QCOMPARE(list()->topLevelItemCount(), 1);
        QVERIFY(button("verifyModel")->isEnabled());
    }

    void closingStops()
    {
        std::atomic<bool> stopped{false};
        std::atomic<bool> began{false};
        m_library->onImport = [&](const JobContext& context) -> Status {
            began = true;
            while (!context.isStopped())
                std::this_thread::yield();
            stopped = true;
            return cancelledError();
        };
        m_dialog->importFiles({u"a.h5"_s});
        QTRY_VERIFY(began);
        m_dialog.reset();
        QTRY_VERIFY(stopped);
    }

    void verifiesWithTheKeyboard()
    {
        button("verifyModel")->setFocus();
        QTest::keyClick(button("verifyModel"), Qt::Key_Space);
        QTRY_VERIFY(m_dialog->message().contains(u"lite-triq is complete"_s));
        m_dialog->importFiles({u"a.h5"_s});
        QTRY_COMPARE(m_dialog->selectedId(), u"own-a"_s);
        QTest::mouseClick(button("verifyModel"), Qt::LeftButton);
        QTRY_VERIFY(m_dialog->message().contains(u"the weights changed"_s));
    }

    void removalAsksFirst()
    {
        m_dialog->importFiles({u"a.h5"_s});
        QTRY_COMPARE(m_dialog->selectedId(), u"own-a"_s);
        answerWith(QMessageBox::RejectRole);
        QTest::mouseClick(button("removeModel"), Qt::LeftButton);
        QCOMPARE(list()->topLevelItemCount(), 2);
        answerWith(QMessageBox::DestructiveRole);
        QTest::mouseClick(button("removeModel"), Qt::LeftButton);
        QTRY_COMPARE(list()->topLevelItemCount(), 1);
        QCOMPARE(m_dialog->selectedId(), u"lite-triq"_s);
        QVERIFY(m_dialog->message().contains(u"own-a was removed"_s));
    }

    void longNamesFit()
    {
        m_dialog->importFiles({u"/x/"_s + QString(180, u'n') + u".h5"_s});
        QTRY_COMPARE(list()->topLevelItemCount(), 2);
        QVERIFY(m_dialog->width() <= 1000);
        QVERIFY(list()->header()->length() <= list()->viewport()->width() + 1);
    }

private:
    QTreeWidget* list() const { return m_dialog->findChild<QTreeWidget*>(u"modelList"_s); }
    QProgressBar* progress() const { return m_dialog->findChild<QProgressBar*>(u"modelProgress"_s); }
    QPushButton* button(const char* name) const { return m_dialog->findChild<QPushButton*>(QLatin1String(name)); }

    /// Presses the button of that role once the question is up.
    void answerWith(QMessageBox::ButtonRole role)
    {
        QTimer::singleShot(0, m_dialog.get(), [this, role] {
            auto* question = m_dialog->findChild<QMessageBox*>(u"confirmRemoval"_s);
            if (!question)
                return answerWith(role);
            for (QAbstractButton* candidate : question->buttons()) {
                if (question->buttonRole(candidate) == role)
                    QTest::mouseClick(candidate, Qt::LeftButton);
            }
        });
    }

    std::unique_ptr<FakeLibrary> m_library;
    std::unique_ptr<EngineClient> m_engine;
    std::unique_ptr<ModelManager> m_dialog;
};

HALFLENS_TEST(TestModelManager)
#include "tst_model_manager.moc"
