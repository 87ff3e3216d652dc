// SPDX-License-Identifier: BSD-3-Clause
// Settings, recent files, file lists, texts.
#include "core/image/image_folder.h"
#include "tests/support/test_case.h"
#include "ui/state/image_files.h"
#include "ui/state/recent_files.h"
#include "ui/state/settings.h"
#include "ui/state/text.h"
#include "ui/state/theme.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <limits>

using namespace halflens;
using namespace Qt::StringLiterals;

class TestSettings : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everySpecificationIsSound()
    {
        const Settings settings(nullptr);
        for (const SettingSpec& spec : Settings::table()) {
            QVERIFY(spec.fallback.isValid());
            QCOMPARE(settings.value(spec.key), spec.fallback);
            QCOMPARE(spec.choices.size(), spec.choiceLabels.size());
            if (!spec.choices.isEmpty())
                QVERIFY(spec.choices.contains(spec.fallback.toString()));
            QCOMPARE(spec.label.isEmpty(), spec.help.isEmpty());
        }
    }

    void valuesAreCheckedAndKept()
    {
        QTemporaryDir folder;
        const QString file = folder.filePath(u"s.ini"_s);
        {
            Settings settings(std::make_unique<QSettings>(file, QSettings::IniFormat));
            QSignalSpy spy(&settings, &Settings::changed);
            settings.setValue(setting::Epsilon, 0.25);
            settings.setValue(setting::Epsilon, 0.25);
            settings.setValue(setting::Epsilon, 99.0);
            settings.setValue(setting::Epsilon, u"many"_s);
            settings.setValue(setting::Theme, u"purple"_s);
            QCOMPARE(spy.count(), 1);
            settings.setForThisRun(setting::Theme, u"dark"_s);
            QCOMPARE(settings.word(setting::Theme), u"dark"_s);
        }
        const Settings again(std::make_unique<QSettings>(file, QSettings::IniFormat));
        QCOMPARE(again.number(setting::Epsilon), 0.25);
        QCOMPARE(again.word(setting::Theme), u"system"_s); // for that run only
    }

    void damagedFileReadsAsDefaults()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath(u"s.ini"_s);
        {
            QSettings raw(path, QSettings::IniFormat);
            raw.setValue(setting::Epsilon, u"nan"_s);
            raw.setValue(setting::CacheMegabytes, -7);
            raw.setValue(setting::HiddenStyle, u"sparkling"_s);
            raw.setValue(setting::Grid, u"false"_s);
        }
        const Settings settings(std::make_unique<QSettings>(path, QSettings::IniFormat));
        QCOMPARE(settings.number(setting::Epsilon), 0.1);
        QCOMPARE(settings.value(setting::CacheMegabytes).toInt(), 768);
        QCOMPARE(settings.word(setting::HiddenStyle), u"black"_s);
        QCOMPARE(settings.flag(setting::Grid), false);
    }

    void recentFilesNewestFirstWithoutDoubles()
    {
        Settings settings(nullptr);
        RecentFiles recent(settings);
        for (int i = 0; i < 14; ++i)
            recent.add(u"/photos/%1.png"_s.arg(i));
        QCOMPARE(recent.paths().size(), qsizetype(RecentFiles::Limit));
        recent.add(u"/photos/10.png"_s);
        QCOMPARE(recent.paths().front(), u"/photos/10.png"_s);
        QCOMPARE(recent.paths().count(u"/photos/10.png"_s), qsizetype(1));
        recent.remove(u"/photos/10.png"_s);
        QVERIFY(!recent.paths().contains(u"/photos/10.png"_s));
        recent.clear();
        QVERIFY(recent.paths().isEmpty());
    }

    void naturalOrder_data()
    {
        QTest::addColumn<QString>("first");
        QTest::addColumn<QString>("second");
        QTest::newRow("numbers") << u"photo2.png"_s << u"photo10.png"_s;
        QTest::newRow("leading zeros") << u"a007.png"_s << u"a8.png"_s;
        QTest::newRow("case") << u"Apple.png"_s << u"banana.png"_s;
        QTest::newRow("prefix") << u"a"_s << u"a1"_s;
        QTest::newRow("long numbers") << u"99999999999999999998"_s << u"99999999999999999999"_s;
        QTest::newRow("second number") << u"a1b2"_s << u"a1b10"_s;
        QTest::newRow("same number written twice") << u"a01"_s << u"a1"_s;
    }
    void naturalOrder()
    {
        QFETCH(QString, first);
        QFETCH(QString, second);
        QVERIFY(comesBefore(first, second));
        QVERIFY(!comesBefore(second, first));
        QVERIFY(!comesBefore(first, first));
    }

    void foldersBecomeTheirImages()
    {
        QTemporaryDir folder;
        for (const QString& name : {u"b10.png"_s, u"b9.JPG"_s, u"notes.txt"_s, u"a.tiff"_s}) {
            QFile file(folder.filePath(name));
            QVERIFY(file.open(QIODevice::WriteOnly));
        }
        QVERIFY(QDir(folder.path()).mkdir(u"sub.png"_s));
        const QStringList found =
            expandPaths({folder.path(), folder.filePath(u"a.tiff"_s), folder.filePath(u"absent.png"_s)});
        const QStringList expected{folder.filePath(u"a.tiff"_s), folder.filePath(u"b9.JPG"_s),
                                   folder.filePath(u"b10.png"_s), folder.filePath(u"absent.png"_s)};
        QCOMPARE(found, expected);
    }

    void numbersForPeople()
    {
        QCOMPARE(scoreText(3.2149), u"3.21"_s);
        QCOMPARE(scoreText(-0.001), u"0.00"_s);
        QCOMPARE(scoreText(-1), u"−1.00"_s);
        QCOMPARE(scoreText(std::nan("")), u"–"_s);
        QCOMPARE(changeText(0.126), u"+0.13"_s);
        QCOMPARE(changeText(-0.07), u"−0.07"_s);
        QCOMPARE(changeText(0.004), u"±0.00"_s);
        QCOMPARE(changeText(std::numeric_limits<double>::infinity()), u"–"_s);
        QCOMPARE(durationText(0.0612), u"61 ms"_s);
        QCOMPARE(durationText(0.35), u"0.35 s"_s);
        QCOMPARE(durationText(83.21), u"83.2 s"_s);
    }

    void textReadsOnItsBackground_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void textReadsOnItsBackground()
    {
        QFETCH(bool, dark);
        const ThemeColors& theme = themeColors(dark);
        const QPalette palette = themePalette(dark);
        const QColor window = palette.color(QPalette::Window);
        constexpr double Readable = 4.5;
        for (const QColor& ink : {theme.text, theme.mutedText, theme.accent, theme.better, theme.worse}) {
            QVERIFY2(contrastRatio(ink, theme.card) >= Readable, qPrintable(ink.name()));
            QVERIFY2(contrastRatio(ink, window) >= Readable, qPrintable(ink.name()));
        }
        QVERIFY(contrastRatio(theme.text, theme.warningBack) >= Readable);
        QVERIFY(contrastRatio(theme.accentText, theme.accent) >= Readable);
        QVERIFY(contrastRatio(palette.color(QPalette::Text), palette.color(QPalette::Base)) >= Readable);
        QVERIFY(contrastRatio(palette.color(QPalette::ButtonText), palette.color(QPalette::Button)) >= Readable);
        QCOMPARE(&themeColors(palette), &theme);
    }
};

HALFLENS_TEST(TestSettings)
#include "tst_settings.moc"
