// SPDX-License-Identifier: BSD-3-Clause
// An image at full, half, quarter, ... size, so that zoomed-out drawing is smooth and quick.
#pragma once

#include "core/image/image.h"

#include <QImage>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace halflens {

/// The pixels as a QImage that shares them: no copy, and the image lives as long as it does.
QImage sharedQImage(std::shared_ptr<const Image> image);

/// Level 0 is the image itself, each further level half the size of the one before, down to 256
/// pixels on the longer side. Immutable once made; copies share pixels.
class ImagePyramid {
public:
    ImagePyramid() = default;

    /// About 10 ms a megapixel; meant for the worker thread.
    static ImagePyramid build(std::shared_ptr<const Image> image);

    const QImage& full() const { return m_levels.front(); }
    bool isEmpty() const { return m_levels.empty(); }

    /// The smallest level that is still at least as large as the image drawn at `zoom`.
    const QImage& levelFor(double zoom) const;

private:
    std::vector<QImage> m_levels;
};

/// What the Decode stage yields for the viewer.
struct LoadedImage {
    std::shared_ptr<const Image> image;
    ImagePyramid pyramid;
    std::string file; ///< what stood for the content of the file that was read; empty: pixels from elsewhere
    std::uint64_t byteSize() const;
};

} // namespace halflens
