// SPDX-License-Identifier: BSD-3-Clause
// Whole-file reading with a size limit, atomic writing, SHA-256.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace halflens {

/// Reads the whole file, or a pipe to its end. Io: missing, a folder, a device, unreadable, or more than `maxBytes`.
/// Cancelled: a signal came while a pipe was waited for.
Result<std::vector<std::uint8_t>> readFile(const std::filesystem::path& path, std::uint64_t maxBytes);

/// The same of standard input.
Result<std::vector<std::uint8_t>> readStandardInput(std::uint64_t maxBytes);

/// Writes a temporary file beside `path` and renames it over `path`, so that a reader sees the old content or the new
/// one, never a part; permissions of a file that is replaced are kept, links stay links. A device or a pipe is written
/// into, never replaced. The name is taken byte for byte. Io: folder missing or read-only, disk full, a pipe that
/// nobody reads.
Status writeFileAtomically(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);
Status writeFileAtomically(const std::filesystem::path& path, const std::string& text);

/// InvalidInput: one of `outputs` is one of `inputs`, under whatever name, and would be lost. Empty paths are skipped;
/// devices and pipes are never the same file.
Status refuseInputAsOutput(const std::vector<std::filesystem::path>& outputs,
                           const std::vector<std::filesystem::path>& inputs);

/// What the system says about an error number, in English and in lower case: "no space left on device".
std::string systemReason(int errorNumber);

/// Lower-case hexadecimal SHA-256.
std::string sha256Hex(std::span<const std::uint8_t> bytes);
Result<std::string> sha256HexOfFile(const std::filesystem::path& path);

} // namespace halflens
