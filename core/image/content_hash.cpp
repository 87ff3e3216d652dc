// SPDX-License-Identifier: BSD-3-Clause
#include "core/image/content_hash.h"

#include <QCryptographicHash>

#include <array>

namespace halflens {

std::string contentHash(const Image& image)
{
    std::array<char, 8> size{};
    for (unsigned i = 0; i < 4; ++i) {
        size[i] = static_cast<char>(static_cast<unsigned>(image.width) >> (8 * i) & 0xff);
        size[i + 4] = static_cast<char>(static_cast<unsigned>(image.height) >> (8 * i) & 0xff);
    }
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(QByteArrayView(size.data(), static_cast<qsizetype>(size.size())));
    hash.addData(QByteArrayView(image.rgb.data(), static_cast<qsizetype>(image.rgb.size())));
    return hash.result().toHex().toStdString();
}

} // namespace halflens
