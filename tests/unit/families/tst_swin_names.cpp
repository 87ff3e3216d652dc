// SPDX-License-Identifier: BSD-3-Clause
// Start weights of Swin under the names of three sources.
#include "core/families/swin_iqa.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <algorithm>

using namespace halflens;

class TestSwinNames : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void swinNames_data();
    void swinNames();
};

void TestSwinNames::swinNames_data()
{
    QTest::addColumn<QByteArrayList>("names");
    QTest::addColumn<QByteArrayList>("expected");
    QTest::newRow("Microsoft") << QByteArrayList{"patch_embed.proj.weight",
                                                 "layers.0.downsample.norm.bias",
                                                 "layers.1.blocks.1.attn_mask",
                                                 "head.weight",
                                                 "norm.weight",
                                                 "layers.0.blocks.0.attn.relative_position_index"}
                               << QByteArrayList{"patch_embed.proj.weight", "layers.0.downsample.norm.bias",
                                                 "norm.weight"};
    QTest::newRow("timm since 0.9") << QByteArrayList{"layers.1.downsample.norm.bias",
                                                      "layers.3.downsample.reduction.weight", "head.fc.weight",
                                                      "layers.3.blocks.1.mlp.fc2.bias"}
                                    << QByteArrayList{"layers.0.downsample.norm.bias",
                                                      "layers.2.downsample.reduction.weight",
                                                      "layers.3.blocks.1.mlp.fc2.bias"};
    QTest::newRow("torchvision") << QByteArrayList{
        "features.0.0.weight",
        "features.0.2.bias",
        "features.1.1.attn.qkv.weight",
        "features.2.reduction.weight",
        "features.5.17.mlp.0.weight",
        "features.5.17.mlp.3.bias",
        "features.7.0.norm2.weight",
        "head.weight",
        "norm.bias"} << QByteArrayList{"patch_embed.proj.weight",           "patch_embed.norm.bias",
                                       "layers.0.blocks.1.attn.qkv.weight", "layers.0.downsample.reduction.weight",
                                       "layers.2.blocks.17.mlp.fc1.weight", "layers.2.blocks.17.mlp.fc2.bias",
                                       "layers.3.blocks.0.norm2.weight",    "norm.bias"};
    QTest::newRow("odd names") << QByteArrayList{
        "features.", "features.x.y", "layers.", "layers.99999.a",
        "features.0."} << QByteArrayList{"features.", "features.x.y", "layers.", "layers.99999.a", "features.0."};
}

void TestSwinNames::swinNames()
{
    QFETCH(QByteArrayList, names);
    QFETCH(QByteArrayList, expected);
    TensorArchive archive{"torch-zip", {}, {}};
    for (const QByteArray& name : names)
        archive.tensors.push_back({name.toStdString(), {}, {{1}, {1}}});
    QByteArrayList found;
    for (const auto& [name, tensor] : swinStartWeights(archive))
        found.push_back(QByteArray::fromStdString(name));
    std::sort(expected.begin(), expected.end());
    QCOMPARE(found, expected);
}

HALFLENS_TEST(TestSwinNames)
#include "tst_swin_names.moc"
