// SPDX-License-Identifier: BSD-3-Clause
#include "core/figure/figure_text.h"
#include "tests/support/test_case.h"

#include <QFontInfo>
#include <QTest>

#include <cmath>
#include <limits>

using namespace halflens;

class TestFigureText : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void font();
    void widthsScale();
    void namesLoseTheirMiddle();
    void numbersAreCutLast();
    void breaksWhereAllowed();
    void wraps_data();
    void wraps();
    void cleans_data();
    void cleans();
    void numbers_data();
    void numbers();
};

void TestFigureText::font()
{
    QCOMPARE(QFontInfo(figureFont(20)).family(), QStringLiteral("DejaVu Sans"));
    QCOMPARE(figureFont(20).pixelSize(), 20);
    QVERIFY(figureFont(20, true).bold());
    QVERIFY(ascent(20) < lineHeight(20));
}

void TestFigureText::widthsScale()
{
    const QString text = QStringLiteral("Important regions 3.15");
    QVERIFY(std::abs(textWidth(text, 40) - 2 * textWidth(text, 20)) < 0.01 * textWidth(text, 40));
    const TextLine line{{QStringLiteral("ab"), true}, {QStringLiteral("cd"), false, false, true}};
    QCOMPARE(textWidth(line, 20), textWidth(QStringLiteral("ab"), 20, true) + textWidth(QStringLiteral("cd"), 20));
    QCOMPARE(fixedWidth(line, 20), textWidth(QStringLiteral("ab"), 20, true));
}

void TestFigureText::namesLoseTheirMiddle()
{
    const QString name = QStringLiteral("a_very_long_file_name_indeed.jpeg");
    const TextLine line{{name, false, false, true}, {QStringLiteral(" 3.15")}};
    const double room = textWidth(line, 20) / 2;
    const TextLine cut = fitted(line, 20, room);
    QVERIFY(textWidth(cut, 20) <= room);
    QCOMPARE(cut[1].text, QStringLiteral(" 3.15"));
    QVERIFY(cut[0].text.startsWith(QStringLiteral("a_v")));
    QVERIFY(cut[0].text.endsWith(QStringLiteral("eg")));
    QCOMPARE(cut[0].text.count(QChar(0x2026)), 1);
    QCOMPARE(fitted(line, 20, textWidth(line, 20))[0].text, name);
}

void TestFigureText::numbersAreCutLast()
{
    const TextLine line{{QStringLiteral("name.jpg"), false, false, true}, {QStringLiteral("123456789")}};
    const TextLine cut = fitted(line, 20, textWidth(QStringLiteral("12345"), 20));
    QVERIFY(textWidth(cut, 20) <= textWidth(QStringLiteral("12345"), 20));
    QVERIFY(cut[1].text.startsWith(QStringLiteral("12")));
}

void TestFigureText::breaksWhereAllowed()
{
    const TextLine line{{QStringLiteral("3.15")}, {QStringLiteral("  +0.06"), false, true, false, true}};
    const auto lines = broken({line, {{QStringLiteral("x")}}});
    QCOMPARE(lines.size(), std::size_t{3});
    QCOMPARE(lines[1].front().text, QStringLiteral("+0.06"));
    QVERIFY(lines[1].front().muted);
    QCOMPARE(lines[2].front().text, QStringLiteral("x"));
}

void TestFigureText::wraps_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<double>("width");
    QTest::addColumn<int>("lines");
    QTest::newRow("empty") << QString() << 100.0 << 0;
    QTest::newRow("fits") << QStringLiteral("one two three") << 1e6 << 1;
    QTest::newRow("words") << QStringLiteral("mmmm mmmm mmmm") << textWidth(QStringLiteral("mmmm mmmm"), 20) << 2;
    QTest::newRow("one each") << QStringLiteral("mmmm mmmm mmmm") << textWidth(QStringLiteral("mmmm"), 20) << 3;
    QTest::newRow("long word") << QStringLiteral("mmmmmm") << textWidth(QStringLiteral("mm"), 20) << 3;
    QTest::newRow("no room at all") << QStringLiteral("abc") << 0.0 << 3;
}

void TestFigureText::wraps()
{
    QFETCH(QString, text);
    QFETCH(double, width);
    QFETCH(int, lines);
    const QStringList result = wrapped(text, 20, false, width);
    QCOMPARE(int(result.size()), lines);
    QString joined = result.join(QString());
    QCOMPARE(joined.remove(QLatin1Char(' ')), QString(text).remove(QLatin1Char(' ')));
    for (const QString& line : result)
        QVERIFY(line.size() == 1 || textWidth(line, 20) <= width);
}

void TestFigureText::cleans_data()
{
    QTest::addColumn<QByteArray>("utf8");
    QTest::addColumn<QString>("clean");
    QTest::newRow("plain") << QByteArray("a b.jpg") << QStringLiteral("a b.jpg");
    QTest::newRow("umlaut, emoji") << QByteArray("\xc3\xbc\xf0\x9f\x98\x80") << QString::fromUcs4(U"\u00fc\U0001f600");
    QTest::newRow("line feed") << QByteArray("a\nb\tc\x7f") << QStringLiteral("a b c ");
    QTest::newRow("zero") << QByteArray("a\0b", 3) << QStringLiteral("a b");
    QTest::newRow("direction") << QByteArray("a\xe2\x80\xaegpj.exe") << QStringLiteral("a gpj.exe");
    QTest::newRow("not UTF-8") << QByteArray("a\xff") << QStringLiteral("a") + QChar(QChar::ReplacementCharacter);
    QTest::newRow("noncharacter") << QByteArray("\xef\xbf\xbf") << QString(QChar(QChar::ReplacementCharacter));
}

void TestFigureText::cleans()
{
    QFETCH(QByteArray, utf8);
    QFETCH(QString, clean);
    QCOMPARE(cleanText(utf8.toStdString()), clean);
    QCOMPARE(cleanText(QString(QChar(0xd800)) + QLatin1Char('x')),
             QChar(QChar::ReplacementCharacter) + QStringLiteral("x"));
}

void TestFigureText::numbers_data()
{
    QTest::addColumn<double>("value");
    QTest::addColumn<int>("decimals");
    QTest::addColumn<QString>("number");
    QTest::addColumn<QString>("change");
    const QString minus(QChar(0x2212));
    QTest::newRow("positive") << 3.146 << 2 << QStringLiteral("3.15") << QStringLiteral("+3.15");
    QTest::newRow("negative") << -0.61 << 2 << minus + QStringLiteral("0.61") << minus + QStringLiteral("0.61");
    QTest::newRow("zero") << 0.0 << 2 << QStringLiteral("0.00") << QStringLiteral("0.00");
    QTest::newRow("negative zero") << -0.0 << 1 << QStringLiteral("0.0") << QStringLiteral("0.0");
    QTest::newRow("rounds to zero") << -0.004 << 2 << QStringLiteral("0.00") << QStringLiteral("0.00");
    QTest::newRow("rounds to zero from above") << 0.004 << 2 << QStringLiteral("0.00") << QStringLiteral("0.00");
    QTest::newRow("thousands") << 12345.6 << 1 << QStringLiteral("12345.6") << QStringLiteral("+12345.6");
    QTest::newRow("whole") << 5.0 << 0 << QStringLiteral("5") << QStringLiteral("+5");
    QTest::newRow("nan") << std::nan("") << 2 << QStringLiteral("n/a") << QStringLiteral("n/a");
    QTest::newRow("infinity") << -std::numeric_limits<double>::infinity() << 2 << QStringLiteral("n/a")
                              << QStringLiteral("n/a");
}

void TestFigureText::numbers()
{
    QFETCH(double, value);
    QFETCH(int, decimals);
    QFETCH(QString, number);
    QFETCH(QString, change);
    QCOMPARE(formatNumber(value, decimals), number);
    QCOMPARE(formatChange(value, decimals), change);
}

HALFLENS_TEST(TestFigureText)
#include "tst_figure_text.moc"
