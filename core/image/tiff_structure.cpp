// SPDX-License-Identifier: BSD-3-Clause
#include "core/image/tiff_structure.h"

#include <algorithm>
#include <set>

namespace halflens {

namespace {

constexpr std::size_t MaxPages = 1000;
constexpr std::uint64_t MaxSubPages = 32;
/// Whatever a directory claims: real ones have some dozens.
constexpr std::uint64_t MaxEntries = 4096;

enum Tag : unsigned {
    NewSubfileType = 254,
    SubfileType = 255,
    Photometric = 262,
    Make = 271,
    Orientation = 274,
    SubDirectories = 330,
    DngVersion = 50706
};
enum : std::uint64_t { ColourFilterArray = 32803, LinearRaw = 34892 };

struct Entry {
    unsigned tag = 0;
    unsigned type = 0;
    std::uint64_t count = 0;
    std::uint64_t value = 0; ///< where its values start in the file
};

/// Looks into the bytes of a TIFF; whatever lies outside reads as 0.
class Directories {
public:
    explicit Directories(ByteSpan bytes) noexcept
        : m_bytes(bytes)
        , m_bigEndian(!bytes.empty() && bytes[0] == 'M')
        , m_isBig(integerAt(2, 2) == 43)
    { }

    std::uint64_t first() const noexcept { return m_isBig ? integerAt(8, 8) : integerAt(4, 4); }

    /// Hands every entry to `take`. Returns the offset of the next directory, 0 after the last.
    template<class Take> std::uint64_t read(std::uint64_t offset, Take&& take) const noexcept(noexcept(take(Entry())))
    {
        const unsigned countBytes = m_isBig ? 8 : 2;
        const unsigned offsetBytes = m_isBig ? 8 : 4;
        const unsigned entryBytes = m_isBig ? 20 : 12;
        const std::uint64_t count = integerAt(offset, countBytes);
        if (count == 0 || count > MaxEntries)
            return 0;
        std::uint64_t at = offset + countBytes;
        for (std::uint64_t i = 0; i < count; ++i, at += entryBytes) {
            Entry entry;
            entry.tag = static_cast<unsigned>(integerAt(at, 2));
            entry.type = static_cast<unsigned>(integerAt(at + 2, 2));
            entry.count = integerAt(at + 4, offsetBytes);
            const std::uint64_t place = at + 4 + offsetBytes;
            const std::uint64_t size = sizeOf(entry.type);
            const bool inside = entry.count <= offsetBytes / size;
            entry.value = inside ? place : integerAt(place, offsetBytes);
            take(entry);
        }
        return integerAt(at, offsetBytes);
    }

    std::uint64_t integer(const Entry& entry, std::uint64_t index = 0) const noexcept
    {
        const unsigned size = sizeOf(entry.type);
        return index < entry.count ? integerAt(entry.value + index * size, size) : 0;
    }

    std::string text(const Entry& entry) const
    {
        std::string letters;
        for (std::uint64_t i = 0; i < std::min<std::uint64_t>(entry.count, 64); ++i) {
            const auto letter = static_cast<char>(integerAt(entry.value + i, 1));
            if (letter == 0)
                break;
            letters += letter;
        }
        return letters;
    }

private:
    static unsigned sizeOf(unsigned type) noexcept
    {
        switch (type) {
        case 3: // SHORT and its signed form
        case 8:
            return 2;
        case 4: // LONG, SLONG, FLOAT, IFD
        case 9:
        case 11:
        case 13:
            return 4;
        case 5: // RATIONAL, SRATIONAL, DOUBLE, LONG8, SLONG8, IFD8
        case 10:
        case 12:
        case 16:
        case 17:
        case 18:
            return 8;
        default:
            return 1;
        }
    }

    std::uint64_t integerAt(std::uint64_t offset, unsigned size) const noexcept
    {
        if (offset > m_bytes.size() || m_bytes.size() - offset < size)
            return 0;
        std::uint64_t value = 0;
        for (unsigned i = 0; i < size; ++i)
            value = value << 8 | m_bytes[offset + (m_bigEndian ? i : size - 1 - i)];
        return value;
    }

    ByteSpan m_bytes;
    bool m_bigEndian;
    bool m_isBig;
};

/// What one directory says.
struct Found {
    TiffPage page;
    std::vector<std::uint64_t> below;
    std::uint64_t next = 0;
};

Found lookAt(const Directories& file, std::uint64_t offset, TiffStructure& structure)
{
    Found found;
    found.page.offset = offset;
    found.next = file.read(offset, [&](const Entry& entry) {
        const std::uint64_t value = file.integer(entry);
        switch (entry.tag) {
        case NewSubfileType:
            found.page.isReduced = (value & 1) != 0;
            found.page.isMask = (value & 4) != 0;
            break;
        case SubfileType:
            found.page.isReduced = found.page.isReduced || value == 2;
            break;
        case Photometric:
            structure.isRaw = structure.isRaw || value == ColourFilterArray || value == LinearRaw;
            break;
        case DngVersion:
            structure.isRaw = structure.isDng = true;
            break;
        case Make:
            structure.maker = file.text(entry);
            break;
        case SubDirectories:
            for (std::uint64_t i = 0; i < std::min(entry.count, MaxSubPages); ++i)
                found.below.push_back(file.integer(entry, i));
            break;
        default:
            break;
        }
    });
    return found;
}

} // namespace

TiffStructure tiffStructure(ByteSpan bytes)
{
    TiffStructure structure;
    const Directories file(bytes);
    std::set<std::uint64_t> seen; // directories that name each other do not go round for ever
    const auto isNew = [&](std::uint64_t offset) {
        return offset > 0 && offset < bytes.size() && seen.insert(offset).second;
    };
    std::vector<TiffPage> chain;
    std::vector<TiffPage> below;
    std::uint64_t offset = file.first();
    while (chain.size() < MaxPages && isNew(offset)) {
        const Found found = lookAt(file, offset, structure);
        for (const std::uint64_t sub : found.below) {
            if (!isNew(sub))
                continue;
            const Found page = lookAt(file, sub, structure);
            if (chain.empty())
                below.push_back(page.page);
        }
        chain.push_back(found.page);
        offset = found.next;
    }
    const auto isPicture = [](const TiffPage& page) { return !page.isReduced && !page.isMask; };
    std::copy_if(chain.begin(), chain.end(), std::back_inserter(structure.pages), isPicture);
    if (structure.pages.empty())
        std::copy_if(below.begin(), below.end(), std::back_inserter(structure.pages), isPicture);
    if (structure.pages.empty())
        structure.pages = chain;
    structure.reducedFirst =
        !chain.empty() && chain.front().isReduced && structure.pages.front().offset != chain.front().offset;
    return structure;
}

int tiffOrientation(ByteSpan bytes) noexcept
{
    if (!isTiff(bytes))
        return 0;
    const Directories file(bytes);
    int orientation = 0;
    file.read(file.first(), [&](const Entry& entry) noexcept {
        const std::uint64_t value = file.integer(entry);
        if (entry.tag == Orientation && orientation == 0 && value >= 1 && value <= 8)
            orientation = static_cast<int>(value);
    });
    return orientation;
}

bool isTiff(ByteSpan bytes)
{
    using namespace std::string_view_literals;
    for (const std::string_view magic : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv}) {
        if (startsWith(bytes, magic))
            return true;
    }
    return false;
}

} // namespace halflens
