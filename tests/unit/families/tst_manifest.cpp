// SPDX-License-Identifier: BSD-3-Clause
// Manifests: what is read, and that everything wrong is refused by name.
#include "core/predictor/manifest.h"
#include "tests/support/test_case.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <nlohmann/json.hpp>

using namespace halflens;

namespace {

const char* const Hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

nlohmann::json valid()
{
    return {{"format", 1},
            {"id", "lite-triq"},
            {"name", "TRIQ lite"},
            {"family", "triq"},
            {"trunk", "efficientnet-lite0"},
            {"weights", {{"file", "weights.safetensors"}, {"sha256", Hash}}},
            {"input",
             {{"policy", "fit"},
              {"width", 512},
              {"height", 384},
              {"transpose_portrait", true},
              {"normalization", "plus_minus_one"}}},
            {"output", {{"kind", "distribution"}, {"scale", {1, 5}}}},
            {"licence", "BSD-3-Clause"},
            {"card", "card.md"}};
}

} // namespace

class TestManifest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void reads();
    void optionalParts();
    void writtenAndReadBack();
    void accepted_data();
    void accepted();
    void refused_data();
    void refused();
    void notJson_data();
    void notJson();
    void missingKeys();
    void depth();
    void bracketsInTexts();
    void files();
};

void TestManifest::reads()
{
    const auto manifest = parseManifest(valid().dump(), "some/folder");
    QVERIFY2(manifest.has_value(), manifest ? "" : manifest.error().message().c_str());
    QCOMPARE(manifest->id, std::string("lite-triq"));
    QCOMPARE(manifest->name, std::string("TRIQ lite"));
    QCOMPARE(manifest->family, std::string("triq"));
    QCOMPARE(manifest->trunk, std::string("efficientnet-lite0"));
    QCOMPARE(manifest->weightsFile, std::string("weights.safetensors"));
    QCOMPARE(manifest->weightsSha256, std::string(Hash));
    QVERIFY(manifest->input == (InputSpec{InputPolicy::Fit, 512, 384, true, Normalization::PlusMinusOne}));
    QCOMPARE(manifest->outputs, 5);
    QCOMPARE(manifest->scale, (ScoreScale{1, 5}));
    QCOMPARE(manifest->licence, std::string("BSD-3-Clause"));
    QCOMPARE(manifest->cardFile, std::string("card.md"));
    QCOMPARE(manifest->folder, std::filesystem::path("some/folder"));
}

void TestManifest::optionalParts()
{
    nlohmann::json json = valid();
    json.erase("card");
    json["weights"].erase("sha256");
    json["input"] = {{"policy", "native"}, {"normalization", "imagenet_255"}};
    json["output"] = {{"kind", "score"}, {"scale", {-1.5, 100}}};
    const auto manifest = parseManifest(json.dump(), {});
    QVERIFY2(manifest.has_value(), manifest ? "" : manifest.error().message().c_str());
    QVERIFY(manifest->cardFile.empty());
    QVERIFY(manifest->weightsSha256.empty());
    QVERIFY(manifest->input == (InputSpec{InputPolicy::Native, 0, 0, false, Normalization::ImageNet255}));
    QCOMPARE(manifest->outputs, 1);
    QCOMPARE(manifest->scale, (ScoreScale{-1.5, 100}));
}

void TestManifest::writtenAndReadBack()
{
    nlohmann::json json = valid();
    json["source"] = "https://example.org/\"quoted\"";
    json["leak"] = {{"blur", 0.27}, {"noise", 0.21}, {"jpeg", 0.32}};
    json["input"]["normalization"] = {{"divide", 127.5}, {"mean", {0.485, 0.456, 0.406}}, {"std", {0.1, 0.2, 0.3}}};
    json["input"]["channels"] = "bgr";
    for (const bool custom : {true, false}) {
        if (!custom) {
            json["input"]["normalization"] = "imagenet_255";
            json["input"].erase("channels");
        }
        const auto first = parseManifest(json.dump(), "folder");
        QVERIFY2(first.has_value(), first ? "" : first.error().message().c_str());
        const auto second = parseManifest(toJsonText(*first), "folder");
        QVERIFY2(second.has_value(), second ? "" : second.error().message().c_str());
        QVERIFY(second->input == first->input && second->scale == first->scale);
        QCOMPARE(second->input.custom.bgr, custom);
        QCOMPARE(toJsonText(*second), toJsonText(*first));
        QCOMPARE(second->source, json["source"].get<std::string>());
        QVERIFY(second->leak == (Leak{0.27, 0.21, 0.32}));
    }
}

void TestManifest::accepted_data()
{
    QTest::addColumn<QByteArray>("pointer");
    QTest::addColumn<QByteArray>("value");
    const auto row = [](const char* pointer, const char* value) {
        QTest::addRow("%s = %s", pointer, value) << QByteArray(pointer) << QByteArray(value);
    };
    row("/id", "\"a.b_c-9\"");
    row("/name", "\"Grüße\\n2\"");
    row("/weights/file", "\"sub/weights..safetensors\"");
    row("/weights/file", "\"..hidden\"");
    row("/input/width", "32");
    row("/input/width", "8192");
    row("/input/transpose_portrait", "false");
    row("/input/normalization", "\"imagenet_unit\"");
    row("/output/scale", "[0, 1e300]");
    row("/output/scale_assumed", "true");
    row("/weights/key", "\"ema/params\"");
    row("/input/normalization", "{}");
    row("/input/normalization", "{\"divide\": 255, \"mean\": [0.5, 0.5, 0.5], \"std\": [0.25, 0.25, 1]}");
    row("/input/channels", "\"rgb\"");
    row("/source", "\"https://example.org\"");
    row("/leak", "{\"blur\": 0.27, \"noise\": 0, \"jpeg\": 1.5}");
}

void TestManifest::accepted()
{
    QFETCH(QByteArray, pointer);
    QFETCH(QByteArray, value);
    nlohmann::json json = valid();
    json[nlohmann::json::json_pointer(pointer.toStdString())] = nlohmann::json::parse(value.toStdString());
    const auto manifest = parseManifest(json.dump(), {});
    QVERIFY2(manifest.has_value(), manifest ? "" : manifest.error().message().c_str());
}

void TestManifest::refused_data()
{
    QTest::addColumn<QByteArray>("pointer");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("says");
    const auto row = [](const char* pointer, const QByteArray& value, const char* says) {
        const QByteArray name = QByteArray(pointer) + " = " + value.left(60);
        QTest::newRow(name.simplified().constData()) << QByteArray(pointer) << value << QByteArray(says);
    };
    row("/format", "2", "format is not a whole number from 1 to 1");
    row("/format", "1.0", "format");
    row("/format", "\"1\"", "format");
    row("/id", "\"\"", "id is empty");
    row("/id", "\"Lite\"", "id may hold");
    row("/id", "\"../x\"", "id may hold");
    row("/id", "\".x\"", "id may hold");
    row("/id", '"' + QByteArray(65, 'x') + '"', "id may hold");
    row("/id", "7", "id is not a text");
    row("/name", "null", "name is not a text");
    row("/name", '"' + QByteArray(5000, 'x') + '"', "name is not a text of reasonable length");
    row("/family", "[]", "family is not a text");
    row("/trunk", "\"\"", "trunk is empty");
    row("/licence", "\"\"", "licence is empty");
    row("/weights", "\"weights.safetensors\"", "weights is not an object");
    row("/weights/file", "\"\"", "weights.file is empty");
    // Only files inside the model's folder.
    row("/weights/file", "\"../weights\"", "weights.file must be a file inside");
    row("/weights/file", "\"a/../../weights\"", "weights.file must be a file inside");
    row("/weights/file", "\"/etc/passwd\"", "weights.file must be a file inside");
    row("/weights/file", "\"..\"", "weights.file must be a file inside");
    row("/weights/file", "\"a\\\\..\\\\b\"", "weights.file must be a file inside");
    row("/weights/file", "\"C:\\\\b\"", "weights.file must be a file inside");
    row("/weights/file", "\"a\\u0000b\"", "weights.file must be a file inside");
    row("/card", "\"../card.md\"", "card must be a file inside");
    row("/weights/sha256", "\"0123\"", "weights.sha256");
    row("/weights/sha256", '"' + QByteArray(64, 'A') + '"', "weights.sha256");
    row("/weights/sha256", "5", "weights.sha256");
    row("/weights/surprise", "5", "weights.surprise is not a known key");
    row("/input", "[]", "input is not an object");
    row("/input/policy", "\"stretch\"", "input.policy is \"stretch\", not one of fit, native");
    row("/leak", "0.3", "leak is not an object");
    row("/leak", "{\"blur\": 0.3, \"noise\": 0.2}", "leak.jpeg is missing");
    row("/leak", "{\"blur\": -0.3, \"noise\": 0.2, \"jpeg\": 0.1}", "leak.blur");
    row("/leak", "{\"blur\": 0.3, \"noise\": \"x\", \"jpeg\": 0.1}", "leak.noise");
    row("/leak", "{\"blur\": 0.3, \"noise\": 0.2, \"jpeg\": 0.1, \"dark\": 0.1}", "leak.dark is not a known key");
    row("/input/width", "31", "input.width is not a whole number from 32 to 8192");
    row("/input/width", "8193", "input.width");
    row("/input/width", "-5", "input.width");
    row("/input/width", "512.5", "input.width");
    row("/input/width", "18446744073709551615", "input.width");
    row("/input/height", "\"384\"", "input.height");
    row("/input/transpose_portrait", "1", "input.transpose_portrait is not true or false");
    row("/input/normalization", "\"none\"", "input.normalization");
    row("/input/normalization", "5", "input.normalization");
    row("/input/mean", "5", "input.mean is not a known key");
    row("/input/normalization", "{\"divide\": 0}", "input.normalization.divide");
    row("/input/normalization", "{\"mean\": [1, 2]}", "input.normalization.mean");
    row("/input/normalization", "{\"mean\": [1, 2, \"3\"]}", "input.normalization.mean");
    row("/input/normalization", "{\"std\": [1, 0, 1]}", "input.normalization.std");
    row("/input/normalization", "{\"std\": [1, -1, 1]}", "input.normalization.std");
    row("/input/normalization", "{\"std\": [1, 1, 1e300]}", "input.normalization.std");
    row("/input/normalization", "{\"gamma\": 2}", "input.normalization.gamma is not a known key");
    row("/input/channels", "\"grb\"", "input.channels");
    row("/input/channels", "\"bgr\"", "input.channels may be bgr only");
    row("/source", "5", "source is not a text");
    row("/output", "null", "output is not an object");
    row("/output/kind", "\"grades\"", "output.kind is \"grades\", not one of distribution, score");
    row("/output/scale", "[5, 1]", "output.scale");
    row("/output/scale", "[1, 1]", "output.scale");
    row("/output/scale", "[1]", "output.scale");
    row("/output/scale", "[1, 2, 3]", "output.scale");
    row("/output/scale", "[\"1\", 5]", "output.scale");
    row("/output/scale", "{}", "output.scale");
    row("/output/extra", "0", "output.extra is not a known key");
    row("/Format", "1", "Format is not a known key");
    row("/dataset", "\"x\"", "dataset is not a known key");
    // Shown cut, but never in the middle of a character, and without control characters.
    row("/input/policy", "\"" + QByteArray("ä").repeated(39) + "\"", "input.policy is \"ääääääääääääääääääää...\"");
    row("/input/policy", "\"x" + QByteArray("ä").repeated(39) + "\"", "input.policy is \"xäääääääääääääääääää...\"");
    row("/output/a\nb", "0", "output.a?b is not a known key");
}

void TestManifest::refused()
{
    QFETCH(QByteArray, pointer);
    QFETCH(QByteArray, value);
    QFETCH(QByteArray, says);
    nlohmann::json json = valid();
    json[nlohmann::json::json_pointer(pointer.toStdString())] = nlohmann::json::parse(value.toStdString());
    const auto manifest = parseManifest(json.dump(), {});
    QVERIFY(!manifest);
    QCOMPARE(manifest.error().code, ErrorCode::InvalidInput);
    QCOMPARE(manifest.error().stage, std::string("manifest"));
    QVERIFY2(manifest.error().reason.find(says.toStdString()) != std::string::npos, manifest.error().reason.c_str());
    QVERIFY(!manifest.error().remedy.empty());
    QVERIFY(manifest.error().reason.size() < 200);
    QVERIFY(!nlohmann::json(manifest.error().message()).dump().empty()); // throws unless it is UTF-8
}

void TestManifest::notJson_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("word") << QByteArray("manifest");
    QTest::newRow("cut") << QByteArray("{\"format\": 1, \"id\": \"x");
    QTest::newRow("trailing") << QByteArray(valid().dump().c_str()) + "}";
    QTest::newRow("comment") << QByteArray("// x\n") + valid().dump().c_str();
    QTest::newRow("not UTF-8") << QByteArray("{\"id\": \"\xff\xfe\"}");
    QTest::newRow("number too large") << QByteArray("{\"output\": {\"scale\": [0, 1e999]}}");
    QTest::newRow("zero byte") << QByteArray("{}\0", 3);
}

void TestManifest::notJson()
{
    QFETCH(QByteArray, text);
    const auto manifest = parseManifest(text.toStdString(), {});
    QVERIFY(!manifest);
    QCOMPARE(manifest.error().reason, std::string("the manifest is not valid JSON"));
}

void TestManifest::missingKeys()
{
    for (const char* pointer :
         {"/format", "/id", "/name", "/family", "/trunk", "/weights", "/input", "/output", "/licence", "/weights/file",
          "/input/policy", "/input/width", "/input/height", "/input/normalization", "/output/kind", "/output/scale"}) {
        const nlohmann::json json = valid().patch(nlohmann::json::array({{{"op", "remove"}, {"path", pointer}}}));
        const auto manifest = parseManifest(json.dump(), {});
        QVERIFY2(!manifest, pointer);
        std::string name(pointer + 1);
        std::replace(name.begin(), name.end(), '/', '.');
        QCOMPARE(manifest.error().reason, name + " is missing");
    }
    for (const char* whole : {"[]", "5", "null", "\"x\"", "[1, 2]"}) {
        const auto manifest = parseManifest(whole, {});
        QVERIFY(!manifest);
        QCOMPARE(manifest.error().reason, std::string("the manifest is not a JSON object"));
    }
}

void TestManifest::depth()
{
    const auto reason = [](const std::string& text) { return parseManifest(text, {}).error().reason; };
    const std::string tooDeep = "the manifest is too long or too deeply nested";
    QCOMPARE(reason(std::string(900'000, '[')), tooDeep);
    QCOMPARE(reason(std::string(9, '[') + std::string(9, ']')), tooDeep);
    QCOMPARE(reason(std::string(8, '[') + std::string(8, ']')), std::string("the manifest is not a JSON object"));
    std::string objects;
    for (int i = 0; i < 10; ++i)
        objects += "{\"a\":";
    QCOMPARE(reason(objects), tooDeep);
    // Closing brackets in a text must not make room for opening ones.
    const std::string hidden =
        "{\"name\": \"" + std::string(100'000, ']') + "\\\"]]\", \"x\": " + std::string(100'000, '[');
    QCOMPARE(reason(hidden), tooDeep);
    QCOMPARE(reason(std::string(1'000'001, ' ')), tooDeep);
}

void TestManifest::bracketsInTexts()
{
    nlohmann::json json = valid();
    json["licence"] = "[[[[[[[[[[[[{{{{{{\\\"{{{{\\";
    const auto manifest = parseManifest(json.dump(), {});
    QVERIFY2(manifest.has_value(), manifest ? "" : manifest.error().message().c_str());
    QCOMPARE(manifest->licence, json["licence"].get<std::string>());
}

void TestManifest::files()
{
    const QTemporaryDir folder;
    const std::filesystem::path path = std::filesystem::path(folder.path().toStdString()) / "manifest.json";
    const auto missing = readManifest(path);
    QVERIFY(!missing);
    QCOMPARE(missing.error().code, ErrorCode::Io);
    std::ofstream(path) << valid().dump();
    const auto manifest = readManifest(path);
    QVERIFY(manifest.has_value());
    QCOMPARE(manifest->folder, path.parent_path());
    std::ofstream(path) << "{}";
    const auto broken = readManifest(path);
    QVERIFY(!broken);
    QCOMPARE(broken.error().file, path.string());
    std::filesystem::resize_file(path, 1'000'001);
    QCOMPARE(readManifest(path).error().code, ErrorCode::Io);
}

HALFLENS_TEST(TestManifest)
#include "tst_manifest.moc"
