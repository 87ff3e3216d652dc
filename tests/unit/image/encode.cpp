// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/image/encode.h"

#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>
#include <png.h>
#include <tiffio.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include <algorithm>
#include <array>
#include <cstring>
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
    std::vector<jpeg_scan_info> scans;
    if (options.refinements >= 0) {
        scans.push_back({1, {0, 0, 0, 0}, 0, 0, 0, 0});
        for (int low = options.refinements; low >= 0; --low)
            for (int k = 1; k < 64; ++k)
                scans.push_back({1, {0, 0, 0, 0}, k, k, low == options.refinements ? 0 : low + 1, low});
        jpeg.scan_info = scans.data();
        jpeg.num_scans = static_cast<int>(scans.size());
    }
    for (int c = 0; options.threeScans && c < 3; ++c)
        scans.push_back({1, {c, 0, 0, 0}, 0, 63, 0, 0});
    if (options.threeScans) {
        jpeg.scan_info = scans.data();
        jpeg.num_scans = 3;
    }
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

namespace {

/// A TIFF file that grows in memory.
struct MemoryFile {
    Bytes bytes;
    toff_t position = 0;

    static tmsize_t read(thandle_t self, void* target, tmsize_t count)
    {
        auto* file = static_cast<MemoryFile*>(self);
        const toff_t got = file->position < file->bytes.size()
            ? std::min<toff_t>(static_cast<toff_t>(count), file->bytes.size() - file->position)
            : 0;
        std::memcpy(target, file->bytes.data() + file->position, got);
        file->position += got;
        return static_cast<tmsize_t>(got);
    }
    static tmsize_t write(thandle_t self, void* source, tmsize_t count)
    {
        auto* file = static_cast<MemoryFile*>(self);
        const toff_t end = file->position + static_cast<toff_t>(count);
        if (file->bytes.size() < end)
            file->bytes.resize(end);
        std::memcpy(file->bytes.data() + file->position, source, static_cast<std::size_t>(count));
        file->position = end;
        return count;
    }
    static toff_t seek(thandle_t self, toff_t offset, int whence)
    {
        auto* file = static_cast<MemoryFile*>(self);
        file->position = offset + (whence == SEEK_CUR ? file->position : whence == SEEK_END ? file->bytes.size() : 0);
        return file->position;
    }
    static toff_t size(thandle_t self) { return static_cast<MemoryFile*>(self)->bytes.size(); }
};

/// Part of a row of some or all channels, packed for this machine: libtiff swaps 16-bit samples.
Bytes packedTiff(const Raster& raster, int y, int left, int width, int plane, int bits)
{
    Raster part{width, 1, plane < 0 ? raster.channels : 1, bits, {}};
    for (int x = left; x < left + width; ++x) {
        for (int c = plane < 0 ? 0 : plane; c < (plane < 0 ? raster.channels : plane + 1); ++c)
            part.samples.push_back(x < raster.width && y < raster.height ? raster.at(y, x, c) : 0);
    }
    Bytes bytes = packedRow(part, 0, bits);
    for (std::size_t i = 0; bits == 16 && i + 1 < bytes.size(); i += 2) {
        const std::uint16_t value = part.samples[i / 2];
        std::memcpy(bytes.data() + i, &value, 2);
    }
    return bytes;
}

void writeTiffPage(TIFF* tiff, const Raster& raster, const TiffOptions& options)
{
    const int bits = options.bits > 0 ? options.bits : raster.bits;
    const int byCount = raster.channels >= 4 ? PHOTOMETRIC_SEPARATED
        : raster.channels == 3               ? PHOTOMETRIC_RGB
                                             : PHOTOMETRIC_MINISBLACK;
    const int photometric = options.photometric >= 0 ? options.photometric : byCount;
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, raster.width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, raster.height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, raster.channels);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, photometric);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, options.compression);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, options.planar ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, options.sampleFormat);
    if (options.compression == COMPRESSION_JPEG && photometric == PHOTOMETRIC_YCBCR)
        TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    if (options.extraSample >= 0) {
        const std::uint16_t kind = static_cast<std::uint16_t>(options.extraSample);
        TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &kind);
    }
    if (options.orientation > 0)
        TIFFSetField(tiff, TIFFTAG_ORIENTATION, options.orientation);
    if (!options.profile.empty())
        TIFFSetField(tiff, TIFFTAG_ICCPROFILE, static_cast<std::uint32_t>(options.profile.size()),
                     options.profile.data());
    if (!options.palette.empty()) {
        const std::size_t count = options.palette.size() / 3;
        TIFFSetField(tiff, TIFFTAG_COLORMAP, options.palette.data(), options.palette.data() + count,
                     options.palette.data() + 2 * count);
    }
    if (options.tileSide > 0) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, options.tileSide);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, options.tileSide);
    } else {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, options.rowsPerStrip);
    }
    const int planes = options.planar ? raster.channels : 1;
    for (int p = 0; p < planes; ++p) {
        const int plane = options.planar ? p : -1;
        if (options.tileSide == 0) {
            for (int y = 0; y < raster.height; ++y) {
                Bytes row = packedTiff(raster, y, 0, raster.width, plane, bits);
                TIFFWriteScanline(tiff, row.data(), static_cast<std::uint32_t>(y), static_cast<std::uint16_t>(p));
            }
            continue;
        }
        for (int top = 0; top < raster.height; top += options.tileSide) {
            for (int left = 0; left < raster.width; left += options.tileSide) {
                Bytes tile;
                for (int y = top; y < top + options.tileSide; ++y) {
                    const Bytes row = packedTiff(raster, y, left, options.tileSide, plane, bits);
                    tile.insert(tile.end(), row.begin(), row.end());
                }
                TIFFWriteTile(tiff, tile.data(), static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(top), 0,
                              static_cast<std::uint16_t>(p));
            }
        }
    }
    TIFFWriteDirectory(tiff);
}

Bytes encodeWebpFrame(const Raster& raster, const WebpOptions& options)
{
    WebPConfig config;
    WebPPicture picture;
    if (!WebPConfigInit(&config) || !WebPPictureInit(&picture))
        return {};
    config.lossless = options.lossless ? 1 : 0;
    config.quality = options.quality;
    config.exact = 1; // colours under transparent pixels stay
    picture.use_argb = 1;
    picture.width = raster.width;
    picture.height = raster.height;
    WebPMemoryWriter writer;
    WebPMemoryWriterInit(&writer);
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
    const Bytes pixels = rgbOf(raster);
    if (raster.channels == 4)
        WebPPictureImportRGBA(&picture, pixels.data(), 4 * raster.width);
    else
        WebPPictureImportRGB(&picture, pixels.data(), 3 * raster.width);
    Bytes bytes;
    if (WebPEncode(&config, &picture))
        bytes.assign(writer.mem, writer.mem + writer.size);
    WebPMemoryWriterClear(&writer);
    WebPPictureFree(&picture);
    return bytes;
}

} // namespace

Bytes encodeTiff(const Raster& raster, const TiffOptions& options)
{
    MemoryFile file;
    TIFF* tiff = TIFFClientOpen(
        "memory", options.bigEndian ? "wb" : "wl", &file, MemoryFile::read, MemoryFile::write, MemoryFile::seek,
        [](thandle_t) { return 0; }, MemoryFile::size, nullptr, nullptr);
    if (options.reducedFirst || options.rawBelow > 0) {
        TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, FILETYPE_REDUCEDIMAGE);
        if (options.rawBelow > 0) {
            const toff_t none = 0;
            TIFFSetField(tiff, TIFFTAG_MAKE, "NIKON CORPORATION");
            TIFFSetField(tiff, TIFFTAG_SUBIFD, 1, &none);
        }
        writeTiffPage(tiff, patternRaster(4, 3, raster.channels, raster.bits), options);
    }
    if (options.rawBelow > 0) {
        TiffOptions sensor = options;
        sensor.photometric = options.rawBelow;
        writeTiffPage(tiff, patternRaster(raster.width, raster.height, 1), sensor);
    }
    for (int page = 0; page < options.pages; ++page) {
        Raster samples = raster;
        for (std::uint16_t& sample : samples.samples)
            sample = static_cast<std::uint16_t>(page == 0 ? sample : (1 << raster.bits) - 1 - sample);
        writeTiffPage(tiff, samples, options);
    }
    TIFFClose(tiff);
    return file.bytes;
}

Bytes encodePlainTiff(const PlainTiff& plain, const Bytes& rows)
{
    MemoryFile file;
    TIFF* tiff = TIFFClientOpen(
        "memory", plain.bigEndian ? "wb" : "wl", &file, MemoryFile::read, MemoryFile::write, MemoryFile::seek,
        [](thandle_t) { return 0; }, MemoryFile::size, nullptr, nullptr);
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, plain.width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, plain.height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, plain.bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, plain.channels);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, plain.sampleFormat);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, plain.photometric);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, plain.compression);
    if (plain.predictor != 1)
        TIFFSetField(tiff, TIFFTAG_PREDICTOR, plain.predictor);
    if (plain.photometric == PHOTOMETRIC_YCBCR)
        TIFFSetField(tiff, TIFFTAG_YCBCRSUBSAMPLING, plain.subsampling, plain.subsampling);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, plain.height);
    Bytes copy = rows; // libtiff changes the bytes it is given
    TIFFWriteEncodedStrip(tiff, 0, copy.data(), static_cast<tmsize_t>(copy.size()));
    TIFFClose(tiff);
    return file.bytes;
}

Bytes encodeWebp(const Raster& raster, const WebpOptions& options)
{
    const Bytes first = encodeWebpFrame(raster, options);
    if (options.frames == 1 && options.exif.empty() && options.profile.empty())
        return first;
    WebPMux* mux = WebPMuxNew();
    for (int i = 0; i < options.frames; ++i) {
        Raster other = raster;
        for (std::uint16_t& sample : other.samples)
            sample = static_cast<std::uint16_t>(i == 0 ? sample : 255 - sample);
        const Bytes encoded = encodeWebpFrame(other, options);
        const WebPData data{encoded.data(), encoded.size()};
        if (options.frames == 1) {
            WebPMuxSetImage(mux, &data, 1);
            break;
        }
        WebPMuxFrameInfo frame = {};
        frame.bitstream = data;
        frame.duration = 100;
        frame.id = WEBP_CHUNK_ANMF;
        frame.x_offset = options.left;
        frame.y_offset = options.top;
        WebPMuxPushFrame(mux, &frame, 1);
    }
    if (options.frames > 1) {
        const WebPMuxAnimParams parameters{0xff808080u, 0};
        WebPMuxSetAnimationParams(mux, &parameters);
        WebPMuxSetCanvasSize(mux, raster.width + options.left, raster.height + options.top);
    }
    const WebPData exif{options.exif.data(), options.exif.size()};
    const WebPData profile{options.profile.data(), options.profile.size()};
    if (!options.exif.empty())
        WebPMuxSetChunk(mux, "EXIF", &exif, 1);
    if (!options.profile.empty())
        WebPMuxSetChunk(mux, "ICCP", &profile, 1);
    WebPData assembled = {};
    WebPMuxAssemble(mux, &assembled);
    Bytes bytes(assembled.bytes, assembled.bytes + assembled.size);
    WebPDataClear(&assembled);
    WebPMuxDelete(mux);
    return bytes;
}

bool hasNote(const Image& image, const std::string& part)
{
    return std::any_of(image.origin.notes.begin(), image.origin.notes.end(),
                       [&](const std::string& note) { return note.find(part) != std::string::npos; });
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
