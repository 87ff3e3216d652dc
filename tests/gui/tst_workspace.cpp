// SPDX-License-Identifier: BSD-3-Clause
// Opening, moving on and looking ahead, without a window.
#include "tests/support/fake_models.h"
#include "tests/support/test_case.h"
#include "ui/state/workspace.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

class TestWorkspace : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_settings = std::make_unique<Settings>(nullptr);
        m_models = std::make_unique<FakeModels>();
        m_workspace = std::make_unique<Workspace>(*m_models, *m_settings);
    }
    void cleanup()
    {
        m_workspace.reset();
        m_models.reset();
        m_settings.reset();
    }

    void neighbourIsReadyBeforeItIsWanted()
    {
        m_workspace->open({picture(u"a.png"_s, Qt::red), picture(u"b.png"_s, Qt::blue)});
        QTRY_COMPARE(m_models->tables.load(), 2); // the second was never asked for
        QTRY_VERIFY(!m_workspace->engine().isPending({m_workspace->at(1)->id(), Stage::Analysis}));
        m_workspace->step(1);
        QCOMPARE(m_workspace->current(), m_workspace->at(1)); // at once
        QVERIFY(m_workspace->current()->loaded() && m_workspace->current()->analysis()->report);
        QCOMPARE(m_models->tables.load(), 2);
    }

    void quickSteppingEndsWhereItStops()
    {
        QStringList paths;
        for (int i = 0; i < 8; ++i)
            paths << picture(u"%1.png"_s.arg(i), QColor(30 * i, 0, 0));
        m_workspace->open(paths);
        for (int i = 0; i < 5; ++i)
            m_workspace->step(1);
        QTRY_COMPARE(m_workspace->currentIndex(), 5);
        QTRY_VERIFY(m_workspace->current()->analysis() && m_workspace->current()->analysis()->report);
        QCOMPARE(m_workspace->current()->loaded()->image->row(0)[0], std::uint8_t(150));
    }

    void equalPixelsShareTheirResult()
    {
        m_workspace->open({picture(u"a.png"_s, Qt::red)});
        QTRY_COMPARE(m_models->tables.load(), 1);
        QTRY_VERIFY(m_workspace->current()->analysis() && m_workspace->current()->analysis()->report);
        m_workspace->open({picture(u"copy of a.png"_s, Qt::red)});
        QTRY_COMPARE(m_workspace->currentIndex(), 1);
        QVERIFY(m_workspace->current()->analysis()->report); // from the cache, in the same turn
        QCOMPARE(m_models->tables.load(), 1);
    }

    void knownFilesAreShownNotAddedTwice()
    {
        const QString a = picture(u"a.png"_s, Qt::red);
        const QString b = picture(u"b.png"_s, Qt::blue);
        m_workspace->open({a, b});
        QTRY_COMPARE(m_workspace->currentIndex(), 0);
        m_workspace->open({b});
        QTRY_COMPARE(m_workspace->currentIndex(), 1);
        QCOMPARE(m_workspace->count(), 2);
    }

    void brokenOnesInAFolderAreSkippedWhenReached()
    {
        const QString a = picture(u"a.png"_s, Qt::red);
        QFile broken(m_folder->filePath(u"b.png"_s));
        QVERIFY(broken.open(QIODevice::WriteOnly));
        broken.write("no image");
        broken.close();
        picture(u"c.png"_s, Qt::blue);
        QSignalSpy failed(m_workspace.get(), &Workspace::failed);
        m_workspace->open({m_folder->path()});
        QTRY_COMPARE(m_workspace->currentIndex(), 0);
        m_workspace->step(1);
        QTRY_COMPARE(failed.count(), 1);
        QCOMPARE(m_workspace->count(), 2);
        QCOMPARE(m_workspace->current()->path(), a); // the picture stays
        m_workspace->step(1);
        QTRY_COMPARE(m_workspace->current()->title(), u"c.png"_s);
    }

    void emptyFolderIsAnError()
    {
        QSignalSpy failed(m_workspace.get(), &Workspace::failed);
        m_workspace->open({m_folder->path()});
        QCOMPARE(failed.count(), 1);
        QCOMPARE(m_workspace->count(), 0);
    }

    void closingTheShownOneShowsItsNeighbour()
    {
        m_workspace->open(
            {picture(u"a.png"_s, Qt::red), picture(u"b.png"_s, Qt::blue), picture(u"c.png"_s, Qt::green)});
        m_workspace->show(1);
        QTRY_COMPARE(m_workspace->currentIndex(), 1);
        m_workspace->close(1);
        QTRY_VERIFY(m_workspace->current() && m_workspace->current()->title() == u"c.png"_s);
        m_workspace->close(1);
        QTRY_VERIFY(m_workspace->current() && m_workspace->current()->title() == u"a.png"_s);
        m_workspace->close(0);
        QCOMPARE(m_workspace->current(), nullptr);
        m_workspace->close(0); // nothing there: nothing happens
    }

    void closingWhatIsBeingReadForgetsIt()
    {
        QSignalSpy shown(m_workspace.get(), &Workspace::currentChanged);
        m_workspace->open({picture(u"a.png"_s, Qt::red)});
        m_workspace->close(0);
        m_workspace->open({picture(u"b.png"_s, Qt::blue)});
        QTRY_COMPARE(shown.count(), 1);
        QCOMPARE(m_workspace->current()->title(), u"b.png"_s);
    }

    void thumbnailsComeWhenAskedFor()
    {
        QImage wide(1000, 10, QImage::Format_RGB888);
        wide.fill(Qt::green);
        const QString path = m_folder->filePath(u"wide.png"_s);
        QVERIFY(wide.save(path));
        QSignalSpy changed(m_workspace.get(), &Workspace::thumbnailChanged);
        m_workspace->open({path});
        QVERIFY(m_workspace->thumbnail(0).isNull());
        QVERIFY(m_workspace->thumbnail(0).isNull()); // asked twice, made once
        QTRY_COMPARE(changed.count(), 1);
        const QImage thumbnail = m_workspace->thumbnail(0);
        QCOMPARE(thumbnail.width(), 256);
        QVERIFY(thumbnail.height() >= 1);
        QCOMPARE(thumbnail.pixelColor(100, 0), QColor(Qt::green));
    }

    void optionsApplyToEveryResultAtOnce()
    {
        m_workspace->open({picture(u"a.png"_s, Qt::red)});
        QTRY_VERIFY(m_workspace->current() && m_workspace->current()->analysis()
                    && m_workspace->current()->analysis()->report);
        m_settings->setValue(setting::Epsilon, 0.22);
        QCOMPARE(m_workspace->current()->analysis()->report->enough.visible, 6);
        m_settings->setValue(setting::Indicator, u"emd"_s);
        QVERIFY(m_workspace->current()->analysis()->options.indicator == Indicator::Emd);
        QCOMPARE(m_models->tables.load(), 1);
    }

    void storedModelThatIsGoneFallsBack()
    {
        m_settings->setValue(setting::Model, u"was-removed"_s);
        const Workspace other(*m_models, *m_settings);
        QCOMPARE(other.modelId(), u"fake-one"_s);
    }

private:
    QString picture(const QString& name, const QColor& color) const
    {
        QImage image(80, 60, QImage::Format_RGB888);
        image.fill(color);
        const QString path = m_folder->filePath(name);
        if (!image.save(path))
            qFatal("cannot write the picture");
        return path;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<FakeModels> m_models;
    std::unique_ptr<Workspace> m_workspace;
};

HALFLENS_TEST(TestWorkspace)
#include "tst_workspace.moc"
