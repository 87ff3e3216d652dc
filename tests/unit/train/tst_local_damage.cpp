// SPDX-License-Identifier: BSD-3-Clause
// Copies damaged in known blocks: what is drawn, which pixels change, and how their stored maps are kept apart.
#include "core/train/batch_loader.h"
#include "core/train/local_damage.h"
#include "tests/support/test_case.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <map>
#include <set>

using namespace halflens;
using namespace halflens::train;

namespace {

constexpr int Width = 64;
constexpr int Height = 48;

Recipe recipe()
{
    Recipe result;
    result.seed = 3;
    result.input = {InputPolicy::Fit, Width, Height, true, Normalization::PlusMinusOne};
    result.losses.consistency = 1;
    result.damage.pairs = 1;
    result.damage.copies = 2;
    result.damage.kinds = {
        {"blur", 1.2, 5}, {"noise", 8, 40}, {"jpeg", 5, 30}, {"contrast", 0.3, 0.75}, {"dark", 0.75, 2.75}};
    return result;
}

int pattern(int x, int y, int c)
{
    return (x * (7 + c) + y * 13 + x * y % 17 * 9) % 251;
}

Image photo(int width, int height)
{
    Image image;
    image.width = width;
    image.height = height;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            for (int c = 0; c < 3; ++c)
                image.rgb.push_back(static_cast<std::uint8_t>(pattern(x, y, c)));
        }
    }
    return image;
}

/// 24 bits a pixel, rows from the bottom, filled up to whole words of 4 bytes.
void writeBmp(const Image& image, const QString& name)
{
    const int row = (3 * image.width + 3) / 4 * 4;
    QByteArray bytes("BM");
    const auto number = [&](int value, int count) {
        for (int i = 0; i < count; ++i)
            bytes.append(static_cast<char>(value >> 8 * i));
    };
    constexpr int Header = 54;
    number(Header + row * image.height, 4);
    number(0, 4);
    number(Header, 4);
    number(40, 4);
    number(image.width, 4);
    number(image.height, 4);
    number(1, 2);
    number(24, 2);
    bytes.append(24, '\0');
    for (int y = image.height - 1; y >= 0; --y) {
        for (int x = 0; x < image.width; ++x) {
            for (int c = 2; c >= 0; --c)
                bytes.append(static_cast<char>(image.rgb[static_cast<std::size_t>(3 * (y * image.width + x) + c)]));
        }
        bytes.append(row - 3 * image.width, '\0');
    }
    QFile file(name);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes), bytes.size());
}

class SilentObserver final : public TrainingObserver {
public:
    void preparing(const std::string&, std::size_t, std::size_t) override { }
    void stepped(const TrainingProgress&) override { }
    void evaluated(const TrainingProgress&, const ValidationFigures&, bool) override { }
    void problem(const Error& error) override { problems.push_back(error.message()); }
    std::vector<std::string> problems;
};

/// Two photos, one of them standing, and a network whose frozen part hands the image through.
struct Loading {
    QTemporaryDir folder;
    Dataset dataset;
    nn::Graph graph;
    StateDict trunk;

    Loading()
    {
        for (const auto& [width, height] : {std::pair{100, 75}, {75, 100}}) {
            DataRow row;
            row.split = dataset.rows.empty() ? Split::Train : Split::Validation;
            row.file = folder.filePath(QStringLiteral("%1.bmp").arg(width)).toStdString();
            writeBmp(photo(width, height), QString::fromStdString(row.file.string()));
            dataset.rows.push_back(row);
        }
        const nn::LayerId input = graph.input(3);
        const nn::LayerId early = graph.convolution(input, "a", 3, nn::Window::square(1));
        graph.output("early", early);
        graph.output("last", graph.convolution(early, "b", 2, nn::Window::square(1)));
        trunk["a.weight"] = {{3, 3, 1, 1}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
        trunk["a.bias"] = {{3}, {0, 0, 0}};
        trunk["b.weight"] = {{2, 3, 1, 1}, {0, 0, 0, 0, 0, 0}};
        trunk["b.bias"] = {{2}, {0, 0}};
    }

    /// Maps of both photos and of all their copies, by (row, copy); `until` as in cutGraph().
    std::map<std::pair<std::size_t, int>, std::vector<float>> load(const Recipe& r, const std::string& until) const
    {
        const GraphCut cut = *cutGraph(graph, {"last"}, until);
        LoaderSetup setup;
        setup.recipe = &r;
        setup.dataset = &dataset;
        setup.graph = &graph;
        setup.cut = &cut;
        setup.trunk = &trunk;
        setup.trunkHash = "trunk";
        setup.photos.damaged = {0, 1};
        setup.cacheFolder = folder.filePath(QStringLiteral("cache")).toStdString();
        SilentObserver observer;
        const auto loader = makeBatchLoader(setup, observer, {});
        if (!loader || !observer.problems.empty())
            return {};
        StepPlan plan;
        for (const std::size_t row : {std::size_t{0}, std::size_t{1}}) {
            for (int copy = 0; copy <= r.damage.copies; ++copy) {
                SampleRef sample;
                sample.row = row;
                sample.view = PlainView;
                sample.copy = copy;
                plan.samples.push_back(sample);
            }
        }
        const Result<Batch> batch = (*loader)->load(plan);
        std::map<std::pair<std::size_t, int>, std::vector<float>> maps;
        if (!batch)
            return maps;
        for (const BatchGroup& group : batch->groups) {
            const MapBlock& block = group.maps.front();
            const std::size_t values = std::size_t{3} * Width * Height;
            for (std::size_t i = 0; i < group.members.size(); ++i) {
                const SampleRef& sample = plan.samples[static_cast<std::size_t>(group.members[i])];
                std::vector<float>& map = maps[{sample.row, sample.copy}];
                for (std::size_t v = i * values; v < (i + 1) * values; ++v)
                    map.push_back(block.half.empty() ? block.full[v] : static_cast<float>(block.half[v]));
            }
        }
        return maps;
    }

    QStringList stored() const { return QDir(folder.filePath(QStringLiteral("cache"))).entryList(QDir::Files); }
};

} // namespace

class TestLocalDamage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void copiesAreFunctionsOfTheirPlace()
    {
        const Recipe r = recipe();
        std::set<std::string> kinds;
        std::map<int, int> sizes;
        int squares = 0;
        std::set<int> strengths;
        constexpr int Count = 2000;
        for (int i = 0; i < Count; ++i) {
            const auto row = static_cast<std::size_t>(i / 4);
            const LocalDamage damage = localDamage(r, row, 1 + i % 4);
            const LocalDamage again = localDamage(r, row, 1 + i % 4);
            QVERIFY(damage.kind == again.kind && damage.strength == again.strength && damage.region == again.region
                    && damage.seed == again.seed);
            const auto range = std::find_if(r.damage.kinds.begin(), r.damage.kinds.end(),
                                            [&](const auto& kind) { return kind.kind == toString(damage.kind); });
            QVERIFY(range != r.damage.kinds.end());
            QVERIFY(damage.strength >= range->low && damage.strength <= range->high);
            if (damage.kind == DamageKind::Blur)
                strengths.insert(int(damage.strength));
            kinds.insert(range->kind);
            ++sizes[damage.region.count()];
            for (int place = 0; place < 6; ++place) {
                const BlockIndex first = BlockIndex::at(place / 3, place % 3);
                const BlockMask square = BlockMask()
                                             .with(first)
                                             .with({first.value + 1})
                                             .with({first.value + GridColumns})
                                             .with({first.value + GridColumns + 1});
                squares += damage.region == square ? 1 : 0;
            }
        }
        QCOMPARE(kinds.size(), std::size_t{5});
        QCOMPARE(strengths, (std::set<int>{1, 2, 3, 4}));
        QCOMPARE(sizes.begin()->first, 1);
        QCOMPARE(sizes.rbegin()->first, 6);
        QVERIFY(squares > Count * 0.4 && squares < Count * 0.5);
        QVERIFY(sizes[1] > Count * 0.2 && sizes[1] < Count * 0.3);
        Recipe other = r;
        other.seed = 4;
        int same = 0;
        for (std::size_t row = 0; row < 50; ++row) {
            same += localDamage(other, row, 1).seed == localDamage(r, row, 1).seed ? 1 : 0;
            same += localDamage(r, row, 2).seed == localDamage(r, row, 1).seed ? 1 : 0;
        }
        QCOMPARE(same, 0);
    }

    void regionsAreNoLargerThanAsked_data()
    {
        QTest::addColumn<int>("most");
        for (const int most : {1, 2, 3, 4, 11})
            QTest::addRow("%d", most) << most;
    }
    void regionsAreNoLargerThanAsked()
    {
        QFETCH(int, most);
        Recipe r = recipe();
        r.damage.most = most;
        int largest = 0;
        for (std::size_t row = 0; row < 600; ++row) {
            const int count = localDamage(r, row, 1).region.count();
            QVERIFY(count >= 1);
            largest = std::max(largest, count);
        }
        QCOMPARE(largest, most);
    }

    /// Inside the region the wholly damaged picture, outside the clean one, to the last bit.
    void damageStaysInItsBlocks_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::newRow("lying") << Width << Height;
        QTest::newRow("standing") << Height << Width;
        QTest::newRow("uneven") << 67 << 50;
    }
    void damageStaysInItsBlocks()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        const Image clean = photo(width, height);
        for (const auto& [kind, strength] : {std::pair{DamageKind::Blur, 3.0},
                                             {DamageKind::Noise, 20.0},
                                             {DamageKind::Jpeg, 8.0},
                                             {DamageKind::Dark, 1.5},
                                             {DamageKind::Contrast, 0.4}}) {
            const LocalDamage damage{kind, strength, BlockMask(0b0100'0011'0010), 9};
            const Image whole = *damagedBy(clean, kind, strength, 9);
            const Result<Image> copy = locallyDamaged(clean, damage);
            QVERIFY2(copy.has_value(), copy ? "" : copy.error().message().c_str());
            QVERIFY(copy->rgb == locallyDamaged(clean, damage)->rgb);
            std::size_t changed = 0;
            for (int y = 0; y < height; ++y) {
                for (int x = 0; x < width; ++x) {
                    const bool inside = damage.region.contains(blockAt(y, x, height, width));
                    const auto first = 3
                        * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x));
                    for (std::size_t i = first; i < first + 3; ++i) {
                        QCOMPARE(copy->rgb[i], inside ? whole.rgb[i] : clean.rgb[i]);
                        changed += copy->rgb[i] != clean.rgb[i] ? 1 : 0;
                    }
                }
            }
            QVERIFY2(changed > 1000, toString(kind).c_str());
        }
    }

    /// What a network sees, behind stored maps and without: the clean input outside the region, another inside.
    void networksSeeTheSameOutside_data()
    {
        QTest::addColumn<QString>("until");
        QTest::newRow("photos") << QString();
        QTest::newRow("stored maps") << QStringLiteral("early");
    }
    void networksSeeTheSameOutside()
    {
        QFETCH(QString, until);
        const Loading loading;
        const Recipe r = recipe();
        const auto maps = loading.load(r, until.toStdString());
        QCOMPARE(maps.size(), std::size_t{6});
        for (const auto& [place, map] : maps) {
            const auto& [row, copy] = place;
            if (copy == 0)
                continue;
            const BlockMask region = localDamage(r, row, copy).region;
            const std::vector<float>& clean = maps.at({row, 0});
            const int width = row == 0 ? Width : Height;
            const int height = row == 0 ? Height : Width;
            std::map<bool, int> changed; // by whether inside
            for (std::size_t v = 0; v < map.size(); ++v) {
                const int pixel = static_cast<int>(v / 3);
                const BlockIndex block = blockAt(pixel / width, pixel % width, height, width);
                changed[region.contains(block)] += map[v] != clean[v] ? 1 : 0;
            }
            QCOMPARE(changed[false], 0);
            QVERIFY(changed[true] > 100);
        }
        QVERIFY(maps.at({0, 1}) != maps.at({0, 2}));
    }

    /// Copies have files of their own, named by everything that makes them; clean photos share theirs.
    void storedCopiesNeverMix()
    {
        const Loading loading;
        const Recipe r = recipe();
        const auto first = loading.load(r, "early");
        const QStringList files = loading.stored();
        const auto damaged = [](const QStringList& names) { return names.filter(QStringLiteral("-damaged")).size(); };
        QVERIFY(damaged(files) > 0 && damaged(files) < files.size());
        QVERIFY(loading.load(r, "early") == first);
        QCOMPARE(loading.stored(), files); // found again

        const auto changed = [&](const char* what, auto&& change) {
            Recipe other = r;
            change(other);
            const qsizetype before = damaged(loading.stored());
            const qsizetype clean = loading.stored().size() - before;
            const auto maps = loading.load(other, "early");
            if (maps.size() != first.size() || maps.at({0, 0}) != first.at({0, 0}))
                return std::string(what) + ": the clean photo changed";
            if (damaged(loading.stored()) != before + damaged(files))
                return std::string(what) + ": copies share the maps of others";
            if (loading.stored().size() - damaged(loading.stored()) != clean)
                return std::string(what) + ": maps of clean photos are stored twice";
            return std::string();
        };
        const auto verify = [&](const char* what, auto&& change) {
            const std::string problem = changed(what, change);
            QVERIFY2(problem.empty(), problem.c_str());
        };
        verify("seed", [](Recipe& o) { o.seed = 4; });
        verify("blocks", [](Recipe& o) { o.damage.most = 3; });
        verify("strength", [](Recipe& o) { o.damage.kinds[0].high = 5.0000001; });
        verify("kinds", [](Recipe& o) { o.damage.kinds.pop_back(); });
        QVERIFY(loading.load(r, "early") == first);

        // More copies of a photo leave those there are as they were.
        Recipe more = r;
        more.damage.copies = 3;
        const auto third = loading.load(more, "early");
        QCOMPARE(third.size(), std::size_t{8});
        for (const auto& [place, map] : first)
            QVERIFY(third.at(place) == map);
    }
};

HALFLENS_TEST(TestLocalDamage)
#include "tst_local_damage.moc"
