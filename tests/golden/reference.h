// SPDX-License-Identifier: BSD-3-Clause
// A published checkpoint with the outputs of its authors' code, loaded as the program loads it.
#pragma once

#include "core/image/decode.h"
#include "core/image/model_input.h"
#include "core/registry/registry.h"
#include "tests/golden/compare.h"
#include "tests/support/golden.h"

#include <optional>
#include <string>

namespace halflens::test {

// "important_zeroed" and "trivial_zeroed" of the references: fixed sets, not computed ones.
inline const BlockMask ImportantZeroed(1u << 0 | 1u << 1 | 1u << 2 | 1u << 5 | 1u << 6 | 1u << 9);

struct Reference {
    std::string folder;
    std::string file;
    std::shared_ptr<const Predictor> model;
    StateDict outputs;

    const std::vector<float>& values(const std::string& name) const { return outputs.at(name).values; }
    const Shape& shape(const std::string& name) const { return outputs.at(name).shape; }
};

inline Result<Reference> loadReference(const std::string& folder, const std::string& file)
{
    const auto path = goldenFile(folder, file);
    if (!path)
        return path.error();
    auto model = loadPublishedCheckpoint(*path);
    if (!model)
        return std::move(model).error();
    auto outputs = goldenOutputs(folder);
    if (!outputs)
        return std::move(outputs).error();
    return Reference{folder, file, std::move(*model), std::move(*outputs)};
}

/// Loads a reference unless it is the one already there; false when that fails, and the test with it.
inline bool provide(std::optional<Reference>& reference, const std::string& folder, const std::string& file)
{
    if (reference && reference->folder == folder && reference->file == file)
        return true;
    reference.reset(); // before the next one takes its memory
    auto loaded = loadReference(folder, file);
    if (!loaded) {
        QTest::qFail(loaded.error().message().c_str(), __FILE__, __LINE__);
        return false;
    }
    reference = std::move(*loaded);
    return true;
}

inline Result<ModelInput> referenceInput(const std::string& image, const InputSpec& spec)
{
    const auto decoded = readImage(goldenFolder("images") / (image + ".png"));
    if (!decoded)
        return decoded.error();
    return toModelInput(**decoded, spec);
}

/// Channel means within 1e-4 of the map's deviation and 1e-4 of the value; empty when they are.
inline std::string channelMeansDiffer(std::span<const float> map, const std::vector<float>& means)
{
    const std::vector<float> own = channelMeans(map, static_cast<int>(means.size()));
    const double deviation = standardDeviation(map);
    for (std::size_t c = 0; c < means.size(); ++c) {
        const double allowed = 1e-4 * deviation + 1e-4 * std::abs(static_cast<double>(means[c]));
        if (!(std::abs(static_cast<double>(own[c]) - static_cast<double>(means[c])) <= allowed))
            return "channel " + std::to_string(c) + ": " + std::to_string(own[c]) + " instead of "
                + std::to_string(means[c]);
    }
    return {};
}

} // namespace halflens::test

#define HALFLENS_VERIFY(result) QVERIFY2((result).has_value(), (result) ? "" : (result).error().message().c_str())

/// Skips the test function it stands in without the reference cases; else loads the checkpoint into `m_reference` and
/// calls it `reference`.
#define HALFLENS_WITH_REFERENCE(folder, file)                                                                          \
    HALFLENS_NEEDS_GOLDEN(folder);                                                                                     \
    if (!halflens::test::provide(m_reference, folder, file))                                                           \
        return;                                                                                                        \
    const halflens::test::Reference& reference = *m_reference
