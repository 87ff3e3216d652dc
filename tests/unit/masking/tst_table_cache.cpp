// SPDX-License-Identifier: BSD-3-Clause
// Rows on disk: what survives a kill, damage of every kind, and the size limit.
#include "core/masking/table_cache.h"
#include "core/masking/zero_table.h"
#include "tests/support/test_case.h"
#include "tests/unit/masking/block_sensor.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <map>
#include <set>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace halflens;
using namespace halflens::test;

namespace {

namespace fs = std::filesystem;
using RowMap = std::map<int, std::vector<float>>;

RowMap rowsOf(TableCache& cache, const std::string& key, int outputs)
{
    RowMap rows;
    if (const auto table = cache.open(key))
        table->load(outputs, [&](BlockMask mask, std::span<const float> output) {
            rows[mask.bits()].assign(output.begin(), output.end());
        });
    return rows;
}

/// `count` rows of five outputs, different for every key.
void fill(TableCache& cache, const std::string& key, int count)
{
    const auto table = cache.open(key);
    QVERIFY(table != nullptr);
    for (int mask = 0; mask < count; ++mask) {
        const auto value = static_cast<float>(mask) + static_cast<float>(key.size());
        table->save(BlockMask(static_cast<std::uint32_t>(mask)), std::vector<float>(5, value));
    }
}

} // namespace

class TestTableCache : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }
    void keepsRows();
    void keysDiffer();
    void twoAtOnce();
    void killedWhileFilling();
    void damaged_data();
    void damaged();
    void flippedBit();
    void dropsTheLongestUnused();
    void cannotBeWritten();

private:
    fs::path file() const { return fs::path(m_dir->path().toStdString()) / "cache" / "tables.sqlite"; }

    std::unique_ptr<QTemporaryDir> m_dir;
};

void TestTableCache::keepsRows()
{
    {
        TableCache cache(file());
        fill(cache, "one", 600);
        fill(cache, "another", 3);
    }
    TableCache cache(file());
    const RowMap rows = rowsOf(cache, "one", 5);
    QCOMPARE(rows.size(), std::size_t{600});
    QCOMPARE(rows.at(599), std::vector<float>(5, 602.0F));
    QCOMPARE(rowsOf(cache, "another", 5).size(), std::size_t{3});
    QVERIFY(rowsOf(cache, "third", 5).empty());
    QVERIFY(rowsOf(cache, "one", 1).empty()); // another number of outputs
    QVERIFY(cache.open("") == nullptr);
    QCOMPARE(cache.problem(), std::string());
}

void TestTableCache::keysDiffer()
{
    const BlockSensor sensor(additiveScore);
    const ModelInfo& model = sensor.info();
    const ModelInput input = sensorInput();
    std::set<std::string> keys{tableKey("a", model, input, Fill::Zero), tableKey("b", model, input, Fill::Zero),
                               tableKey("a", model, input, Fill::Blur)};
    ModelInfo other = model;
    other.weightsHash = "other";
    keys.insert(tableKey("a", other, input, Fill::Zero));
    ModelInput wide = input;
    wide.width *= 2;
    keys.insert(tableKey("a", model, wide, Fill::Zero));
    ModelInput native = input;
    native.policy = input.policy == InputPolicy::Fit ? InputPolicy::Native : InputPolicy::Fit;
    keys.insert(tableKey("a", model, native, Fill::Zero));
    other = model;
    other.input.normalization = Normalization::Custom;
    keys.insert(tableKey("a", other, input, Fill::Zero));
    other.input.custom.mean[1] = 0.5F;
    keys.insert(tableKey("a", other, input, Fill::Zero));
    QCOMPARE(keys.size(), std::size_t{8});
    QVERIFY(tableKey("", model, input, Fill::Zero).empty());
    other.weightsHash.clear();
    QVERIFY(tableKey("a", other, input, Fill::Zero).empty());
}

void TestTableCache::twoAtOnce()
{
    TableCache first(file());
    TableCache second(file());
    fill(first, "key", 300);
    fill(second, "key", 500);
    QCOMPARE(rowsOf(first, "key", 5).size(), std::size_t{500});
    QCOMPARE(first.problem() + second.problem(), std::string());
}

void TestTableCache::killedWhileFilling()
{
    // A child fills and is killed in the middle of it; another process finishes the work.
    int channel[2];
    QCOMPARE(pipe(channel), 0);
    const pid_t child = fork();
    if (child == 0) {
        TableCache cache(file());
        BlockSensor sensor(roughScore, 5);
        sensor.onPass = [&](int pass) {
            if (pass == 1500) {
                (void)!write(channel[1], "x", 1);
                pause();
            }
        };
        const auto rows = cache.open("killed");
        (void)fillZeroTable(sensor, sensorInput(), {}, rows.get());
        _exit(1);
    }
    char byte = 0;
    QCOMPARE(read(channel[0], &byte, 1), ssize_t{1});
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    close(channel[0]);
    close(channel[1]);
    QVERIFY(WIFSIGNALED(status));

    TableCache cache(file());
    const BlockSensor sensor(roughScore, 5);
    const auto rows = cache.open("killed");
    const auto resumed = fillZeroTable(sensor, sensorInput(), {}, rows.get());
    QVERIFY(resumed.has_value());
    QVERIFY2(sensor.passes <= MaskCount - 1024, qPrintable(QString::number(sensor.passes))); // batches of 256
    const BlockSensor whole(roughScore, 5);
    QVERIFY((*resumed)->rows == (*fillZeroTable(whole, sensorInput(), {}))->rows);
}

void TestTableCache::damaged_data()
{
    QTest::addColumn<QString>("how");
    for (const char* how : {"text", "empty", "cut", "header", "pages", "other version"})
        QTest::newRow(how) << QString::fromLatin1(how);
}

void TestTableCache::damaged()
{
    QFETCH(QString, how);
    {
        TableCache cache(file());
        fill(cache, "key", 4000);
    }
    const auto size = static_cast<qint64>(fs::file_size(file()));
    QFile bytes(QString::fromStdString(file().string()));
    QVERIFY(bytes.open(QIODevice::ReadWrite));
    if (how == u"text") {
        bytes.resize(0);
        bytes.write(QByteArray(5000, 'a'));
    } else if (how == u"empty") {
        bytes.resize(0);
    } else if (how == u"cut") {
        bytes.resize(size / 2);
    } else if (how == u"header") {
        bytes.seek(16);
        bytes.write(QByteArray(84, '\xff'));
    } else if (how == u"pages") {
        bytes.seek(4096);
        bytes.write(QByteArray(static_cast<int>(size) - 4096, '\x5a'));
    } else {
        bytes.close();
        sqlite3* database = nullptr;
        sqlite3_open(file().c_str(), &database);
        sqlite3_exec(database, "PRAGMA user_version = 99", nullptr, nullptr, nullptr);
        sqlite3_close(database);
    }
    bytes.close();

    for (int turn = 0; turn < 2; ++turn) { // the second finds what the first made of it
        TableCache cache(file());
        const RowMap before = rowsOf(cache, "key", 5);
        for (const auto& [mask, output] : before)
            QCOMPARE(output, std::vector<float>(5, static_cast<float>(mask) + 3.0F)); // never a wrong value
        const auto rows = cache.open("key");
        if (rows)
            rows->save(BlockMask(7), std::vector<float>(5, 10.0F));
    }
    TableCache cache(file());
    QCOMPARE(rowsOf(cache, "key", 5).count(7), std::size_t{1});
    QCOMPARE(cache.problem(), std::string());
}

void TestTableCache::flippedBit()
{
    {
        TableCache cache(file());
        fill(cache, "key", 50);
    }
    sqlite3* database = nullptr;
    QCOMPARE(sqlite3_open(file().c_str(), &database), SQLITE_OK);
    const char* damage = "UPDATE rows SET output = (SELECT output FROM rows WHERE mask = 20) WHERE mask = 10;"
                         "UPDATE rows SET output = x'00' WHERE mask = 11; UPDATE rows SET mask = 70000 WHERE mask = 12";
    QCOMPARE(sqlite3_exec(database, damage, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
    TableCache cache(file());
    const RowMap rows = rowsOf(cache, "key", 5);
    QCOMPARE(rows.size(), std::size_t{47});
    QVERIFY(!rows.contains(10) && !rows.contains(11) && !rows.contains(12));
}

void TestTableCache::dropsTheLongestUnused()
{
    constexpr std::uint64_t Limit = 700'000; // a few tables of 4096 rows
    TableCache cache(file(), Limit);
    fill(cache, "a", 4096);
    fill(cache, "bb", 4096);
    QCOMPARE(rowsOf(cache, "a", 5).size(), std::size_t{4096}); // used again: bb is older now
    for (int i = 3; i < 8; ++i) {
        fill(cache, std::string(static_cast<std::size_t>(i), 'c'), 4096);
        QCOMPARE(rowsOf(cache, "a", 5).size(), std::size_t{4096});
    }
    QVERIFY(rowsOf(cache, "bb", 5).empty());
    QCOMPARE(rowsOf(cache, "ccccccc", 5).size(), std::size_t{4096});
    QVERIFY(fs::file_size(file()) < 2 * Limit);
    QCOMPARE(cache.problem(), std::string());
}

void TestTableCache::cannotBeWritten()
{
    TableCache nowhere{fs::path()};
    QVERIFY(nowhere.open("key") == nullptr);
    QVERIFY(!nowhere.problem().empty());
    fs::create_directories(file() / "a folder in its place");
    TableCache folder(file());
    QVERIFY(folder.open("key") == nullptr);
    QVERIFY(!folder.problem().empty());
    TableCache blocked("/dev/null/cache/tables.sqlite");
    QVERIFY(blocked.open("key") == nullptr);
    QVERIFY(!blocked.problem().empty());
}

HALFLENS_TEST(TestTableCache)
#include "tst_table_cache.moc"
