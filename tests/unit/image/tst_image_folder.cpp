// SPDX-License-Identifier: BSD-3-Clause
// Names of files, folders and addresses to the images they mean, and names that are no UTF-8.
#include "core/image/image_folder.h"

#include "core/base/file_name.h"
#include "core/image/decode.h"
#include "tests/support/test_case.h"
#include "tests/unit/image/encode.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <sys/stat.h>
#include <thread>

using namespace halflens;
using namespace halflens::test;
namespace fs = std::filesystem;

namespace {

void put(const fs::path& path, const Bytes& bytes)
{
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

} // namespace

class TestImageFolder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    /// What opens alone is listed: any suffix of a kind that is read, or none and the right content.
    void whatIsListed()
    {
        const fs::path folder = m_folder->path().toStdString();
        const Bytes png = encodePng(patternRaster(3, 2, 3));
        for (const char* name :
             {"b10.png", "b9.JPG", "a.jfif", "c.mpo", "plain", "notes", "notes.txt", ".hidden.png", "x.jpg~"})
            put(folder / name, std::string(name) == "notes" ? bytesOf("some words") : png);
        fs::create_directory(folder / "sub.png");
        fs::create_symlink(folder / "b10.png", folder / "link.png");
        std::vector<std::string> names;
        for (const fs::path& path : imagesInFolder(folder))
            names.push_back(path.filename().string());
        const std::vector<std::string> expected{"a.jfif", "b9.JPG", "b10.png", "c.mpo", "link.png", "plain"};
        QVERIFY(names == expected);
        QVERIFY(imagesInFolder(folder / "absent").empty());
    }

    void argumentsAreExpanded()
    {
        const fs::path folder = m_folder->path().toStdString();
        put(folder / "a b.png", encodePng(patternRaster(3, 2, 3)));
        fs::create_directory(folder / "empty");
        const std::string address = "file://" + folder.string() + "/a%20b.png";
        const auto files = expandImagePaths({folder.string(), address, "-", (folder / "empty").string(), "absent.png"});
        const std::vector<fs::path> expected{folder / "a b.png", folder / "a b.png", "-", folder / "empty",
                                             "absent.png"};
        QVERIFY(files == expected);
        QCOMPARE(fromArgument("file://localhost/tmp/%C3%BC%2").string(), std::string("/tmp/\xc3\xbc%2"));
        QCOMPARE(fromArgument("file://elsewhere/a.png").string(), std::string("file://elsewhere/a.png"));
    }

    void namesThatAreNoUtf8()
    {
        const fs::path folder = m_folder->path().toStdString();
        const std::string name = "caf\xe9 \xf0\x9f\x90\xb1.png";
        put(folder / name, encodePng(patternRaster(3, 2, 3)));
        const auto files = imagesInFolder(folder);
        QCOMPARE(files.size(), std::size_t{1});
        QVERIFY(readImage(files.front()).has_value());
        const QString text = fromFilePath(files.front());
        QVERIFY(text.contains(QString::fromUtf8("\xf0\x9f\x90\xb1.png")));
        QVERIFY(toFilePath(text) == files.front());
    }

    void everyNameComesBack_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::newRow("plain") << QByteArray("a/b.png");
        QTest::newRow("umlaut") << QByteArray("gr\xc3\xbcn");
        QTest::newRow("Latin-1") << QByteArray("gr\xfcn");
        QTest::newRow("cut character") << QByteArray("a\xe2\x82");
        QTest::newRow("surrogate in UTF-8") << QByteArray("a\xed\xb2\x80z");
        QTest::newRow("replacement character") << QByteArray("a\xef\xbf\xbdz");
        QTest::newRow("byte order mark") << QByteArray("\xef\xbb\xbf"
                                                       "a");
        QTest::newRow("all bytes") << [] {
            QByteArray all;
            for (int i = 1; i < 256; ++i)
                all += static_cast<char>(i);
            return all;
        }();
    }

    void everyNameComesBack()
    {
        QFETCH(QByteArray, name);
        QCOMPARE(QByteArray::fromStdString(toFilePath(fromFilePath(name.toStdString())).native()), name);
    }

    void pipesAreRead()
    {
        const fs::path pipe = fs::path(m_folder->path().toStdString()) / "pipe";
        QCOMPARE(mkfifo(pipe.c_str(), 0600), 0);
        const Raster raster = patternRaster(30, 20, 3);
        std::jthread writer([&] { put(pipe, encodePng(raster)); });
        const auto image = readImage(pipe);
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QVERIFY((*image)->rgb == rgbOf(raster));
    }

    void pipesAreBounded()
    {
        const fs::path pipe = fs::path(m_folder->path().toStdString()) / "pipe";
        QCOMPARE(mkfifo(pipe.c_str(), 0600), 0);
        std::jthread writer([&] { put(pipe, encodePng(patternRaster(30, 20, 3))); });
        DecodeOptions options;
        options.maxFileBytes = 100;
        const auto image = readImage(pipe, options);
        QVERIFY(!image.has_value());
        QVERIFY(image.error().reason.find("limit of 100") != std::string::npos);
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
};

HALFLENS_TEST(TestImageFolder)
#include "tst_image_folder.moc"
