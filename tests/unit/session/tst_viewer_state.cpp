// SPDX-License-Identifier: BSD-3-Clause
// States as JSON: there and back, defaults for what is absent, and a reason for what is wrong.
#include "core/session/viewer_state.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <set>

using namespace halflens;

class TestViewerState : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void thereAndBack()
    {
        ViewerState state;
        state.model = "lite-koncept";
        state.compares = true;
        state.image = "/photos/älg.jpg";
        state.mask = BlockMask(0b1010'0000'0101);
        state.view = {false, 2.5, 0.25, 0.75};
        state.layers.current = OverlayId::GradCam;
        state.layers.on = false;
        LayerLook& look = state.layers.look(OverlayId::Frequency);
        look = {true, 33, ColorMap::Magma, true, {-0.5, 2.5}, true};
        state.layers.look(OverlayId::Halves).outline = false;
        MapRequest& request = state.layers.parameters;
        request.saliency.mode = SaliencyMode::OpenCv;
        request.frequency.mode = FrequencyMode::Stft;
        request.band = 7;
        request.lime.segments = LimeSegments::Grid;
        request.lime.samples = 300;
        request.lime.settle = 0.125;
        request.lime.seed = 42;
        request.camSign = CamSign::Both;
        const Result<ViewerState> again = viewerFromText(toJson(state).dump());
        QVERIFY2(again, again ? "" : again.error().reason.c_str());
        QVERIFY(*again == state);
        state.mask = BlockMask();
        QVERIFY(!(*again == state));
    }

    void whatIsAbsentIsAsAtAFirstStart()
    {
        QVERIFY(*viewerFromText("{}") == ViewerState());
        const Result<LayersState> layers = layersFromText(R"({"looks": {"lime": {"visible": true}}})");
        QVERIFY(layers);
        QVERIFY(layers->look(OverlayId::Lime).visible);
        QCOMPARE(layers->look(OverlayId::Lime).opacityPercent, defaultLook(OverlayId::Lime).opacityPercent);
        QVERIFY(layers->look(OverlayId::Saliency) == defaultLook(OverlayId::Saliency));
    }

    void namesAreOfOneLayerEach()
    {
        std::set<std::string> names;
        for (int id = 0; id < LayerCount; ++id)
            names.insert(toString(static_cast<OverlayId>(id)));
        QCOMPARE(names.size(), std::size_t(LayerCount));
        QCOMPARE(toString(OverlayId::GradCam), std::string("gradcam")); // files depend on it
    }

    void wrongOnesAreRefusedByKey_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("reason");
        QTest::newRow("no JSON") << QByteArray("{{") << QByteArray("not a JSON object");
        QTest::newRow("a list") << QByteArray("[]") << QByteArray("not a JSON object");
        QTest::newRow("deep") << QByteArray(100, '[') << QByteArray("too deeply");
        QTest::newRow("unknown key") << QByteArray(R"({"modle": "x"})") << QByteArray("modle is not a known key");
        QTest::newRow("type") << QByteArray(R"({"compares": 1})") << QByteArray("compares is not true or false");
        QTest::newRow("mask") << QByteArray(R"({"hidden": 4096})") << QByteArray("hidden is not a whole number");
        QTest::newRow("zoom") << QByteArray(R"({"view": {"zoom": 0}})") << QByteArray("view.zoom");
        QTest::newRow("centre") << QByteArray(R"({"view": {"centreX": 1.5}})") << QByteArray("view.centreX");
        QTest::newRow("layer") << QByteArray(R"({"layers": {"looks": {"nose": {}}}})")
                               << QByteArray("layers.looks.nose is not a known key");
        QTest::newRow("current") << QByteArray(R"({"layers": {"current": "nose"}})") << QByteArray("layers.current");
        QTest::newRow("opacity") << QByteArray(R"({"layers": {"looks": {"lime": {"opacity": 101}}}})")
                                 << QByteArray("layers.looks.lime.opacity");
        QTest::newRow("range") << QByteArray(R"({"layers": {"looks": {"lime": {"low": 3, "high": 1}}}})")
                               << QByteArray("layers.looks.lime.low is not below");
        QTest::newRow("colours") << QByteArray(R"({"layers": {"looks": {"lime": {"colors": "jet"}}}})")
                                 << QByteArray("layers.looks.lime.colors");
        QTest::newRow("samples") << QByteArray(R"({"layers": {"parameters": {"samples": 1}}})")
                                 << QByteArray("layers.parameters.samples");
        QTest::newRow("word") << QByteArray(R"({"layers": {"parameters": {"sign": "x"}}})")
                              << QByteArray("layers.parameters.sign");
    }
    void wrongOnesAreRefusedByKey()
    {
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, reason);
        const Result<ViewerState> state = viewerFromText(json.toStdString());
        QVERIFY(!state);
        QVERIFY(state.error().code == ErrorCode::InvalidInput);
        QVERIFY2(QByteArray::fromStdString(state.error().reason).contains(reason), state.error().reason.c_str());
    }
};

HALFLENS_TEST(TestViewerState)
#include "tst_viewer_state.moc"
