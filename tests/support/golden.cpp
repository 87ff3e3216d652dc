// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/golden.h"

#include "core/base/file.h"
#include "core/checkpoint/safetensors.h"

#include <QLockFile>
#include <QString>

#include <lzma.h>

#include <array>
#include <fstream>
#include <memory>

namespace halflens::test {

namespace {

constexpr std::uint64_t DecoderMemory = 512ull << 20;
constexpr std::uint64_t MaxReferenceBytes = 1ull << 30;

Error xzError(const std::filesystem::path& source, const char* reason)
{
    return {ErrorCode::Io, "unpack", reason, "get the reference cases again", source.string()};
}

Status decodeXz(std::istream& in, std::ostream& out, const std::filesystem::path& source)
{
    lzma_stream stream = LZMA_STREAM_INIT;
    if (lzma_stream_decoder(&stream, DecoderMemory, LZMA_CONCATENATED) != LZMA_OK)
        return xzError(source, "the decoder does not start");
    const std::unique_ptr<lzma_stream, decltype(&lzma_end)> closing(&stream, lzma_end);
    std::array<std::uint8_t, 1 << 16> packed{};
    std::array<std::uint8_t, 1 << 18> plain{};
    for (lzma_ret state = LZMA_OK; state != LZMA_STREAM_END;) {
        if (stream.avail_in == 0 && in) {
            in.read(reinterpret_cast<char*>(packed.data()), packed.size());
            stream.next_in = packed.data();
            stream.avail_in = static_cast<std::size_t>(in.gcount());
        }
        stream.next_out = plain.data();
        stream.avail_out = plain.size();
        state = lzma_code(&stream, in ? LZMA_RUN : LZMA_FINISH);
        if (state != LZMA_OK && state != LZMA_STREAM_END)
            return xzError(source, "the xz data are damaged or incomplete");
        out.write(reinterpret_cast<const char*>(plain.data()),
                  static_cast<std::streamsize>(plain.size() - stream.avail_out));
        if (!out)
            return xzError(source, "the disk is full or not writable");
    }
    return {};
}

} // namespace

std::filesystem::path goldenFolder(const std::string& caseName)
{
    return std::filesystem::path(HALFLENS_SOURCE_DIR).parent_path() / "shared" / "golden" / caseName;
}

bool hasGolden(const std::string& caseName)
{
    std::error_code ignored;
    return std::filesystem::is_directory(goldenFolder(caseName), ignored);
}

std::string goldenAbsent(const std::string& caseName)
{
    return "SKIPPED: reference case \"" + caseName + "\" is not on this machine (looked in "
        + goldenFolder(caseName).string() + ")";
}

Status unpackXz(const std::filesystem::path& source, const std::filesystem::path& target)
{
    std::error_code failure;
    std::filesystem::create_directories(target.parent_path(), failure);
    std::ifstream in(source, std::ios::binary);
    if (!in)
        return xzError(source, "cannot be opened");
    std::filesystem::path part = target;
    part += ".part";
    std::ofstream out(part, std::ios::binary | std::ios::trunc);
    Status decoded = decodeXz(in, out, source);
    out.close();
    if (decoded && !out)
        decoded = xzError(source, "the disk is full or not writable");
    if (decoded) {
        std::filesystem::rename(part, target, failure);
        if (failure)
            decoded = xzError(source, "the unpacked file cannot be renamed");
    }
    if (!decoded)
        std::filesystem::remove(part, failure);
    return decoded;
}

Result<std::filesystem::path> goldenFile(const std::string& caseName, const std::string& file)
{
    std::filesystem::path plain = goldenFolder(caseName) / file;
    if (std::filesystem::exists(plain))
        return plain;
    std::filesystem::path packed = plain;
    packed += ".xz";
    if (!std::filesystem::exists(packed))
        return Error{ErrorCode::Io, "unpack", "no such reference file", {}, plain.string()};

    std::filesystem::path target = std::filesystem::path(HALFLENS_BINARY_DIR) / "golden" / caseName / file;
    std::error_code failure;
    std::filesystem::create_directories(target.parent_path(), failure);
    QLockFile lock(QString::fromStdString(target.string() + ".lock"));
    lock.setStaleLockTime(0); // unpacking takes long; only the end of its process frees the lock
    if (!lock.lock())
        return Error{ErrorCode::Io, "unpack", "the folder cannot be written", {}, target.parent_path().string()};
    const bool current = std::filesystem::exists(target)
        && std::filesystem::last_write_time(target) >= std::filesystem::last_write_time(packed);
    if (!current) {
        if (Status unpacked = unpackXz(packed, target); !unpacked)
            return std::move(unpacked).error();
    }
    return target;
}

Result<StateDict> goldenOutputs(const std::string& caseName)
{
    const Result<std::filesystem::path> path = goldenFile(caseName, "outputs.safetensors");
    if (!path)
        return path.error();
    Result<TensorArchive> archive = readCheckpoint(*path);
    if (!archive)
        return std::move(archive).error();
    StateDict outputs;
    for (NamedTensor& named : archive->tensors)
        outputs[named.name] = std::move(named.tensor);
    return outputs;
}

Result<nlohmann::json> goldenDescription(const std::string& caseName)
{
    const std::filesystem::path path = goldenFolder(caseName) / "case.json";
    const Result<std::vector<std::uint8_t>> bytes = readFile(path, MaxReferenceBytes);
    if (!bytes)
        return bytes.error();
    nlohmann::json description = nlohmann::json::parse(bytes->begin(), bytes->end(), nullptr, false);
    if (description.is_discarded())
        return Error{ErrorCode::InvalidInput, "open", "is not JSON", {}, path.string()};
    return description;
}

} // namespace halflens::test
