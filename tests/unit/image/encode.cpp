// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/image/encode.h"

#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>
#include <png.h>

#include <array>
#include <stdexcept>

namespace halflens::test {

namespace {

void put16(Bytes& bytes, unsigned value, bool bigEndian)
{
    const auto low = static_cast<std::uint8_t>(value & 0xff);
    const auto high = static_cast<std::uint8_t>(value >> 8 & 0xff);
    bytes.push_back(bigEndian ? high : low);
    bytes.push_back(bigEndian ? low : high);
}

void put32(Bytes& bytes, std::uint32_t value, bool bigEndian)
{
    put16(bytes, bigEndian ? value >> 16 : value & 0xffff, bigEndian);
    put16(bytes, bigEndian ? value & 0xffff : value >> 16, bigEndian);
}

/// The samples of one row, packed big-endian first as PNG wants them.
Bytes packedRow(const Raster& raster, int y, int bits)
{
    Bytes row;
    unsigned pending = 0;
    int used = 0;
    for (int x = 0; x < raster.width; ++x) {
        for (int c = 0; c < raster.channels; ++c) {
            const unsigned value = raster.at(y, x, c);
            if (bits == 16) {
                put16(row, value, true);
                continue;
            }
            pending = pending << bits | value;
            used += bits;
            if (used == 8) {
                row.push_back(static_cast<std::uint8_t>(pending));
                pending = 0;
                used = 0;
            }
        }
    }
    if (used > 0)
        row.push_back(static_cast<std::uint8_t>(pending << (8 - used)));
    return row;
}

} // namespace

Raster makeRaster(int width, int height, int channels, int bits, const std::function<int(int, int, int)>& sample)
{
    Raster raster{width, height, channels, bits, {}};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c)
                raster.samples.push_back(static_cast<std::uint16_t>(sample(y, x, c)));
    return raster;
}

Raster patternRaster(int width, int height, int channels, int bits)
{
    const int mask = (1 << bits) - 1;
    return makeRaster(width, height, channels, bits,
                      [mask](int y, int x, int c) { return (x * 7919 + y * 104729 + c * 31337 + x * y * 13) & mask; });
}

Bytes rgbOf(const Raster& raster)
{
    Bytes rgb;
    for (const std::uint16_t sample : raster.samples)
        rgb.push_back(static_cast<std::uint8_t>(sample));
    return rgb;
}

Bytes exifBlock(int orientation, bool bigEndian)
{
    Bytes bytes = bytesOf(bigEndian ? "MM" : "II");
    put16(bytes, 42, bigEndian);
    put32(bytes, 8, bigEndian);
    put16(bytes, 1, bigEndian); // one entry
    put16(bytes, 0x0112, bigEndian);
    put16(bytes, 3, bigEndian); // SHORT
    put32(bytes, 1, bigEndian);
    put16(bytes, static_cast<unsigned>(orientation), bigEndian);
    put16(bytes, 0, bigEndian);
    put32(bytes, 0, bigEndian); // no further directory
    return bytes;
}

Bytes encodePng(const Raster& raster, const PngOptions& options)
{
    Bytes bytes;
    png_structp png = png_create_write_struct(
        PNG_LIBPNG_VER_STRING, nullptr, [](png_structp, png_const_charp text) { throw std::runtime_error(text); },
        nullptr);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(
        png, &bytes,
        [](png_structp self, png_bytep data, std::size_t count) {
            auto* target = static_cast<Bytes*>(png_get_io_ptr(self));
            target->insert(target->end(), data, data + count);
        },
        [](png_structp) {});
    constexpr std::array Types{PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                               PNG_COLOR_TYPE_RGB_ALPHA};
    const bool palette = !options.paletteRgb.empty();
    const int bits = palette ? options.paletteBits : raster.bits;
    const int type = palette ? PNG_COLOR_TYPE_PALETTE : Types[static_cast<std::size_t>(raster.channels - 1)];
    png_set_IHDR(png, info, static_cast<png_uint_32>(raster.width), static_cast<png_uint_32>(raster.height), bits, type,
                 options.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    if (palette) {
        std::vector<png_color> colours;
        for (std::size_t i = 0; i + 2 < options.paletteRgb.size(); i += 3)
            colours.push_back({options.paletteRgb[i], options.paletteRgb[i + 1], options.paletteRgb[i + 2]});
        png_set_PLTE(png, info, colours.data(), static_cast<int>(colours.size()));
    }
    if (options.transparency) {
        const png_byte alpha = 0;
        png_color_16 key = {};
        png_set_tRNS(png, info, &alpha, 1, &key);
    }
    if (!options.exif.empty() && !options.exifAtEnd)
        png_set_eXIf_1(png, info, static_cast<png_uint_32>(options.exif.size()),
                       const_cast<png_bytep>(options.exif.data()));
    png_set_benign_errors(png, 1); // the test profiles are no real ones
    png_write_info(png, info);
    if (!options.profile.empty()) // past libpng's checks: name, zero, method, packed bytes
        png_write_chunk(png, reinterpret_cast<const png_byte*>("iCCP"), options.profile.data(), options.profile.size());
    if (options.frames > 0) {
        Bytes control;
        put32(control, options.frames, true);
        put32(control, 0, true);
        png_write_chunk(png, reinterpret_cast<const png_byte*>("acTL"), control.data(), control.size());
    }
    std::vector<Bytes> rows;
    std::vector<png_bytep> pointers;
    for (int y = 0; y < raster.height; ++y)
        rows.push_back(packedRow(raster, y, bits));
    for (Bytes& row : rows)
        pointers.push_back(row.data());
    png_write_image(png, pointers.data());
    if (options.exifAtEnd)
        png_write_chunk(png, reinterpret_cast<const png_byte*>("eXIf"), options.exif.data(), options.exif.size());
    png_write_end(png, nullptr);
    png_destroy_write_struct(&png, &info);
    return bytes;
}

Bytes encodeJpeg(const Raster& raster, const JpegOptions& options)
{
    jpeg_compress_struct jpeg = {};
    jpeg_error_mgr errors = {};
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    unsigned char* buffer = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&jpeg, &buffer, &size);
    jpeg.image_width = static_cast<JDIMENSION>(raster.width);
    jpeg.image_height = static_cast<JDIMENSION>(raster.height);
    jpeg.input_components = raster.channels;
    jpeg.in_color_space = raster.channels == 1 ? JCS_GRAYSCALE : raster.channels == 3 ? JCS_RGB : JCS_CMYK;
    jpeg_set_defaults(&jpeg);
    if (options.ycck)
        jpeg_set_colorspace(&jpeg, JCS_YCCK);
    jpeg_set_quality(&jpeg, options.quality, TRUE);
    for (int c = 0; !options.subsampled && c < jpeg.num_components; ++c)
        jpeg.comp_info[c].h_samp_factor = jpeg.comp_info[c].v_samp_factor = 1;
    jpeg.arith_code = options.arithmetic ? TRUE : FALSE;
    if (options.progressive)
        jpeg_simple_progression(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    if (!options.exif.empty()) {
        Bytes marker{'E', 'x', 'i', 'f', 0, 0};
        marker.insert(marker.end(), options.exif.begin(), options.exif.end());
        jpeg_write_marker(&jpeg, JPEG_APP0 + 1, marker.data(), static_cast<unsigned>(marker.size()));
    }
    if (!options.profile.empty())
        jpeg_write_icc_profile(&jpeg, options.profile.data(), static_cast<unsigned>(options.profile.size()));
    const Bytes all = rgbOf(raster);
    const auto stride = static_cast<std::size_t>(raster.width) * static_cast<std::size_t>(raster.channels);
    while (jpeg.next_scanline < jpeg.image_height) {
        auto* row = const_cast<JSAMPROW>(all.data() + stride * jpeg.next_scanline);
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    Bytes bytes(buffer, buffer + size);
    std::free(buffer); // allocated by libjpeg with malloc
    return bytes;
}

Bytes truncated(const Bytes& bytes, std::size_t size)
{
    return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(size, bytes.size()))};
}

Bytes bytesOf(const std::string& text)
{
    return {text.begin(), text.end()};
}

} // namespace halflens::test
