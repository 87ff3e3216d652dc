// SPDX-License-Identifier: BSD-3-Clause
#include "core/explain/segmentation.h"

namespace halflens {

Result<Segmentation> gridSegments(int height, int width, int rows, int columns)
{
    if (rows < 1 || columns < 1 || height < rows || width < columns) {
        return Error{ErrorCode::InvalidInput,
                     "segments",
                     "an image of " + std::to_string(width) + " x " + std::to_string(height)
                         + " pixels cannot be cut into " + std::to_string(columns) + " x " + std::to_string(rows)
                         + " cells",
                     "use a larger image or fewer cells",
                     {}};
    }
    return guarded("segments", [&]() -> Result<Segmentation> {
        Segmentation result{width, height, rows * columns, {}};
        result.labels.resize(static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
        const auto cut = [](int part, int parts, int length) {
            return static_cast<std::size_t>(static_cast<std::int64_t>(part) * length / parts);
        };
        for (int row = 0; row < rows; ++row) {
            for (std::size_t y = cut(row, rows, height); y < cut(row + 1, rows, height); ++y) {
                for (int column = 0; column < columns; ++column) {
                    for (std::size_t x = cut(column, columns, width); x < cut(column + 1, columns, width); ++x)
                        result.labels[y * static_cast<std::size_t>(width) + x] = row * columns + column;
                }
            }
        }
        return result;
    });
}

} // namespace halflens
