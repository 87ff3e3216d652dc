// SPDX-License-Identifier: BSD-3-Clause
// Tables as people keep them: separators, encodings, line ends, workbooks; and words for what is none.
#include "core/base/file.h"
#include "core/data/photo_names.h"
#include "core/data/table.h"
#include "tests/support/test_case.h"

#include <QStringEncoder>
#include <QTemporaryDir>
#include <QTest>
#include <fstream>

using namespace halflens;

namespace {

Result<Table> parse(const std::string& text)
{
    return parseTable({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::filesystem::path seed(const char* name)
{
    return std::filesystem::path(HALFLENS_SOURCE_DIR "/tests/fuzz/corpus/table") / name;
}

using Fields = std::vector<std::string>;

} // namespace

class TestTable : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void quotedFields()
    {
        const Result<Table> table = parse("\xef\xbb\xbf"
                                          "a,\"b \"\"c\"\"\", d \r\n1,\"x,\ny\",\n\n2,,3\n");
        QVERIFY(table.has_value());
        QCOMPARE(table->header, (Fields{"a", "b \"c\"", "d"}));
        QCOMPARE(table->rows.size(), std::size_t{2});
        QCOMPARE(table->rows[0][1], std::string("x,\ny"));
        QCOMPARE(*table->column("d"), std::size_t{2});
        QVERIFY(!table->decimalComma);
        QVERIFY(!parse(""));
        QVERIFY(!parse("a,b\n1\n"));
        QVERIFY(!parse("a\n\"1\n"));
    }

    void manyForms_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        const QByteArray lines = "image,mos,set\na.jpg,3.5,train\nb c.jpg,4,val\n";
        const auto with = [&](char separator, const char* end) {
            return QByteArray(lines).replace(',', separator).replace('\n', end);
        };
        QTest::newRow("commas") << lines;
        QTest::newRow("semicolons") << with(';', "\n");
        QTest::newRow("decimal comma") << with(';', "\r\n").replace("3.5", "3,5");
        QTest::newRow("decimal comma in every row")
            << QByteArray("image;mos,x;set\na.jpg;3,5;train\nb c.jpg;4,0;val\n").replace(",x", "");
        QTest::newRow("tabs") << with('\t', "\n").replace("3.5", "3,5");
        QTest::newRow("CR") << with(',', "\r");
        QTest::newRow("mark") << QByteArray("\xef\xbb\xbf") + lines;
        QTest::newRow("trailing empty lines") << lines + ",,\n\n";
        QTest::newRow("no last line end") << lines.chopped(1);
        const QString text = QString::fromLatin1(lines);
        for (const auto& [name, encoding, mark] : {std::tuple{"UTF-16 LE", QStringConverter::Utf16LE, "\xff\xfe"},
                                                   {"UTF-16 BE", QStringConverter::Utf16BE, "\xfe\xff"}}) {
            const QByteArray wide = QStringEncoder(encoding)(text);
            QTest::newRow(name) << wide;
            QTest::addRow("%s with mark", name) << QByteArray(mark) + wide;
        }
    }
    void manyForms()
    {
        QFETCH(QByteArray, bytes);
        const Result<Table> table = parse(bytes.toStdString());
        QVERIFY2(table.has_value(), table ? "" : table.error().message().c_str());
        QCOMPARE(table->header, (Fields{"image", "mos", "set"}));
        QCOMPARE(table->rows.size(), std::size_t{2});
        QCOMPARE(*table->number(0, 1), 3.5);
        QCOMPARE(*table->number(1, 1), 4.0);
        QCOMPARE(table->rows[1][0], std::string("b c.jpg"));
        QCOMPARE(table->rows[1][2], std::string("val"));
    }

    void workbooks()
    {
        const Result<Table> table = readTable(seed("two_sheets.xlsx"));
        QVERIFY2(table.has_value(), table ? "" : table.error().message().c_str());
        QCOMPARE(table->header, (Fields{"image", "mos", "split"}));
        QCOMPARE(table->rows.size(), std::size_t{3});
        QCOMPARE(table->rows[0], (Fields{"a.jpg", "3.5", "train"}));
        QCOMPARE(table->rows[1], (Fields{"b & c.jpg", "", "val"}));
        QCOMPARE(table->rows[2][0], std::string("1001"));
        QCOMPARE(*table->number(2, 1), 4.45);
        QVERIFY2(table->note.find("\"Scores\"") != std::string::npos, table->note.c_str());
        QVERIFY(!readTable(seed("lying.xlsx")));
        QVERIFY(!readTable(seed("beside.xlsx")));
    }

    void whatIsNoTable_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("words");
        QTest::newRow("old workbook") << QByteArray("\xd0\xcf\x11\xe0\xa1\xb1") << QByteArray(".xlsx");
        QTest::newRow("zip") << QByteArray("PK\x03\x04 and more") << QByteArray("zip archive");
        QTest::newRow("page") << QByteArray("\n<!DOCTYPE html><html>") << QByteArray("web page");
        QTest::newRow("zeros") << QByteArray("a,b\n\0\0\0,1\n", 10) << QByteArray("zero bytes");
        QTest::newRow("half a character") << QByteArray("\xff\xfe\x61\x00\x0a", 5) << QByteArray("UTF-16");
    }
    void whatIsNoTable()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, words);
        const Result<Table> table = parse(bytes.toStdString());
        QVERIFY(!table);
        QVERIFY2(table.error().message().find(words.toStdString()) != std::string::npos,
                 table.error().message().c_str());
    }

    void columnsAreNamed()
    {
        const Result<Table> table = parse("image;MOS;MOS\na;1;2\n");
        QVERIFY(table.has_value());
        QVERIFY(table->column("mos").error().reason.find("\"image\", \"MOS\", \"MOS\"") != std::string::npos);
        QVERIFY(table->column("MOS").error().reason.find("more than one") != std::string::npos);
        const Error error = table->number(0, 0).error();
        QVERIFY2(error.reason.find("row 1: \"a\" in column \"image\"") != std::string::npos, error.reason.c_str());
        // Where commas separate fields, a comma within a number may be anything.
        QVERIFY(!parse("a,b\n\"1,5\",2\n")->number(0, 0));
        // Records that agree on no separator: the header decides.
        QVERIFY(parse("a;b;c\n1;2;3\n4;5\n").error().reason.find("record 3 has 2 fields, the header 3")
                != std::string::npos);
    }

    void namesOfPhotos()
    {
        QCOMPARE(bareName("some/folder/a.b.JPG"), std::string("a.b"));
        QCOMPARE(bareName("DSC.1"), std::string("DSC.1"));
        ByName<int> numbers;
        numbers.add("a.jpg", 1);
        numbers.add("b.jpg", 2);
        numbers.add("b.png", 3);
        QCOMPARE(*numbers.find("x/a"), 1);
        QCOMPARE(*numbers.find("b.png"), 3);
        QVERIFY(!numbers.find("b")); // two have it
        QVERIFY(!numbers.find("c"));
    }
};

HALFLENS_TEST(TestTable)
#include "tst_table.moc"
