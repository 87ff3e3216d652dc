// SPDX-License-Identifier: BSD-3-Clause
// What the first of the fake models says of a small grey picture.
#pragma once

#include "core/analysis/analysis.h"
#include "tests/support/fake_models.h"

#include <memory>
#include <stop_token>

namespace halflens::test {

inline std::shared_ptr<const Analysis> fakeAnalysis()
{
    FakeModels models;
    Image image;
    image.width = 8;
    image.height = 6;
    image.rgb.assign(8 * 6 * 3, 100);
    auto analysis = analyze(image, "fake-one", models, {}, JobContext(std::stop_token()));
    return analysis ? *analysis : nullptr;
}

} // namespace halflens::test
