// SPDX-License-Identifier: BSD-3-Clause
#include "core/figure/map_file.h"

#include "core/base/file.h"
#include "core/base/npy.h"
#include "core/figure/figure_text.h"

#include <QBuffer>
#include <QPainter>
#include <QString>
#include <algorithm>
#include <cctype>
#include <tiffio.h>
#include <vector>

namespace halflens {

namespace {

/// Memory a TIFF is written to.
struct TiffBuffer {
    std::vector<std::uint8_t> bytes;
    std::size_t position = 0;
};

tmsize_t tiffRead(thandle_t handle, void* data, tmsize_t size)
{
    auto& buffer = *static_cast<TiffBuffer*>(handle);
    const std::size_t count =
        std::min(static_cast<std::size_t>(size), buffer.bytes.size() - std::min(buffer.position, buffer.bytes.size()));
    std::copy_n(buffer.bytes.begin() + static_cast<std::ptrdiff_t>(buffer.position), count,
                static_cast<std::uint8_t*>(data));
    buffer.position += count;
    return static_cast<tmsize_t>(count);
}

tmsize_t tiffWrite(thandle_t handle, void* data, tmsize_t size)
{
    auto& buffer = *static_cast<TiffBuffer*>(handle);
    const auto count = static_cast<std::size_t>(size);
    if (buffer.bytes.size() < buffer.position + count)
        buffer.bytes.resize(buffer.position + count);
    std::copy_n(static_cast<const std::uint8_t*>(data), count,
                buffer.bytes.begin() + static_cast<std::ptrdiff_t>(buffer.position));
    buffer.position += count;
    return size;
}

toff_t tiffSeek(thandle_t handle, toff_t offset, int whence)
{
    auto& buffer = *static_cast<TiffBuffer*>(handle);
    const std::size_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? buffer.position : buffer.bytes.size();
    buffer.position = base + static_cast<std::size_t>(offset);
    return buffer.position;
}

toff_t tiffSize(thandle_t handle)
{
    return static_cast<TiffBuffer*>(handle)->bytes.size();
}

int tiffClose(thandle_t)
{
    return 0;
}

Result<std::vector<std::uint8_t>> encodeTiff(const ScalarMap& map)
{
    const Error failed{
        ErrorCode::Internal, "write", "the TIFF library could not encode the map", "please report this", {}};
    TiffBuffer buffer;
    TIFF* tiff =
        TIFFClientOpen("map", "w", &buffer, tiffRead, tiffWrite, tiffSeek, tiffClose, tiffSize, nullptr, nullptr);
    if (!tiff)
        return failed;
    constexpr int BitsPerSample = 32;
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, map.width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, map.height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, BitsPerSample);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_IEEEFP);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, map.height);
    bool fine = true;
    for (int y = 0; y < map.height && fine; ++y)
        fine = TIFFWriteScanline(tiff, const_cast<float*>(map.row(y).data()), static_cast<std::uint32_t>(y), 0) == 1;
    fine = TIFFFlush(tiff) == 1 && fine;
    TIFFClose(tiff);
    if (!fine)
        return failed;
    return std::move(buffer.bytes);
}

Status writePng(const QImage& image, const std::filesystem::path& file)
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    if (!image.save(&buffer, "PNG"))
        return Error{ErrorCode::Internal, "write", "the PNG library could not encode the map", "please report this",
                     file.string()};
    return writeFileAtomically(file, buffer.data().toStdString());
}

} // namespace

Result<MapFormat> mapFormatOf(const std::filesystem::path& file)
{
    std::string suffix = file.extension().string();
    std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (suffix == ".tif" || suffix == ".tiff")
        return MapFormat::Tiff;
    if (suffix == ".npy")
        return MapFormat::Npy;
    if (suffix == ".png")
        return MapFormat::Png;
    return Error{ErrorCode::Unsupported, "write", "a map cannot be written as \"" + suffix + "\"",
                 "use .tiff, .npy or .png", file.string()};
}

Status writeMap(const ScalarMap& map, const std::filesystem::path& file, MapFormat format, ColorMap colors)
{
    if (map.isEmpty())
        return Error{ErrorCode::InvalidInput, "write", "the map is empty", {}, file.string()};
    if (format == MapFormat::Npy)
        return writeNpy(file, {map.height, map.width}, map.values);
    if (format == MapFormat::Tiff) {
        Result<std::vector<std::uint8_t>> bytes = encodeTiff(map);
        if (!bytes)
            return std::move(bytes).error().withFile(file.string());
        return writeFileAtomically(file, *bytes);
    }
    const Result<QImage> image = colorize(map, colors, rangeOf(map));
    if (!image)
        return image.error();
    return writePng(*image, file);
}

Status writeMapWithBar(const ScalarMap& map, const std::filesystem::path& file, ColorMap colors, ValueRange range,
                       const std::string& unit)
{
    if (map.isEmpty())
        return Error{ErrorCode::InvalidInput, "write", "the map is empty", {}, file.string()};
    const Result<QImage> colored = colorize(map, colors, range);
    if (!colored)
        return colored.error();
    return guarded("write", [&]() -> Status {
        // Type a reader of the whole map can read, and a bar that small maps have room for.
        const int pixels = std::clamp(std::max(map.width, map.height) / 45, 9, 400);
        const int gap = pixels / 2;
        const int bar = pixels;
        const int width = std::max(map.width, 20 * pixels);
        QImage page(width, map.height + gap + bar + gap + lineHeight(pixels) + gap, QImage::Format_RGB32);
        if (page.isNull())
            return Error{ErrorCode::OutOfMemory, "write", "there is no memory for the picture", {}, file.string()};
        page.fill(Qt::white);
        QPainter painter(&page);
        painter.drawImage((width - map.width) / 2, 0, *colored);
        const int top = map.height + gap;
        const ColorTable& table = colorTable(colors);
        const int length = width - 2 * gap;
        for (int x = 0; x < length; ++x)
            painter.fillRect(gap + x, top, 1, bar,
                             QColor::fromRgb(table[static_cast<std::size_t>(x * 255 / std::max(1, length - 1))]));
        painter.setFont(figureFont(pixels));
        painter.setPen(Qt::black);
        const QRect text(gap, top + bar + gap, length, lineHeight(pixels));
        const auto number = [](double value) { return QString::number(value, 'g', 4).replace(u'-', QChar(0x2212)); };
        painter.drawText(text, Qt::AlignLeft | Qt::AlignVCenter, number(range.low));
        painter.drawText(text, Qt::AlignRight | Qt::AlignVCenter, number(range.high));
        const double room = length - textWidth(number(range.low), pixels) - textWidth(number(range.high), pixels);
        const TextLine label = fitted({{cleanText(unit), false, false, true, false}}, pixels, room - 2 * pixels);
        QString shown;
        for (const TextRun& run : label)
            shown += run.text;
        painter.drawText(text, Qt::AlignHCenter | Qt::AlignVCenter, shown);
        painter.end();
        return writePng(page, file);
    });
}

} // namespace halflens
