// SPDX-License-Identifier: BSD-3-Clause
// JPEG through libjpeg-turbo with the slow integer IDCT and fancy chroma upsampling, the defaults
// the networks were trained with (spec models 0.5): other settings move scores by 1e-3 and more.
#include "core/image/colour.h"
#include "core/image/decoder.h"
#include "core/image/orientation.h"

#include <csetjmp>
#include <cstdio> // jpeglib.h needs it

#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

namespace halflens {

namespace {

/// A block of 8 x 8 pixels takes a bit or more with Huffman codes.
constexpr std::uint64_t MaxHuffmanRatio = 512;
/// Arithmetic coding has no such bound; this one leaves an even 200 MP image possible.
constexpr std::uint64_t MaxArithmeticRatio = 65'536;
/// Each scan of a progressive file costs a pass over all pixels; encoders write about ten.
constexpr int MaxScans = 200;

/// One libjpeg session. libjpeg reports errors through a callback that must not return: as in
/// PngReader, everything a jump could skip is a member.
class JpegReader {
public:
    JpegReader(ByteSpan bytes, const DecodeOptions& options)
        : m_bytes(bytes)
        , m_acceptDamage(options.partial)
    { }
    ~JpegReader()
    {
        jpeg_destroy_decompress(&m_info);
        std::free(m_profile); // allocated by libjpeg with malloc
    }
    JpegReader(const JpegReader&) = delete;
    JpegReader& operator=(const JpegReader&) = delete;

    bool readHeader();
    bool readPixels(std::vector<std::uint8_t>& rgb);
    ImageHeader header() const;
    int orientation() const;
    bool isCmyk() const { return m_isCmyk; }
    bool isArithmetic() const { return m_isArithmetic; }
    /// Rows that came out before a failure.
    std::int64_t rows() const { return m_rows; }
    void addNotes(Image& image) const;
    /// What went wrong: damage, or a kind of JPEG libjpeg has no code for.
    Error failure(const char* where) const;

private:
    [[noreturn]] static void onError(j_common_ptr info);
    static void onMessage(j_common_ptr info, int level);
    static void onProgress(j_common_ptr info);
    void readRows(std::vector<std::uint8_t>& rgb);
    bool isComplete() const;

    ByteSpan m_bytes;
    bool m_acceptDamage;
    jpeg_decompress_struct m_info = {};
    jpeg_error_mgr m_errors = {};
    jpeg_progress_mgr m_progress = {};
    std::jmp_buf m_jump = {};
    char m_message[JMSG_LENGTH_MAX] = {};
    JOCTET* m_profile = nullptr;
    unsigned m_profileBytes = 0;
    // Of the header: libjpeg takes over numbers of a second one, which is damage, before it refuses it.
    bool m_isCmyk = false;
    bool m_isArithmetic = false;
    std::optional<CmykConverter> m_cmyk;
    std::vector<std::uint8_t> m_cmykRow;
    std::int64_t m_rows = 0;
    std::int64_t m_firstDamagedRow = -1;
    bool m_endMissing = false;
    bool m_scansMissing = false;
    bool m_oddScanHeader = false;
    bool m_scansOutOfOrder = false;
};

void JpegReader::onError(j_common_ptr info)
{
    auto* self = static_cast<JpegReader*>(info->client_data);
    info->err->format_message(info, self->m_message);
    std::longjmp(self->m_jump, 1);
}

/// Warnings that mean missing or wrong pixels are errors here; the rest is harmless.
void JpegReader::onMessage(j_common_ptr info, int level)
{
    if (level >= 0)
        return;
    auto* self = static_cast<JpegReader*>(info->client_data);
    switch (info->err->msg_code) {
    case JWRN_JPEG_EOF:
        self->m_endMissing = true;
        break;
    case JWRN_NOT_SEQUENTIAL: // fields a baseline decoder does not look at
        self->m_oddScanHeader = true;
        break;
    case JWRN_BOGUS_PROGRESSION: // a scan that comes twice, say
        self->m_scansOutOfOrder = true;
        break;
    case JWRN_ADOBE_XFORM:
    case JWRN_BOGUS_ICC:
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
    case JWRN_TOO_MUCH_DATA:
        break;
    default:
        if (!self->m_acceptDamage)
            onError(info);
        if (self->m_firstDamagedRow < 0) {
            self->m_firstDamagedRow = self->m_rows;
            info->err->format_message(info, self->m_message);
        }
    }
}

void JpegReader::onProgress(j_common_ptr info)
{
    auto* self = static_cast<JpegReader*>(info->client_data);
    if (self->m_info.input_scan_number > MaxScans) {
        std::snprintf(self->m_message, sizeof self->m_message, "more than %d scans", MaxScans);
        std::longjmp(self->m_jump, 1);
    }
}

bool JpegReader::readHeader()
{
    m_info.err = jpeg_std_error(&m_errors);
    m_info.client_data = this;
    m_errors.error_exit = onError;
    m_errors.emit_message = onMessage;
    if (setjmp(m_jump))
        return false;
    jpeg_create_decompress(&m_info); // keeps err and client_data
    m_progress.progress_monitor = onProgress;
    m_info.progress = &m_progress;
    jpeg_mem_src(&m_info, m_bytes.data(), static_cast<unsigned long>(m_bytes.size()));
    jpeg_save_markers(&m_info, JPEG_APP0 + 1, 0xffff);
    jpeg_save_markers(&m_info, JPEG_APP0 + 2, 0xffff);
    jpeg_read_header(&m_info, TRUE);
    m_isCmyk = m_info.num_components == 4;
    m_isArithmetic = m_info.arith_code != 0;
    if (!jpeg_read_icc_profile(&m_info, &m_profile, &m_profileBytes))
        m_profileBytes = 0;
    return true;
}

void JpegReader::readRows(std::vector<std::uint8_t>& rgb)
{
    const std::size_t stride = 3 * static_cast<std::size_t>(m_info.output_width);
    rgb.reserve(stride * m_info.output_height);
    while (m_info.output_scanline < m_info.output_height) {
        const std::size_t offset = rgb.size();
        rgb.resize(offset + stride);
        JSAMPROW row = m_cmyk ? m_cmykRow.data() : rgb.data() + offset;
        jpeg_read_scanlines(&m_info, &row, 1);
        m_rows = m_info.output_scanline;
        if (m_cmyk)
            m_cmyk->convertRow(row, rgb.data() + offset, static_cast<int>(m_info.output_width));
    }
}

/// Whether every component came, and in progressive files every coefficient of it to its last bit.
bool JpegReader::isComplete() const
{
    for (int c = 0; c < m_info.num_components; ++c) {
        if (!m_info.comp_info[c].quant_table) // set when its first scan starts
            return false;
        for (int k = 0; m_info.coef_bits && k < DCTSIZE2; ++k) {
            if (m_info.coef_bits[c][k] != 0)
                return false;
        }
    }
    return true;
}

bool JpegReader::readPixels(std::vector<std::uint8_t>& rgb)
{
    if (isCmyk()) {
        m_cmyk.emplace(ByteSpan(m_profile, m_profileBytes), true);
        m_cmykRow.resize(4 * static_cast<std::size_t>(m_info.image_width));
    }
    if (setjmp(m_jump))
        return false;
    m_info.out_color_space = m_cmyk ? JCS_CMYK : JCS_RGB;
    m_info.dct_method = JDCT_ISLOW;
    m_info.do_fancy_upsampling = TRUE;
    const bool severalScans = jpeg_has_multiple_scans(&m_info) != 0;
    jpeg_start_decompress(&m_info);
    // Such files have been read to their end by now: scans that never came leave grey or blur.
    m_scansMissing = severalScans && !isComplete();
    if (m_scansMissing && m_endMissing && !m_acceptDamage) {
        std::snprintf(m_message, sizeof m_message, "the file ends before its last scan");
        m_rows = m_info.output_height; // blurred, but there
        return false;
    }
    readRows(rgb);
    jpeg_finish_decompress(&m_info);
    return true;
}

Error JpegReader::failure(const char* where) const
{
    switch (m_errors.msg_code) {
    case JERR_BAD_PRECISION: // 12 bits
    case JERR_SOF_UNSUPPORTED: // lossless, hierarchical
    case JERR_CONVERSION_NOTIMPL:
        return unsupportedError("this kind of JPEG is not read: " + std::string(m_message));
    default:
        return damagedError("damaged JPEG " + std::string(where) + ": " + m_message);
    }
}

ImageHeader JpegReader::header() const
{
    ImageHeader header;
    header.format = "JPEG";
    header.width = m_info.image_width;
    header.height = m_info.image_height;
    header.bitsPerChannel = m_info.data_precision;
    header.channels = m_info.num_components;
    return header;
}

/// Of several Exif segments the first that tells; XMP where none does.
int JpegReader::orientation() const
{
    constexpr std::string_view Xmp("http://ns.adobe.com/xap/1.0/\0", 29);
    int fromXmp = 0;
    for (jpeg_saved_marker_ptr marker = m_info.marker_list; marker; marker = marker->next) {
        const ByteSpan data(marker->data, marker->data_length);
        if (marker->marker != JPEG_APP0 + 1)
            continue;
        if (startsWith(data, std::string_view("Exif\0", 5))) {
            if (const int orientation = exifOrientation(data); orientation != 0)
                return orientation;
        } else if (fromXmp == 0 && startsWith(data, Xmp)) {
            fromXmp = xmpOrientation(data.subspan(Xmp.size()));
        }
    }
    return fromXmp;
}

void JpegReader::addNotes(Image& image) const
{
    std::vector<std::string>& notes = image.origin.notes;
    if (isCmyk())
        notes.push_back(m_cmyk->note());
    else if (m_profileBytes > 0)
        notes.emplace_back(ProfileIgnoredNote);
    if (m_oddScanHeader)
        notes.emplace_back("odd numbers in the scan header, the pixels do not depend on them");
    if (m_scansOutOfOrder)
        notes.emplace_back("the scans come in an odd order, as if one came twice");
    if (m_scansMissing && m_endMissing)
        markPartial(image, "the file ends before its last scan, detail is lost");
    else if (m_scansMissing)
        notes.emplace_back("scans are missing, the picture is as blurred as the file has it");
    else if (m_endMissing && isArithmetic())
        notes.emplace_back("the end marker is missing, so the last pixels may be");
    else if (m_endMissing && m_firstDamagedRow < 0)
        notes.emplace_back("the end marker is missing, the pixels are complete");
    if (m_firstDamagedRow >= 0)
        markPartial(image,
                    "damaged from row " + std::to_string(m_firstDamagedRow) + " as stored on (" + std::string(m_message)
                        + ")");
}

bool canHandle(ByteSpan bytes)
{
    return startsWith(bytes, "\xff\xd8\xff");
}

Result<ImageHeader> probe(ByteSpan bytes, const DecodeOptions& options)
{
    JpegReader reader(bytes, options);
    if (!reader.readHeader())
        return reader.failure("header");
    return reader.header();
}

Result<Decoded> decode(ByteSpan bytes, const ImageHeader& header, const DecodeOptions& options)
{
    JpegReader reader(bytes, options);
    if (!reader.readHeader())
        return reader.failure("header");
    const std::uint64_t pixels = static_cast<std::uint64_t>(header.width) * static_cast<std::uint64_t>(header.height);
    const std::uint64_t ratio = reader.isArithmetic() ? MaxArithmeticRatio : MaxHuffmanRatio;
    if (Status plausible = checkClaim(header, bytes.size(), pixels, ratio); !plausible)
        return std::move(plausible).error();
    if (header.channels == 2 || header.channels > 4)
        return unsupportedError("JPEG files of " + std::to_string(header.channels) + " channels are not read");
    Decoded decoded;
    decoded.image.width = static_cast<int>(header.width);
    decoded.image.height = static_cast<int>(header.height);
    decoded.orientation = reader.orientation(); // the markers go with the pixels
    if (!reader.readPixels(decoded.image.rgb)) {
        const Error failure = reader.failure("pixels");
        if (failure.code == ErrorCode::Unsupported)
            return failure;
        if (Status kept = missingPixels(decoded.image, reader.rows(), failure.reason, options); !kept)
            return std::move(kept).error();
    }
    reader.addNotes(decoded.image);
    return decoded;
}

} // namespace

const Decoder JpegDecoder{"JPEG", "jpg jpeg jpe jfif jif mpo", canHandle, probe, decode};

} // namespace halflens
