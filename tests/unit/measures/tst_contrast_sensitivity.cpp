// SPDX-License-Identifier: BSD-3-Clause
// Sensitivity curves and band weights against the tables of spec measures 2.4.
#include "core/measures/contrast_sensitivity.h"
#include "core/measures/frequency.h"
#include "tests/support/test_case.h"

#include <QTest>

using namespace halflens;

class TstContrastSensitivity : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void mannosSakrison_data();
    void mannosSakrison();
    void barten_data();
    void barten();
    void peaks();
    void atZero();
    void names();
};

void TstContrastSensitivity::mannosSakrison_data()
{
    QTest::addColumn<double>("value");
    QTest::addColumn<double>("weight");
    QTest::newRow("0") << 0.615120 << 0.627951;
    QTest::newRow("1") << 0.979567 << 1.0;
    QTest::newRow("2") << 0.857866 << 0.875761;
    QTest::newRow("3") << 0.617597 << 0.630480;
    QTest::newRow("4") << 0.401146 << 0.409514;
    QTest::newRow("5") << 0.244086 << 0.249177;
    QTest::newRow("6") << 0.141836 << 0.144795;
    QTest::newRow("7") << 0.079606 << 0.081266;
    QTest::newRow("8") << 0.043468 << 0.044375;
    QTest::newRow("9") << 0.023208 << 0.023692;
}

void TstContrastSensitivity::mannosSakrison()
{
    QFETCH(double, value);
    QFETCH(double, weight);
    const int band = QByteArray(QTest::currentDataTag()).toInt();
    QVERIFY(std::abs(sensitivity(ContrastSensitivity::MannosSakrison, bandCentre(band)) - value) < 5.1e-7);
    QVERIFY(std::abs(bandWeights(ContrastSensitivity::MannosSakrison)[static_cast<std::size_t>(band)] - weight)
            < 5.1e-7);
}

void TstContrastSensitivity::barten_data()
{
    QTest::addColumn<double>("weight");
    const QList<double> weights{1,        0.696474, 0.391017, 0.219953, 0.122324,
                                0.065655, 0.033471, 0.016056, 0.007205, 0.003012};
    for (int band = 0; band < BandCount; ++band)
        QTest::addRow("%d", band) << weights[band];
}

void TstContrastSensitivity::barten()
{
    QFETCH(double, weight);
    const int band = QByteArray(QTest::currentDataTag()).toInt();
    QVERIFY(std::abs(bandWeights(ContrastSensitivity::Barten)[static_cast<std::size_t>(band)] - weight) < 5.1e-7);
}

void TstContrastSensitivity::peaks()
{
    const SensitivityPeak mannos = sensitivityPeak(ContrastSensitivity::MannosSakrison);
    QVERIFY(std::abs(mannos.cpd - 7.891) < 5.1e-4);
    QVERIFY(std::abs(mannos.value - 0.98088) < 5.1e-6);
    const SensitivityPeak barten = sensitivityPeak(ContrastSensitivity::Barten);
    QVERIFY(std::abs(barten.cpd - 3.018) < 5.1e-4);
    QVERIFY(std::abs(barten.value - 657.99) < 5.1e-3);
}

void TstContrastSensitivity::atZero()
{
    QVERIFY(std::abs(sensitivity(ContrastSensitivity::MannosSakrison, 0) - 0.04992) < 1e-9);
    QCOMPARE(sensitivity(ContrastSensitivity::Barten, 0), 0.0);
}

void TstContrastSensitivity::names()
{
    for (const auto curve : {ContrastSensitivity::MannosSakrison, ContrastSensitivity::Barten})
        QVERIFY(contrastSensitivityFromString(toString(curve)).value() == curve);
    QVERIFY(!contrastSensitivityFromString("campbell").has_value());
}

HALFLENS_TEST(TstContrastSensitivity)
#include "tst_contrast_sensitivity.moc"
