// SPDX-License-Identifier: BSD-3-Clause
// Models that come and go in the dialog of models: chooser, menu, comparison and its key follow.
#include "tests/gui/gui_fixture.h"
#include "tests/support/test_case.h"
#include "ui/dialogs/model_manager.h"
#include "ui/panels/compared_models.h"
#include "ui/state/image_jobs.h"

#include <QComboBox>
#include <QMessageBox>
#include <QPushButton>
#include <QTimer>

#include <mutex>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

namespace {

/// Starts with one model; every file is a model "fake-two" that can be removed again.
class ShelfModels final : public ModelSource, public ModelLibrary {
public:
    std::vector<ModelEntry> models() const override
    {
        std::vector<ModelEntry> all = m_fakes.models();
        const std::scoped_lock lock(m_mutex);
        if (!m_hasSecond)
            all.pop_back();
        return all;
    }
    ModelLibrary* library() override { return this; }

    std::string defaultId() const override { return m_fakes.defaultId(); }
    Result<std::shared_ptr<const Predictor>> load(const std::string& id) override { return m_fakes.load(id); }
    std::string weightsHash(const std::string& id) const override { return m_fakes.weightsHash(id); }
    std::string objectnessKey() const override { return m_fakes.objectnessKey(); }
    Evaluator& evaluator() override { return m_fakes; }
    std::shared_ptr<const ObjectnessSource> objectness() override { return m_fakes.objectness(); }

    std::vector<ModelRecord> records() const override
    {
        std::vector<ModelRecord> records;
        for (const ModelEntry& entry : models())
            records.push_back(recordOf(entry));
        return records;
    }
    std::vector<Error> problems() const override { return {}; }
    std::vector<PublishedRecord> published() const override { return {}; }
    Result<ImportRecord> import(const std::filesystem::path&, const std::filesystem::path&, const JobContext&) override
    {
        {
            const std::scoped_lock lock(m_mutex);
            m_hasSecond = true;
        }
        return ImportRecord{recordOf(models().back()), "a fake"};
    }
    Status verify(const std::string&, const JobContext&) override { return {}; }
    Status remove(const std::string&) override
    {
        const std::scoped_lock lock(m_mutex);
        m_hasSecond = false;
        return {};
    }

    FakeModels& fakes() { return m_fakes; }

private:
    static ModelRecord recordOf(const ModelEntry& entry)
    {
        ModelRecord record;
        record.id = entry.id;
        record.name = entry.name;
        record.family = entry.family;
        record.own = entry.id == "fake-two";
        return record;
    }

    FakeModels m_fakes;
    mutable std::mutex m_mutex;
    bool m_hasSecond = false;
};

} // namespace

class TestModelChanges : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_fixture = std::make_unique<GuiFixture>();
        m_models = std::make_unique<ShelfModels>();
        m_fixture->open(*m_models);
    }
    void cleanup()
    {
        m_fixture.reset();
        m_models.reset();
    }

    void importedModelsJoin_data()
    {
        QTest::addColumn<bool>("hasImage");
        QTest::newRow("image open") << true;
        QTest::newRow("no image") << false;
    }
    void importedModelsJoin()
    {
        QFETCH(bool, hasImage);
        if (hasImage)
            m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        QCOMPARE(chooser()->count(), 1);
        QVERIFY(!window().actions().compare->isEnabled());
        import();
        QTRY_COMPARE(chooser()->count(), 2);
        QCOMPARE(chooser()->currentData().toString(), u"fake-one"_s); // the one in use stays
        QCOMPARE(window().comparison().models().size(), std::size_t(2));
        QTRY_VERIFY(card("fake-two"));
        QVERIFY(!card("fake-two")->isHidden());
        QVERIFY(window().actions().compare->isEnabled());
    }

    void comparedModelsStayAndNewOnesAreAsked()
    {
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        window().comparison().setOn(true);
        QTRY_COMPARE(window().comparison().agreement().models, 1);
        import();
        QTRY_COMPARE(window().comparison().agreement().models, 2);
    }

    void removedModelInUseGivesWayToTheDefault()
    {
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        ModelManager* manager = import();
        QTRY_COMPARE(chooser()->count(), 2);
        window().workspace().setModelId(u"fake-two"_s);
        QTRY_COMPARE(manager->selectedId(), u"fake-two"_s);
        confirmRemoval(manager);
        QTest::mouseClick(manager->findChild<QPushButton*>(u"removeModel"_s), Qt::LeftButton);
        QTRY_COMPARE(chooser()->count(), 1);
        QCOMPARE(window().workspace().modelId(), u"fake-one"_s);
        QCOMPARE(chooser()->currentData().toString(), u"fake-one"_s);
        QCOMPARE(window().comparison().models().size(), std::size_t(1));
        QTRY_VERIFY(!card("fake-two"));
        QVERIFY(!window().actions().compare->isEnabled());
    }

    /// Another file may come under the id of a removed model: nothing of the old one may be shown for it.
    void otherWeightsUnderAnIdAreLookedAtAgain()
    {
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        import();
        QTRY_COMPARE(chooser()->count(), 2);
        const auto analysed = [&](const QString& id) {
            window().workspace().setModelId(id);
            return QTest::qWaitFor([&] {
                const auto analysis = window().workspace().current()->analysis();
                return analysis && analysis->model.id == id.toStdString() && !window().workspace().engine().isBusy();
            });
        };
        QVERIFY(analysed(u"fake-two"_s) && analysed(u"fake-one"_s));
        QVERIFY(analysed(u"fake-two"_s) && analysed(u"fake-one"_s));
        QCOMPARE(m_models->fakes().tables.load(), 2); // one each, from the cache since
        m_models->fakes().weights = "other-";
        QVERIFY(analysed(u"fake-two"_s));
        QCOMPARE(m_models->fakes().tables.load(), 3);
    }

private:
    MainWindow& window() const { return *m_fixture->window; }
    QComboBox* chooser() const { return m_fixture->find<QComboBox>("modelBox"); }
    ModelCard* card(const char* id) const { return window().findChild<ModelCard*>(u"card-"_s + QLatin1String(id)); }

    ModelManager* import()
    {
        window().actions().manageModels->trigger();
        auto* manager = window().findChild<ModelManager*>();
        manager->importFiles({u"/some/where/two.h5"_s});
        return manager;
    }

    void confirmRemoval(ModelManager* manager)
    {
        QTimer::singleShot(0, manager, [this, manager] {
            auto* question = manager->findChild<QMessageBox*>(u"confirmRemoval"_s);
            if (!question)
                return confirmRemoval(manager);
            for (QAbstractButton* candidate : question->buttons()) {
                if (question->buttonRole(candidate) == QMessageBox::DestructiveRole)
                    QTest::mouseClick(candidate, Qt::LeftButton);
            }
        });
    }

    std::unique_ptr<GuiFixture> m_fixture;
    std::unique_ptr<ShelfModels> m_models;
};

HALFLENS_TEST(TestModelChanges)
#include "tst_model_changes.moc"
