// SPDX-License-Identifier: BSD-3-Clause
// How a photo is shown to a network in training, and its degraded copies.
#include "core/train/degradation.h"
#include "core/train/graph_cut.h"
#include "core/train/view.h"
#include "tests/support/test_case.h"

#include <QTest>
#include <cmath>

using namespace halflens;
using namespace halflens::train;

namespace {

/// Red is the column, green the row.
Image coordinates(int width, int height)
{
    Image image;
    image.width = width;
    image.height = height;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            image.rgb.push_back(static_cast<std::uint8_t>(x));
            image.rgb.push_back(static_cast<std::uint8_t>(y));
            image.rgb.push_back(static_cast<std::uint8_t>((x * 7 + y * 13) % 251));
        }
    }
    return image;
}

double meanDistance(const Image& a, const Image& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.rgb.size(); ++i)
        sum += std::abs(static_cast<double>(a.rgb[i]) - b.rgb[i]);
    return sum / static_cast<double>(a.rgb.size());
}

const InputSpec Spec{InputPolicy::Fit, 8, 6, true, Normalization::PlusMinusOne};

} // namespace

class TestTrainingViews : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void plainViewIsTheModelsInput()
    {
        const Image image = coordinates(40, 25);
        const Result<ModelInput> view = viewInput(image, Spec, ViewRecipe{});
        const Result<ModelInput> input = toModelInput(image, Spec);
        QVERIFY(view.has_value() && input.has_value());
        QVERIFY(view->planes == input->planes);
        ViewRecipe flipped;
        flipped.flip = true;
        const Result<ModelInput> mirrored = viewInput(image, Spec, flipped);
        QVERIFY(mirrored.has_value());
        for (std::size_t y = 0; y < 6; ++y) {
            for (std::size_t x = 0; x < 8; ++x)
                QVERIFY(std::abs(mirrored->planes[y * 8 + x] - input->planes[y * 8 + 7 - x]) < 1e-6F);
        }
    }

    void portraitPhotosTurnTheInput()
    {
        const Result<ModelInput> tall = viewInput(coordinates(25, 40), Spec, ViewRecipe{});
        QCOMPARE(tall->width, 6);
        ViewRecipe portrait;
        portrait.portrait = true;
        const Result<ModelInput> turned = viewInput(coordinates(40, 25), Spec, portrait);
        QCOMPARE(turned->width, 6);
        QCOMPARE(turned->height, 8);
    }

    void cropsKeepTheScale()
    {
        const Image image = coordinates(40, 26);
        ViewRecipe crop;
        crop.kind = ViewRecipe::Kind::Crop;
        crop.x = 1;
        crop.y = 0.5;
        const Result<Image> pixels = viewPixels(image, Spec, crop);
        QVERIFY(pixels.has_value());
        QCOMPARE(pixels->width, 8);
        QCOMPARE(int(pixels->rgb[0]), 32);
        QCOMPARE(int(pixels->rgb[1]), 10);
        crop.kind = ViewRecipe::Kind::RandomCrop;
        QCOMPARE(int(viewPixels(image, Spec, crop, 0.25, 1)->rgb[0]), 8);
        crop.portrait = true;
        QCOMPARE(viewPixels(image, Spec, crop)->width, 6);
        const Result<Image> small = viewPixels(coordinates(4, 3), Spec, crop); // grown to cover
        QVERIFY(small.has_value());
        QCOMPARE(small->height, 8);
        QVERIFY(!viewPixels(Image{}, Spec, crop));
    }

    void namesTellViewsApart()
    {
        ViewRecipe view;
        QCOMPARE(viewName(view), std::string("fit"));
        view.kind = ViewRecipe::Kind::Crop;
        view.x = 0;
        view.flip = true;
        QCOMPARE(viewName(view), std::string("crop-0.0-0.5-flip"));
    }

    void degradationsGrow_data()
    {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"blur", "noise", "jpeg", "contrast"})
            QTest::newRow(kind) << QString::fromLatin1(kind);
    }
    void degradationsGrow()
    {
        QFETCH(QString, kind);
        const Image image = coordinates(64, 48);
        double last = 0;
        for (int level = 0; level <= DegradationLevels; ++level) {
            const Degradation degradation{degradationFromWord(kind.toStdString()), level};
            QVERIFY(degradation.kind != DegradationKind::None);
            const Result<Image> copy = degraded(image, degradation, 3);
            QVERIFY2(copy.has_value(), copy ? "" : copy.error().message().c_str());
            QCOMPARE(copy->rgb.size(), image.rgb.size());
            const double distance = meanDistance(image, *copy);
            QVERIFY(level == 0 ? distance == 0 : distance > last);
            last = distance;
            QVERIFY(degraded(image, degradation, 3)->rgb == copy->rgb);
        }
    }

    void cutsAreWhereTheyShould()
    {
        nn::Graph graph;
        const nn::LayerId input = graph.input(3);
        const nn::LayerId early = graph.convolution(input, "a", 4, nn::Window::square(1));
        const nn::LayerId late = graph.convolution(early, "b", 4, nn::Window::square(1));
        const nn::LayerId sum = graph.add(early, late); // reads across the cut
        const nn::LayerId last = graph.convolution(sum, "c", 2, nn::Window::square(1));
        graph.output("early", early);
        graph.output("late", late);
        graph.output("last", last);
        const auto boundaryOf = [&](const std::vector<std::string>& maps, const std::string& until) {
            return cutGraph(graph, maps, until)->boundary;
        };
        QVERIFY(boundaryOf({"last"}, "") == std::vector<nn::LayerId>{input});
        QVERIFY(cutGraph(graph, {"last"}, "")->fromImage);
        QVERIFY(boundaryOf({"last"}, "early") == std::vector<nn::LayerId>{early});
        QVERIFY((boundaryOf({"last"}, "late") == std::vector<nn::LayerId>{early, late}));
        QVERIFY((boundaryOf({"early", "last"}, "all") == std::vector<nn::LayerId>{early, last}));
        QVERIFY((boundaryOf({"early", "last"}, "late") == std::vector<nn::LayerId>{early, late}));
        const Result<GraphCut> cut = cutGraph(graph, {"last"}, "late");
        QVERIFY((cut->trained == std::vector<bool>{false, false, false, true, true}));
        QVERIFY((boundaryOf({"last"}, "early,late") == boundaryOf({"last"}, "late")));
        QVERIFY(!cutGraph(graph, {"last"}, "early,"));
        QVERIFY(!cutGraph(graph, {"none"}, ""));
        QVERIFY(!cutGraph(graph, {"last"}, "none"));
    }
};

HALFLENS_TEST(TestTrainingViews)
#include "tst_training_views.moc"
