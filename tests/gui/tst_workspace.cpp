// SPDX-License-Identifier: BSD-3-Clause
// Opening, moving on and looking ahead, without a window.
#include "tests/support/fake_models.h"
#include "tests/support/test_case.h"
#include "ui/state/workspace.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

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

    void addressesOfFilesOpenToo()
    {
        picture(u"a b#1.png"_s, Qt::red);
        m_workspace->open({QUrl::fromLocalFile(m_folder->filePath(u"a b#1.png"_s)).toString(QUrl::FullyEncoded)});
        QTRY_VERIFY(m_workspace->current());
        QCOMPARE(m_workspace->current()->title(), u"a b#1.png"_s);
    }

    void emptyFolderIsAnError()
    {
        QSignalSpy failed(m_workspace.get(), &Workspace::failed);
        m_workspace->open({m_folder->path()});
        QTRY_COMPARE(failed.count(), 1);
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
        QSignalSpy changed(&m_workspace->thumbnails(), &ThumbnailStore::changed);
        m_workspace->open({path});
        QTRY_VERIFY(m_workspace->current());
        changed.clear();
        const Document& document = *m_workspace->current();
        QVERIFY(m_workspace->thumbnails().thumbnail(document).isNull());
        QVERIFY(m_workspace->thumbnails().thumbnail(document).isNull()); // asked twice, made once
        QTRY_COMPARE(changed.count(), 1);
        const QImage thumbnail = m_workspace->thumbnails().thumbnail(document);
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

    void changedFileIsReadAgain_data()
    {
        QTest::addColumn<bool>("byRefresh");
        QTest::newRow("opened again") << false;
        QTest::newRow("refreshed") << true;
    }
    void changedFileIsReadAgain()
    {
        QFETCH(bool, byRefresh);
        const QString path = picture(u"a.png"_s, Qt::red);
        m_workspace->open({path});
        QTRY_VERIFY(m_workspace->image().report());
        const Document& document = *m_workspace->current();
        QTRY_COMPARE(m_workspace->thumbnails().thumbnail(document).pixelColor(1, 1), QColor(Qt::red));
        m_workspace->current()->changeMask(BlockMask(1), {});
        m_workspace->refresh(); // nothing has changed: nothing is read
        QVERIFY(m_workspace->wantedIndex() == 0 && !m_workspace->engine().isBusy());
        picture(u"a.png"_s, Qt::blue, 81);
        if (byRefresh)
            m_workspace->refresh();
        else
            m_workspace->open({path});
        QTRY_COMPARE(m_workspace->current()->loaded()->image->width, 81);
        QTRY_VERIFY(m_workspace->image().report());
        QCOMPARE(m_workspace->image().analysis()->imageHash, m_workspace->current()->loaded()->image->contentHash);
        QCOMPARE(m_models->tables.load(), 2);
        QCOMPARE(m_workspace->count(), 1);
        QVERIFY(m_workspace->image().mask() == BlockMask(1)); // the user's own stays
        QTRY_COMPARE(m_workspace->thumbnails().thumbnail(document).pixelColor(1, 1), QColor(Qt::blue));
    }

    void shownImageStaysWhenItsFileIsGone()
    {
        const QString path = picture(u"a.png"_s, Qt::red);
        m_workspace->open({path});
        QTRY_VERIFY(m_workspace->image().report());
        QVERIFY(QFile::remove(path));
        QSignalSpy failed(m_workspace.get(), &Workspace::failed);
        m_workspace->refresh();
        QTRY_COMPARE(failed.count(), 1);
        QVERIFY(m_workspace->image().report());
    }

    void firstGoodOneOfThoseOpenedIsShown()
    {
        m_workspace->open({picture(u"shown.png"_s, Qt::green)});
        QTRY_VERIFY(m_workspace->current());
        QSignalSpy failed(m_workspace.get(), &Workspace::failed);
        m_workspace->open(
            {broken(u"x.png"_s), broken(u"y.png"_s), picture(u"a.png"_s, Qt::red), picture(u"b.png"_s, Qt::blue)});
        QTRY_COMPARE(m_workspace->current()->title(), u"a.png"_s);
        QCOMPARE(failed.count(), 2);
        QCOMPARE(m_workspace->count(), 3);
    }

    void pastedImageIsThatOfItsFile_data()
    {
        QTest::addColumn<QImage>("image");
        QImage alpha(80, 60, QImage::Format_ARGB32);
        for (int y = 0; y < 60; ++y) {
            for (int x = 0; x < 80; ++x)
                alpha.setPixel(x, y, qRgba(3 * x, 200, 4 * y, 2 * x + y));
        }
        QTest::newRow("alpha") << alpha;
        QImage grey(80, 60, QImage::Format_Grayscale16);
        for (int y = 0; y < 60; ++y) {
            for (int x = 0; x < 80; ++x)
                reinterpret_cast<quint16*>(grey.scanLine(y))[x] = static_cast<quint16>(800 * x);
        }
        QTest::newRow("grey of 16 bits") << grey;
        QTest::newRow("palette")
            << alpha.convertToFormat(QImage::Format_RGB888).convertToFormat(QImage::Format_Indexed8);
    }
    void pastedImageIsThatOfItsFile()
    {
        QFETCH(QImage, image);
        const QString path = m_folder->filePath(u"a.png"_s);
        QVERIFY(image.save(path));
        m_workspace->open({path});
        QTRY_VERIFY(m_workspace->current());
        const std::shared_ptr<const Image> fromFile = m_workspace->current()->loaded()->image;
        m_workspace->openImage(image, u"Pasted"_s);
        QTRY_COMPARE(m_workspace->currentIndex(), 1);
        QCOMPARE(m_workspace->current()->loaded()->image->rgb, fromFile->rgb);
        QCOMPARE(m_workspace->current()->loaded()->image->contentHash, fromFile->contentHash);
    }

    /// Very many are listed bit by bit, so that the window goes on.
    void manyFilesComeBitByBit()
    {
        QStringList paths{picture(u"a.png"_s, Qt::red)};
        for (int i = 0; i < 20'000; ++i)
            paths << m_folder->filePath(u"absent%1.png"_s.arg(i));
        paths << paths.at(7); // named twice
        int bits = 0;
        int largest = 0;
        connect(&m_workspace->documents(), &DocumentList::added, this, [&](int first, int last) {
            ++bits;
            largest = std::max(largest, last - first + 1);
        });
        m_workspace->open(paths);
        QCOMPARE(m_workspace->count(), 0);
        QTRY_COMPARE(m_workspace->count(), 20'001);
        QVERIFY(bits > 5 && largest < 5000);
        QTRY_COMPARE(m_workspace->currentIndex(), 0);
        QCOMPARE(m_workspace->at(20'000)->title(), u"absent19999.png"_s);
    }

    void thumbnailsAreBounded()
    {
        constexpr int Images = 80;
        QStringList paths;
        for (int i = 0; i < Images; ++i)
            paths << picture(u"%1.png"_s.arg(i), QColor(3 * i, 0, 0));
        m_workspace->open(paths);
        QTRY_COMPARE(m_workspace->count(), Images);
        for (int i = 0; i < Images; ++i)
            m_workspace->thumbnails().thumbnail(*m_workspace->at(i));
        QTRY_VERIFY(!m_workspace->thumbnails().thumbnail(*m_workspace->at(Images - 1)).isNull());
        QVERIFY(m_workspace->thumbnails().thumbnail(*m_workspace->at(0)).isNull()); // given up for newer ones
        QTRY_VERIFY(!m_workspace->thumbnails().thumbnail(*m_workspace->at(0)).isNull()); // until it is asked for again
    }

    void storedModelThatIsGoneFallsBack()
    {
        m_settings->setValue(setting::Model, u"was-removed"_s);
        const Workspace other(*m_models, *m_settings);
        QCOMPARE(other.modelId(), u"fake-one"_s);
    }

private:
    QString broken(const QString& name) const
    {
        QFile file(m_folder->filePath(name));
        if (!file.open(QIODevice::WriteOnly))
            qFatal("cannot write the file");
        file.write("no image");
        return file.fileName();
    }

    QString picture(const QString& name, const QColor& color, int width = 80) const
    {
        QImage image(width, 60, QImage::Format_RGB888);
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
