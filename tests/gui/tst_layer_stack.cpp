// SPDX-License-Identifier: BSD-3-Clause
// Layers as state: what is shown, what is refused, what is kept.
#include "tests/support/test_case.h"
#include "ui/state/layer_stack.h"

#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace halflens;
using namespace Qt::StringLiterals;

class TestLayerStack : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void startsWithTheHalvesOutlined()
    {
        Settings settings(nullptr);
        const LayerStack layers(settings);
        QVERIFY(layers.shown() == std::vector<OverlayId>{OverlayId::Halves});
        QVERIFY(layers.look(OverlayId::Halves).outline);
        QCOMPARE(layers.parameters().lime.settle, LimeSettleShare);
        QVERIFY(layers.look(OverlayId::Saliency).colors == ColorMap::Viridis);
        QVERIFY(layers.look(OverlayId::Lime).colors == ColorMap::BlueRed); // signed: zero in the middle
        QVERIFY(layers.look(OverlayId::Shapley).colors == ColorMap::BlueRed);
    }

    void idsAndKindsBelongTogether()
    {
        for (const MapKind kind : AllMapKinds)
            QVERIFY(mapKindOf(layerOf(kind)) == kind);
        QVERIFY(!isMapLayer(OverlayId::Shapley));
        QVERIFY(isMapLayer(OverlayId::Saliency) && isMapLayer(OverlayId::Product));
        for (int id = 0; id < LayerCount; ++id)
            QVERIFY(!layerName(static_cast<OverlayId>(id)).isEmpty() && !layerHelp(static_cast<OverlayId>(id)).isEmpty()
                    && layerQuestion(static_cast<OverlayId>(id)).contains(u'?'));
    }

    void bottomFirst()
    {
        Settings settings(nullptr);
        LayerStack layers(settings);
        layers.setVisible(OverlayId::Halves, true);
        layers.setVisible(OverlayId::Saliency, true);
        const std::vector<OverlayId> expected{OverlayId::Saliency, OverlayId::Halves};
        QVERIFY(layers.shown() == expected);
    }

    void theSwitchKeepsWhatIsShown()
    {
        Settings settings(nullptr);
        LayerStack layers(settings);
        layers.setVisible(OverlayId::Halves, false);
        layers.setCurrent(OverlayId::Frequency);
        layers.toggle(); // nothing is shown: the current layer comes
        QVERIFY(layers.look(OverlayId::Frequency).visible);
        QVERIFY(layers.isOn());
        layers.toggle();
        QVERIFY(layers.shown().empty());
        QVERIFY(layers.look(OverlayId::Frequency).visible);
        layers.toggle();
        QCOMPARE(layers.shown().size(), std::size_t(1));
        layers.toggle();
        layers.setVisible(OverlayId::Halves, true); // showing one switches them on
        QCOMPARE(layers.shown().size(), std::size_t(2));
    }

    void showOnlyHidesTheOthers()
    {
        Settings settings(nullptr);
        LayerStack layers(settings);
        layers.setVisible(OverlayId::Halves, true);
        layers.setVisible(OverlayId::Saliency, true);
        layers.showOnly(OverlayId::Objectness);
        QVERIFY(layers.shown() == std::vector<OverlayId>{OverlayId::Objectness});
        QVERIFY(layers.current() == OverlayId::Objectness);
    }

    void senselessLooksAreRefused_data()
    {
        QTest::addColumn<int>("opacity");
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::newRow("opacity too small") << -1 << 0.0 << 1.0;
        QTest::newRow("opacity too large") << 101 << 0.0 << 1.0;
        QTest::newRow("empty range") << 50 << 1.0 << 1.0;
        QTest::newRow("range the wrong way") << 50 << 2.0 << 1.0;
        QTest::newRow("no number") << 50 << qQNaN() << 1.0;
        QTest::newRow("endless") << 50 << 0.0 << qInf();
    }
    void senselessLooksAreRefused()
    {
        QFETCH(int, opacity);
        QFETCH(double, low);
        QFETCH(double, high);
        Settings settings(nullptr);
        LayerStack layers(settings);
        const QSignalSpy changes(&layers, &LayerStack::lookChanged);
        const LayerLook before = layers.look(OverlayId::Saliency);
        LayerLook look = before;
        look.opacityPercent = opacity;
        look.range = {low, high};
        layers.setLook(OverlayId::Saliency, look);
        QVERIFY(layers.look(OverlayId::Saliency) == before);
        QCOMPARE(changes.count(), 0);
    }

    void tellsOnceAndOnlyOfChanges()
    {
        Settings settings(nullptr);
        LayerStack layers(settings);
        const QSignalSpy looks(&layers, &LayerStack::lookChanged);
        const QSignalSpy parameters(&layers, &LayerStack::parametersChanged);
        layers.setVisible(OverlayId::Saliency, true);
        layers.setVisible(OverlayId::Saliency, true);
        QCOMPARE(looks.count(), 1);
        MapRequest request = layers.parameters();
        layers.setParameters(request);
        request.lime.seed = 5;
        layers.setParameters(request);
        QCOMPARE(parameters.count(), 1);
        QCOMPARE(layers.request(OverlayId::Lime).lime.seed, std::uint64_t(5));
        QVERIFY(layers.request(OverlayId::Lime).kind == MapKind::Lime);
    }

    void everythingIsKept()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"s.ini"_s);
        LayerLook look;
        look.visible = true;
        look.opacityPercent = 33;
        look.colors = ColorMap::Magma;
        look.fixedRange = true;
        look.range = {-0.5, 2.5};
        look.blockMeans = true;
        MapRequest request;
        request.saliency.mode = SaliencyMode::OpenCv;
        request.frequency.mode = FrequencyMode::Stft;
        request.band = 7;
        request.lime.segments = LimeSegments::Grid;
        request.lime.samples = 300;
        request.lime.settle = 0;
        request.lime.seed = 42;
        request.camSign = CamSign::Both;
        request.attention = AttentionKind::LastLayer;
        {
            Settings settings(std::make_unique<QSettings>(path, QSettings::IniFormat));
            LayerStack layers(settings);
            layers.setLook(OverlayId::Frequency, look);
            layers.setParameters(request);
            layers.setCurrent(OverlayId::GradCam);
        }
        Settings settings(std::make_unique<QSettings>(path, QSettings::IniFormat));
        const LayerStack again(settings);
        QVERIFY(again.look(OverlayId::Frequency) == look);
        QVERIFY(again.parameters() == request);
        QVERIFY(again.current() == OverlayId::GradCam);
    }

    /// Layers were once stored by their place in the list.
    void settingsByPlaceAreReadToo()
    {
        Settings settings(nullptr);
        settings.setValue(setting::Layers,
                          QByteArray(R"({"looks":[{},{},{},{},{},{"visible":true,"opacity":33,"colors":"magma",)"
                                     R"("fixed":true,"low":-0.5,"high":2.5,"blockMeans":true}],"current":9,)"
                                     R"("parameters":{"band":7,"lastLayer":true,"samples":300}})"));
        LayerStack layers(settings);
        const LayerLook expected{true, 33, ColorMap::Magma, true, {-0.5, 2.5}, true};
        QVERIFY(layers.look(OverlayId::Frequency) == expected);
        QVERIFY(layers.look(OverlayId::Shapley) == defaultLook(OverlayId::Shapley));
        QVERIFY(layers.current() == OverlayId::GradCam);
        QCOMPARE(layers.parameters().band, 7);
        QCOMPARE(layers.parameters().lime.samples, 300);
        QVERIFY(layers.parameters().attention == AttentionKind::LastLayer);
        layers.setVisible(OverlayId::Lime, true);
        const QByteArray stored = settings.value(setting::Layers).toByteArray();
        QVERIFY(stored.contains("\"frequency\""));
        QVERIFY(!LayerStack(settings).look(OverlayId::Lime).visible); // slow maps wait for somebody who asks
        layers.setVisible(OverlayId::Lime, false);
        QVERIFY(LayerStack(settings).state() == layers.state());
    }

    void damagedSettingsReadAsDefaults_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::newRow("no JSON") << QByteArray("{{{");
        QTest::newRow("another shape") << QByteArray("[1,2,3]");
        QTest::newRow("numbers out of range")
            << QByteArray(R"({"looks":[{"opacity":900,"low":3,"high":1}],"current":99,"parameters":{"band":88,)"
                          R"("samples":-4,"saliency":"x"}})");
    }
    void damagedSettingsReadAsDefaults()
    {
        QFETCH(QByteArray, json);
        Settings settings(nullptr);
        settings.setValue(setting::Layers, json);
        const LayerStack layers(settings);
        QVERIFY(layers.look(OverlayId::Agreement)
                == LayerStack(*std::make_unique<Settings>(nullptr)).look(OverlayId::Agreement));
        QVERIFY(layers.parameters().lime.samples >= 2);
        QVERIFY(layers.parameters().band <= BandCount);
        QVERIFY(static_cast<int>(layers.current()) < LayerCount);
    }
};

HALFLENS_TEST(TestLayerStack)
#include "tst_layer_stack.moc"
