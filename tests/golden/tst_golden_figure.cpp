// SPDX-License-Identifier: BSD-3-Clause
// Whole figures against stored ones. On failure the image, its reference and their difference lie
// in golden_failures of the build folder. HALFLENS_UPDATE_GOLDEN=1 writes new references into the
// source tree, to be looked at before they are committed.
#include "core/figure/figures.h"
#include "tests/support/image_diff.h"
#include "tests/support/test_case.h"
#include "tests/unit/figure/photos.h"

#include <QDir>
#include <QTest>

#include <cmath>

using namespace halflens;
using namespace halflens::test;

namespace {

std::shared_ptr<const ScalarMap> hill(int height, int width, double centre)
{
    auto map = std::make_shared<ScalarMap>(height, width);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            map->row(y)[static_cast<std::size_t>(x)] = static_cast<float>(
                std::exp(-(std::pow(x - centre * width, 2) + std::pow(y - 0.5 * height, 2)) / (0.03 * width * height)));
    return map;
}

Result<FigurePage> halvesFigure()
{
    Figure2 figure;
    figure.columns = {{syntheticPhoto(320, 240), "landscape.jpg", BlockMask(0x66a), 3.21, 3.15, 2.60},
                      {syntheticPhoto(180, 240), "a_portrait_with_a_long_name.jpg", BlockMask(0x333), 2.50, 2.54, 1.75},
                      {syntheticPhoto(240, 240), "square.png", BlockMask(0x0f6), 4.02, 4.02, 3.10}};
    figure.model = "lite-triq";
    figure.method = "attention mask";
    figure.caption = "Fig. 2. Trivial and important regions.";
    const auto grid = figure2(figure);
    return grid ? layOut(*grid, {120, 110}) : Result<FigurePage>(grid.error());
}

Result<FigurePage> mapsFigure()
{
    MapFigure figure;
    figure.mapNames = {"Saliency", "Frequency"};
    figure.halves = true;
    figure.opacity = 0.7;
    figure.colors = ColorMap::Inferno;
    figure.rows = {{syntheticPhoto(320, 240), "one.jpg", {hill(240, 320, 0.3), hill(240, 320, 0.7)}, BlockMask(0x66a)},
                   {syntheticPhoto(180, 240), "two.jpg", {hill(240, 180, 0.5), hill(240, 180, 0.2)}, BlockMask(0x333)}};
    const auto grid = mapFigure(figure);
    return grid ? layOut(*grid, {120, 110}) : Result<FigurePage>(grid.error());
}

} // namespace

class TestGoldenFigure : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void figures_data();
    void figures();
    void ruleItself();
};

void TestGoldenFigure::figures_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("halves") << QStringLiteral("figure_halves");
    QTest::newRow("maps") << QStringLiteral("figure_maps");
}

/// Tolerance: glyph edges may move a little between versions of the font engine, nothing else may.
void TestGoldenFigure::figures()
{
    QFETCH(QString, name);
    const auto page = name == QStringLiteral("figure_halves") ? halvesFigure() : mapsFigure();
    QVERIFY2(page.has_value(), page ? "" : page.error().message().c_str());
    const QImage actual = renderPage(*page).value();
    const QString reference = QStringLiteral(HALFLENS_SOURCE_DIR "/tests/golden/data/") + name + QStringLiteral(".png");
    if (qEnvironmentVariableIsSet("HALFLENS_UPDATE_GOLDEN"))
        QVERIFY(actual.save(reference));
    const QImage expected(reference);
    QVERIFY2(!expected.isNull(), qPrintable(QStringLiteral("no reference ") + reference));

    QImage diff;
    const QString problem = imageProblem(actual, expected, {}, &diff);
    if (!problem.isEmpty()) {
        const QDir folder(QStringLiteral(HALFLENS_BINARY_DIR "/golden_failures"));
        QVERIFY(folder.mkpath(QStringLiteral(".")));
        actual.save(folder.filePath(name + QStringLiteral("_actual.png")));
        expected.save(folder.filePath(name + QStringLiteral("_expected.png")));
        diff.save(folder.filePath(name + QStringLiteral("_diff.png")));
    }
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
}

/// The comparison must see what it is there for.
void TestGoldenFigure::ruleItself()
{
    QImage a(100, 100, QImage::Format_RGB32);
    a.fill(qRgb(100, 100, 100));
    QCOMPARE(imageProblem(a, a, {}), QString());
    QImage b = a;
    b.setPixel(3, 3, qRgb(100, 149, 100)); // one pixel beyond the hard limit
    QVERIFY(!imageProblem(b, a, {}).isEmpty());
    b = a;
    for (int x = 0; x < 20; ++x)
        b.setPixel(x, 0, qRgb(110, 100, 100));
    QCOMPARE(imageProblem(b, a, {}), QString()); // 0.2 % of the pixels
    b.setPixel(20, 0, qRgb(110, 100, 100));
    QVERIFY(!imageProblem(b, a, {}).isEmpty());
    QImage slightly = a;
    slightly.fill(qRgb(104, 96, 100));
    QCOMPARE(imageProblem(slightly, a, {}), QString());
    QVERIFY(!imageProblem(a, a.copy(0, 0, 99, 100), {}).isEmpty());
}

HALFLENS_TEST(TestGoldenFigure)
#include "tst_golden_figure.moc"
