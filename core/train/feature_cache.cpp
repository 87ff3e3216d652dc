// SPDX-License-Identifier: BSD-3-Clause
#include "core/train/feature_cache.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace halflens::train {

namespace {

Error cacheError(const std::filesystem::path& file, const char* what)
{
    const std::string reason = std::string(what) + ": " + std::strerror(errno);
    return {ErrorCode::Io, "features", reason, "free some disk space, or choose another folder with --cache",
            file.string()};
}

bool writeAll(int file, const void* bytes, std::size_t count, std::uint64_t offset)
{
    const auto* at = static_cast<const char*>(bytes);
    while (count > 0) {
        const ssize_t written = pwrite(file, at, count, static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        at += written;
        count -= static_cast<std::size_t>(written);
        offset += static_cast<std::uint64_t>(written);
    }
    return true;
}

} // namespace

struct FeatureCache::Private {
    std::filesystem::path path;
    int data = -1;
    int states = -1;
    std::size_t values = 0;
    std::vector<std::uint8_t> state;
    const std::uint16_t* mapped = nullptr;
    std::size_t mappedBytes = 0;

    ~Private()
    {
        if (mapped)
            munmap(const_cast<std::uint16_t*>(mapped), mappedBytes);
        if (data >= 0)
            close(data);
        if (states >= 0)
            close(states);
    }
};

FeatureCache::FeatureCache(std::unique_ptr<Private> d)
    : m_d(std::move(d))
{ }

FeatureCache::~FeatureCache() = default;

Result<std::unique_ptr<FeatureCache>> FeatureCache::open(const std::filesystem::path& folder, const std::string& key,
                                                         std::size_t records, std::size_t values)
{
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    auto d = std::make_unique<Private>();
    d->path = folder / (key + ".f16");
    const std::filesystem::path statePath = folder / (key + ".state");
    d->data = ::open(d->path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (d->data < 0)
        return cacheError(d->path, "cannot be opened");
    d->states = ::open(statePath.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (d->states < 0)
        return cacheError(statePath, "cannot be opened");
    d->values = values;
    d->state.assign(records, 0);
    d->mappedBytes = records * values * sizeof(std::uint16_t);
    struct stat info { };
    const bool fits = fstat(d->data, &info) == 0 && static_cast<std::size_t>(info.st_size) == d->mappedBytes;
    if (fits) {
        if (pread(d->states, d->state.data(), records, 0) < 0)
            return cacheError(statePath, "cannot be read");
    } else if (ftruncate(d->states, 0) != 0 || ftruncate(d->data, 0) != 0
               || ftruncate(d->data, static_cast<off_t>(d->mappedBytes)) != 0) {
        return cacheError(d->path, "cannot be made large enough");
    }
    if (d->mappedBytes > 0) {
        void* mapped = mmap(nullptr, d->mappedBytes, PROT_READ, MAP_SHARED, d->data, 0);
        if (mapped == MAP_FAILED)
            return cacheError(d->path, "cannot be mapped");
        d->mapped = static_cast<const std::uint16_t*>(mapped);
    }
    return std::unique_ptr<FeatureCache>(new FeatureCache(std::move(d)));
}

RecordState FeatureCache::state(std::size_t record) const
{
    const std::uint8_t value = m_d->state[record];
    return value <= static_cast<std::uint8_t>(RecordState::Broken) ? static_cast<RecordState>(value)
                                                                   : RecordState::Missing;
}

std::span<const std::uint16_t> FeatureCache::values(std::size_t record) const
{
    return {m_d->mapped + record * m_d->values, m_d->values};
}

Status FeatureCache::write(std::size_t record, RecordState state, std::span<const std::uint16_t> values)
{
    if (!values.empty()
        && !writeAll(m_d->data, values.data(), values.size_bytes(), record * m_d->values * sizeof(std::uint16_t)))
        return cacheError(m_d->path, "cannot be written");
    const auto byte = static_cast<std::uint8_t>(state);
    if (!writeAll(m_d->states, &byte, 1, record))
        return cacheError(m_d->path, "its state cannot be written");
    m_d->state[record] = byte;
    return {};
}

} // namespace halflens::train
