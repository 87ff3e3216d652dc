// SPDX-License-Identifier: BSD-3-Clause
// Kinds of file that are recognised only to be refused by name, above all camera raw.
#include "core/image/decoder.h"
#include "core/image/tiff_structure.h"

#include <algorithm>
#include <array>

namespace halflens {

namespace {

using namespace std::string_view_literals;

struct KnownKind {
    const char* name;
    std::size_t offset;
    std::string_view magic;
};

bool matches(const KnownKind& kind, ByteSpan bytes)
{
    return bytes.size() > kind.offset && startsWith(bytes.subspan(kind.offset), kind.magic);
}

/// Camera raw files with a mark of their own.
constexpr std::array RawKinds{
    KnownKind{"Canon CR2", 8, "CR\2"sv},     KnownKind{"Canon CR3", 4, "ftypcrx "sv},
    KnownKind{"Canon CRW", 6, "HEAPCCDR"sv}, KnownKind{"Fujifilm RAF", 0, "FUJIFILMCCD-RAW"sv},
    KnownKind{"Olympus ORF", 0, "IIRO"sv},   KnownKind{"Olympus ORF", 0, "IIRS"sv},
    KnownKind{"Olympus ORF", 0, "MMOR"sv},   KnownKind{"Panasonic RW2", 0, "IIU\0"sv},
    KnownKind{"Sigma X3F", 0, "FOVb"sv},     KnownKind{"Minolta MRW", 0, "\0MRM"sv},
    KnownKind{"Phase One IIQ", 8, "IIII"sv}, KnownKind{"Phase One IIQ", 8, "MMMM"sv},
    KnownKind{"Leaf MOS", 8, "IIP\0"sv},     KnownKind{"Rawzor", 0, "rawzor"sv},
};

/// Raw files that are TIFF inside, by the maker of the camera in capitals.
struct RawMaker {
    std::string_view maker;
    const char* name;
};
constexpr std::array RawMakers{
    RawMaker{"NIKON", "Nikon NEF"},
    RawMaker{"SONY", "Sony ARW"},
    RawMaker{"PENTAX", "Pentax PEF"},
    RawMaker{"RICOH", "Pentax PEF"},
    RawMaker{"SAMSUNG", "Samsung SRW"},
    RawMaker{"HASSELBLAD", "Hasselblad 3FR"},
    RawMaker{"EPSON", "Epson ERF"},
    RawMaker{"SEIKO EPSON", "Epson ERF"},
    RawMaker{"EASTMAN KODAK", "Kodak DCR"},
    RawMaker{"KODAK", "Kodak DCR"},
    RawMaker{"MAMIYA", "Mamiya MEF"},
    RawMaker{"LEICA", "Leica raw"},
    RawMaker{"PHASE ONE", "Phase One IIQ"},
    RawMaker{"LEAF", "Leaf MOS"},
    RawMaker{"CANON", "Canon raw"},
    RawMaker{"OLYMPUS", "Olympus ORF"},
    RawMaker{"PANASONIC", "Panasonic raw"},
    RawMaker{"FUJIFILM", "Fujifilm raw"},
    RawMaker{"KONICA MINOLTA", "Minolta MRW"},
    RawMaker{"MINOLTA", "Minolta MRW"},
};

constexpr std::array KnownKinds{
    KnownKind{"JPEG 2000", 4, "jP  "sv},
    KnownKind{"JPEG 2000", 0, "\xff\x4f\xff\x51"sv},
    KnownKind{"JPEG XR", 0, "II\xbc"sv},
    KnownKind{"JPEG-LS", 0, "\xff\xd8\xff\xf7"sv},
    KnownKind{"Photoshop", 0, "8BPS"sv},
    KnownKind{"GIMP", 0, "gimp xcf"sv},
    KnownKind{"PDF", 0, "%PDF"sv},
    KnownKind{"PostScript", 0, "%!PS"sv},
    KnownKind{"OpenEXR", 0, "\x76\x2f\x31\x01"sv},
    KnownKind{"Radiance HDR", 0, "#?RADIANCE"sv},
    KnownKind{"Radiance HDR", 0, "#?RGBE"sv},
    KnownKind{"QOI", 0, "qoif"sv},
    KnownKind{"PAM", 0, "P7\n"sv},
    KnownKind{"PFM", 0, "PF\n"sv},
    KnownKind{"PFM", 0, "Pf\n"sv},
    KnownKind{"FITS", 0, "SIMPLE  ="sv},
    KnownKind{"DICOM", 128, "DICM"sv},
    KnownKind{"DDS", 0, "DDS "sv},
    KnownKind{"Windows icon", 0, "\0\0\1\0"sv},
    KnownKind{"FLIF", 0, "FLIF"sv},
    KnownKind{"BPG", 0, "BPG\xfb"sv},
    KnownKind{"DjVu", 0, "AT&TFORM"sv},
    KnownKind{"SVG", 0, "<svg"sv},
    KnownKind{"NumPy", 0, "\x93NUMPY"sv},
    KnownKind{"HDF5", 0, "\x89HDF\r\n\x1a\n"sv},
    KnownKind{"zip archive", 0, "PK\3\4"sv},
    KnownKind{"AVI video", 8, "AVI "sv},
    KnownKind{"Matroska video", 0, "\x1a\x45\xdf\xa3"sv},
    KnownKind{"video", 4, "ftypisom"sv},
    KnownKind{"video", 4, "ftypmp4"sv},
    KnownKind{"video", 4, "ftypqt  "sv},
    KnownKind{"video", 4, "ftypM4V"sv},
    KnownKind{"HEIF image sequence", 4, "ftypmsf1"sv},
    KnownKind{"HEIF image sequence", 4, "ftyphevc"sv},
    KnownKind{"HEIF", 4, "ftypmif1"sv},
};

/// Not pictures, though they come under the names of pictures.
struct OtherKind {
    std::string_view start; ///< lower case
    const char* reason;
    const char* remedy;
};
constexpr std::array OtherKinds{
    OtherKind{"<!doctype html", "this is a web page, not an image", "save the image itself, not the page about it"},
    OtherKind{"<html", "this is a web page, not an image", "save the image itself, not the page about it"},
    OtherKind{"version https://git-lfs", "this is a Git LFS pointer, not the image it stands for",
              "run \"git lfs pull\" in its repository"},
};

std::string upperCase(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(), [](char letter) {
        return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter;
    });
    return text;
}

bool startsWithWords(ByteSpan bytes, std::string_view start)
{
    return bytes.size() >= start.size()
        && std::equal(start.begin(), start.end(), bytes.begin(), [](char expected, std::uint8_t byte) {
               return expected == (byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : static_cast<char>(byte));
           });
}

} // namespace

bool hasBrand(ByteSpan bytes, std::string_view brand)
{
    if (bytes.size() < 12 || !startsWith(bytes.subspan(4), "ftyp"))
        return false;
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i)
        size = size << 8 | bytes[i];
    const std::size_t end = std::min({size < 16 ? std::size_t{12} : size, bytes.size(), std::size_t{512}});
    for (std::size_t at = 8; at + 4 <= end; at += at == 8 ? 8 : 4) { // the version stands behind the major brand
        if (startsWith(bytes.subspan(at), brand))
            return true;
    }
    return false;
}

std::string cameraRawName(ByteSpan bytes)
{
    for (const KnownKind& kind : RawKinds) {
        // The marks at 8 stand in files that start as TIFF does.
        if (matches(kind, bytes) && (kind.offset != 8 || isTiff(bytes)))
            return kind.name;
    }
    if (!isTiff(bytes))
        return {};
    const TiffStructure structure = tiffStructure(bytes);
    if (!structure.isRaw)
        return {};
    const std::string maker = upperCase(structure.maker);
    if (structure.isDng)
        return "DNG";
    for (const RawMaker& known : RawMakers) {
        if (maker.starts_with(known.maker))
            return known.name;
    }
    return "sensor data in a TIFF";
}

Error unknownKindError(ByteSpan bytes)
{
    if (const std::string raw = cameraRawName(bytes); !raw.empty())
        return unsupportedError("camera raw files (" + raw + ") are not read: they hold sensor data, not a picture",
                                "develop it with a raw converter, such as darktable or RawTherapee, and save it as "
                                "TIFF, PNG or JPEG");
    for (const KnownKind& kind : KnownKinds) {
        if (matches(kind, bytes))
            return unsupportedError(std::string(kind.name) + " files are not read");
    }
    for (const OtherKind& kind : OtherKinds) {
        if (startsWithWords(bytes, kind.start))
            return {ErrorCode::Unsupported, "decode", kind.reason, kind.remedy, {}};
    }
    return unsupportedError("this is not an image file of a known kind");
}

} // namespace halflens
