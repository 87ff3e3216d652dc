// SPDX-License-Identifier: BSD-3-Clause
// Whole-file reading with its limit, atomic writing, SHA-256.
#include "core/base/file.h"
#include "tests/support/test_case.h"

#include <QTemporaryDir>
#include <QTest>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace halflens;

namespace {

namespace fs = std::filesystem;

void put(const fs::path& path, const std::string& text)
{
    std::ofstream(path, std::ios::binary) << text;
}

std::string get(const fs::path& path)
{
    const auto bytes = readFile(path, 1'000'000);
    return bytes ? std::string(bytes->begin(), bytes->end()) : "unreadable: " + bytes.error().message();
}

int entriesIn(const fs::path& folder)
{
    return static_cast<int>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

/// Limits the size of files this process may write, which is how a full disk looks to a writer.
class SmallDisk {
public:
    explicit SmallDisk(rlim_t bytes)
        : m_handler(std::signal(SIGXFSZ, SIG_IGN))
    {
        getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit small{bytes, m_before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &small);
    }
    ~SmallDisk()
    {
        setrlimit(RLIMIT_FSIZE, &m_before);
        std::signal(SIGXFSZ, m_handler);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

private:
    rlimit m_before{};
    void (*m_handler)(int);
};

} // namespace

class TestFile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void reads();
    void limit();
    void refused_data();
    void refused();
    void replaces();
    void keepsOldContentWhenTheDiskIsFull();
    void keepsOldContentInReadOnlyFolder();
    void refusesToWrite_data();
    void refusesToWrite();
    void keepsNamesAndPermissions();
    void writesIntoDevicesAndPipes();
    void followsLinks();
    void neverReplacesAnInput();
    void sha256_data();
    void sha256();
    void sha256OfFile();
};

void TestFile::reads()
{
    const QTemporaryDir folder;
    const fs::path path = fs::path(folder.path().toStdString()) / "größe 1.bin";
    const std::string bytes("a\0b\xff\r\n", 6);
    put(path, bytes);
    QCOMPARE(get(path), bytes);
    put(path, {});
    const auto empty = readFile(path, 0);
    QVERIFY(empty.has_value());
    QVERIFY(empty->empty());
}

void TestFile::limit()
{
    const QTemporaryDir folder;
    const fs::path path = fs::path(folder.path().toStdString()) / "ten";
    put(path, "0123456789");
    QCOMPARE(readFile(path, 10).value().size(), std::size_t{10});
    const auto refused = readFile(path, 9);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::Io);
    QCOMPARE(refused.error().file, path.string());
    QCOMPARE(refused.error().reason, std::string("the file has 10 bytes, more than the limit of 9"));
    // A file that claims terabytes is refused by its size, before memory is taken.
    fs::resize_file(path, 3'000'000'000'000);
    QVERIFY(!readFile(path, 1'000'000'000));
}

void TestFile::refused_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("missing") << QStringLiteral("none/of/this") << QByteArray("no such file");
    QTest::newRow("folder") << QStringLiteral(".") << QByteArray("is a folder");
    QTest::newRow("device") << QStringLiteral("/dev/zero") << QByteArray("not a regular file");
    QTest::newRow("empty name") << QString() << QByteArray("no such file");
}

void TestFile::refused()
{
    QFETCH(QString, path);
    QFETCH(QByteArray, says);
    for (const Error& error :
         {readFile(path.toStdString(), 100).error(), sha256HexOfFile(path.toStdString()).error()}) {
        QCOMPARE(error.code, ErrorCode::Io);
        QCOMPARE(error.file, path.toStdString());
        QVERIFY2(error.message().find(says.toStdString()) != std::string::npos, error.message().c_str());
        QVERIFY(!error.remedy.empty());
    }
}

void TestFile::replaces()
{
    const QTemporaryDir folder;
    const fs::path path = fs::path(folder.path().toStdString()) / "file";
    QVERIFY(writeFileAtomically(path, std::string("first, and longer")).has_value());
    QCOMPARE(get(path), std::string("first, and longer"));
    const std::vector<std::uint8_t> second{0, 1, 255};
    QVERIFY(writeFileAtomically(path, second).has_value());
    QCOMPARE(readFile(path, 10).value(), second);
    QVERIFY(writeFileAtomically(path, std::string()).has_value());
    QCOMPARE(get(path), std::string());
    QCOMPARE(entriesIn(path.parent_path()), 1); // no temporary file stays behind
}

void TestFile::keepsOldContentWhenTheDiskIsFull()
{
    const QTemporaryDir folder;
    const fs::path path = fs::path(folder.path().toStdString()) / "file";
    put(path, "old");
    const std::string big(100'000, 'x');
    {
        const SmallDisk disk(4096);
        const Status written = writeFileAtomically(path, big);
        QVERIFY(!written);
        QCOMPARE(written.error().code, ErrorCode::Io);
        QCOMPARE(written.error().file, path.string());
        QCOMPARE(written.error().reason, std::string("file too large")); // of this way to fill a disk
    }
    QCOMPARE(systemReason(ENOSPC), std::string("no space left on device"));
    QCOMPARE(get(path), std::string("old"));
    QCOMPARE(entriesIn(path.parent_path()), 1);
}

void TestFile::keepsOldContentInReadOnlyFolder()
{
    const QTemporaryDir folder;
    const fs::path locked = fs::path(folder.path().toStdString()) / "locked";
    fs::create_directory(locked);
    put(locked / "file", "old");
    constexpr auto ReadOnly = static_cast<fs::perms>(0555);
    fs::permissions(folder.path().toStdString(), ReadOnly);
    fs::permissions(locked, ReadOnly);
    const bool isRoot = geteuid() == 0; // permissions do not bind root
    constexpr uid_t Nobody = 65534;
    if (isRoot && seteuid(Nobody) != 0)
        QSKIP("SKIPPED: this user may write to read-only folders");
    const Status written = writeFileAtomically(locked / "file", std::string("new"));
    const std::string left = get(locked / "file");
    QVERIFY(!isRoot || seteuid(0) == 0);
    fs::permissions(locked, fs::perms::owner_all);
    fs::permissions(folder.path().toStdString(), fs::perms::owner_all);
    QVERIFY(!written);
    QCOMPARE(written.error().code, ErrorCode::Io);
    QCOMPARE(left, std::string("old"));
    QCOMPARE(entriesIn(locked), 1);
}

void TestFile::refusesToWrite_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("folder missing") << QStringLiteral("none/file");
    QTest::newRow("target is a folder") << QStringLiteral("folder");
    QTest::newRow("parent is a file") << QStringLiteral("plain/file");
    QTest::newRow("name too long") << QString(300, QLatin1Char('n'));
}

void TestFile::refusesToWrite()
{
    QFETCH(QString, name);
    const QTemporaryDir folder;
    const fs::path root = folder.path().toStdString();
    fs::create_directory(root / "folder");
    put(root / "plain", "old");
    const Status written = writeFileAtomically(root / name.toStdString(), std::string("new"));
    QVERIFY(!written);
    QCOMPARE(written.error().code, ErrorCode::Io);
    QCOMPARE(written.error().stage, std::string("write"));
    QVERIFY(!written.error().reason.empty());
    QCOMPARE(get(root / "plain"), std::string("old"));
    QCOMPARE(entriesIn(root), 2);
}

void TestFile::keepsNamesAndPermissions()
{
    const QTemporaryDir folder;
    const fs::path path = fs::path(folder.path().toStdString()) / "caf\xe9.png"; // not UTF-8
    QVERIFY(writeFileAtomically(path, std::string("one")).has_value());
    QVERIFY(fs::exists(path));
    QCOMPARE(entriesIn(path.parent_path()), 1);
    constexpr auto Mode = fs::perms::owner_all | fs::perms::group_read;
    fs::permissions(path, Mode);
    QVERIFY(writeFileAtomically(path, std::string("two")).has_value());
    QVERIFY(fs::status(path).permissions() == Mode);
    std::ifstream file(path);
    QCOMPARE(std::string(std::istreambuf_iterator<char>(file), {}), std::string("two"));
}

void TestFile::writesIntoDevicesAndPipes()
{
    const QTemporaryDir folder;
    const fs::path pipe = fs::path(folder.path().toStdString()) / "pipe";
    QCOMPARE(mkfifo(pipe.c_str(), 0600), 0);
    std::string got;
    std::thread reader([&] {
        std::ifstream file(pipe);
        got.assign(std::istreambuf_iterator<char>(file), {});
    });
    const Status written = writeFileAtomically(pipe, std::string(200'000, 'p'));
    reader.join();
    QVERIFY2(written.has_value(), written ? "" : written.error().message().c_str());
    QCOMPARE(got, std::string(200'000, 'p'));
    QVERIFY(fs::is_fifo(pipe));

    QVERIFY(writeFileAtomically("/dev/null", std::string("gone")).has_value());
    QVERIFY(fs::is_character_file("/dev/null"));
    const Status full = writeFileAtomically("/dev/full", std::string("no"));
    QVERIFY(!full);
    QCOMPARE(full.error().reason, std::string("no space left on device"));
    QVERIFY(fs::is_character_file("/dev/full"));
}

void TestFile::followsLinks()
{
    const QTemporaryDir folder;
    const fs::path root = folder.path().toStdString();
    fs::create_directory(root / "deep");
    fs::create_symlink("deep/file", root / "link"); // whose end does not exist yet
    QVERIFY(writeFileAtomically(root / "link", std::string("one")).has_value());
    QVERIFY(fs::is_symlink(root / "link"));
    QCOMPARE(get(root / "deep/file"), std::string("one"));
    fs::create_symlink("loop", root / "loop");
    QVERIFY(!writeFileAtomically(root / "loop", std::string("two")) || !fs::is_symlink(root / "loop"));
}

void TestFile::neverReplacesAnInput()
{
    const QTemporaryDir folder;
    const fs::path root = folder.path().toStdString();
    put(root / "photo", "pixels");
    fs::create_symlink("photo", root / "link");
    fs::create_hard_link(root / "photo", root / "twin");
    for (const char* name : {"photo", "link", "twin", "./photo"}) {
        const Status refused = refuseInputAsOutput({{}, root / "new", root / name}, {root / "other", root / "photo"});
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::InvalidInput);
        QCOMPARE(refused.error().file, (root / name).string());
    }
    QVERIFY(refuseInputAsOutput({root / "new", "/dev/null"}, {root / "photo", "/dev/null"}).has_value());
}

void TestFile::sha256_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("hash");
    // FIPS 180-2, appendix B
    QTest::newRow("empty") << QByteArray()
                           << QByteArray("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    QTest::newRow("abc") << QByteArray("abc")
                         << QByteArray("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    QTest::newRow("two blocks") << QByteArray("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                                << QByteArray("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    QTest::newRow("million") << QByteArray(1'000'000, 'a')
                             << QByteArray("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

void TestFile::sha256()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, hash);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.constData());
    QCOMPARE(sha256Hex({bytes, static_cast<std::size_t>(text.size())}), hash.toStdString());
}

void TestFile::sha256OfFile()
{
    const QTemporaryDir folder;
    const fs::path path = fs::path(folder.path().toStdString()) / "abc";
    put(path, "abc");
    QCOMPARE(sha256HexOfFile(path).value(),
             std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

HALFLENS_TEST(TestFile)
#include "tst_file.moc"
