// SPDX-License-Identifier: BSD-3-Clause
#include "core/measures/field.h"

#include "core/base/parallel.h"

#include <algorithm>

namespace halflens {

namespace {

constexpr int RowsPerTask = 32;

} // namespace

void luminanceRow(const Image& image, int y, std::span<double> out)
{
    const std::uint8_t* pixel = image.row(y);
    for (double& value : out) {
        // Thousandths are whole numbers: the sum is exact and only the division rounds.
        value = static_cast<double>(299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2]) / 255000.0;
        pixel += 3;
    }
}

Field luminance(const Image& image)
{
    Field result(image.height, image.width);
    const int tasks = (image.height + RowsPerTask - 1) / RowsPerTask;
    parallelFor(tasks, [&](int task) {
        const int last = std::min(image.height, (task + 1) * RowsPerTask);
        for (int y = task * RowsPerTask; y < last; ++y)
            luminanceRow(image, y, result.row(y));
    });
    return result;
}

ScalarMap toScalarMap(const Field& field)
{
    ScalarMap map(field.height, field.width);
    std::transform(field.values.begin(), field.values.end(), map.values.begin(),
                   [](double value) { return static_cast<float>(value); });
    return map;
}

} // namespace halflens
