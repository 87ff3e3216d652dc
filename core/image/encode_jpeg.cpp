// SPDX-License-Identifier: BSD-3-Clause
#include "core/image/encode_jpeg.h"

#include <csetjmp>
#include <cstdio> // jpeglib.h needs it

#include <jpeglib.h>

#include <cstdlib>

namespace halflens {

namespace {

/// One libjpeg session; as in the reader, everything a jump could skip is a member.
class JpegWriter {
public:
    JpegWriter() = default;
    ~JpegWriter()
    {
        jpeg_destroy_compress(&m_info);
        std::free(m_bytes); // allocated by libjpeg with malloc
    }
    JpegWriter(const JpegWriter&) = delete;
    JpegWriter& operator=(const JpegWriter&) = delete;

    bool write(const Image& image, int quality)
    {
        m_info.err = jpeg_std_error(&m_errors);
        m_info.client_data = this;
        m_errors.error_exit = onError;
        m_errors.emit_message = [](j_common_ptr, int) {};
        if (setjmp(m_jump))
            return false;
        jpeg_create_compress(&m_info); // keeps err and client_data
        jpeg_mem_dest(&m_info, &m_bytes, &m_size);
        m_info.image_width = static_cast<JDIMENSION>(image.width);
        m_info.image_height = static_cast<JDIMENSION>(image.height);
        m_info.input_components = 3;
        m_info.in_color_space = JCS_RGB;
        jpeg_set_defaults(&m_info);
        jpeg_set_quality(&m_info, quality, TRUE);
        jpeg_start_compress(&m_info, TRUE);
        while (m_info.next_scanline < m_info.image_height) {
            // libjpeg does not write to it.
            m_row = const_cast<JSAMPROW>(image.row(static_cast<int>(m_info.next_scanline)));
            jpeg_write_scanlines(&m_info, &m_row, 1);
        }
        jpeg_finish_compress(&m_info);
        return true;
    }

    std::vector<std::uint8_t> bytes() const { return {m_bytes, m_bytes + m_size}; }
    std::string message() const { return m_message; }

private:
    [[noreturn]] static void onError(j_common_ptr info)
    {
        auto* self = static_cast<JpegWriter*>(info->client_data);
        info->err->format_message(info, self->m_message);
        std::longjmp(self->m_jump, 1);
    }

    jpeg_compress_struct m_info = {};
    jpeg_error_mgr m_errors = {};
    std::jmp_buf m_jump = {};
    char m_message[JMSG_LENGTH_MAX] = {};
    unsigned char* m_bytes = nullptr;
    unsigned long m_size = 0;
    JSAMPROW m_row = nullptr;
};

} // namespace

Result<std::vector<std::uint8_t>> encodeJpeg(const Image& image, int quality)
{
    if (image.width < 1 || image.height < 1 || quality < 1 || quality > 100)
        return Error{ErrorCode::InvalidInput,
                     "encode",
                     "an empty image, or a JPEG quality outside 1 to 100",
                     "choose another image or quality",
                     {}};
    return guarded("encode", [&]() -> Result<std::vector<std::uint8_t>> {
        JpegWriter writer;
        if (!writer.write(image, quality))
            return Error{ErrorCode::InvalidInput,
                         "encode",
                         "the image cannot be written as JPEG: " + writer.message(),
                         "use a smaller image",
                         {}};
        return writer.bytes();
    });
}

} // namespace halflens
