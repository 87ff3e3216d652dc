// SPDX-License-Identifier: BSD-3-Clause
// The models that come with the program on its samples: the numbers of tests/golden/data/default_pack.json. They tell a
// broken network in a clone without the reference cases. HALFLENS_UPDATE_GOLDEN=1 writes them anew.
#include "tests/support/program.h"
#include "tests/support/test_case.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace halflens::test;
using nlohmann::json;

namespace {

constexpr double Allowed = 1e-3; ///< of a score on 1..5
constexpr const char* Samples[]{"cat.png", "coffee.png", "rocket.jpg"};

QString pathOf(const char* sample)
{
    return QStringLiteral(HALFLENS_SOURCE_DIR "/resources/samples/") + QString::fromLatin1(sample);
}

} // namespace

class TestDefaultPack : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void scores();
    void halves();

private:
    json m_found; ///< {"scores": {sample: {model: score5}}, "halves": {sample: [six blocks]}}
    json m_expected;
};

void TestDefaultPack::initTestCase()
{
    // Models somebody keeps for oneself take no part.
    const QTemporaryDir home;
    Surroundings alone;
    alone.environment.insert(QStringLiteral("XDG_DATA_HOME"), home.path());
    QStringList arguments{QStringLiteral("score")};
    for (const char* sample : Samples)
        arguments << pathOf(sample);
    const Outcome scored =
        runProgram(arguments
                       + QStringList{QStringLiteral("--models"), QStringLiteral("all"), QStringLiteral("--json"),
                                     QStringLiteral("--models-dir"), QStringLiteral(HALFLENS_SOURCE_DIR "/models")},
                   alone);
    QVERIFY2(scored.status == 0, scored.errors.constData());
    for (const json& result : scored.document.at("results")) {
        const std::string file = result.at("file");
        const std::string name = file.substr(file.rfind('/') + 1);
        m_found["scores"][name][result.at("model").get<std::string>()] = result.at("score5");
    }
    for (const char* sample : Samples) {
        const Outcome explained = runProgram({QStringLiteral("explain"), pathOf(sample), QStringLiteral("--model"),
                                              QStringLiteral("lite-triq"), QStringLiteral("--json")},
                                             alone);
        QVERIFY2(explained.status == 0, explained.errors.constData());
        m_found["halves"][sample] = explained.document.at("important");
    }
    QFile file(QStringLiteral(HALFLENS_SOURCE_DIR "/tests/golden/data/default_pack.json"));
    if (qEnvironmentVariableIsSet("HALFLENS_UPDATE_GOLDEN")) {
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray::fromStdString(m_found.dump(2)) + '\n');
        file.close();
    }
    QVERIFY(file.open(QIODevice::ReadOnly));
    m_expected = json::parse(file.readAll().toStdString(), nullptr, false);
    QVERIFY(m_expected.is_object());
}

void TestDefaultPack::scores()
{
    QCOMPARE(m_found.at("scores").size(), m_expected.at("scores").size());
    for (const auto& [sample, models] : m_expected.at("scores").items()) {
        QCOMPARE(m_found.at("scores").at(sample).size(), models.size());
        for (const auto& [model, score] : models.items()) {
            const double found = m_found.at("scores").at(sample).at(model);
            QVERIFY2(std::abs(found - score.get<double>()) <= Allowed,
                     qPrintable(QStringLiteral("%1, %2: %3 instead of %4")
                                    .arg(QString::fromStdString(sample), QString::fromStdString(model))
                                    .arg(found)
                                    .arg(score.get<double>())));
        }
    }
}

void TestDefaultPack::halves()
{
    for (const auto& [sample, blocks] : m_expected.at("halves").items())
        QCOMPARE(m_found.at("halves").at(sample), blocks);
}

HALFLENS_TEST(TestDefaultPack)
#include "tst_default_pack.moc"
