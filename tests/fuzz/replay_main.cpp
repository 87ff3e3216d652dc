// SPDX-License-Identifier: BSD-3-Clause
// Replays a fuzz corpus through LLVMFuzzerTestOneInput: every file whole, and cut at a few lengths,
// so that truncation is exercised on every run. Fails when the corpus is empty.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
        return 2;
    }
    int files = 0;
    int runs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
        if (!entry.is_regular_file())
            continue;
        std::ifstream stream(entry.path(), std::ios::binary);
        const std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
        std::set<std::size_t> lengths{0, bytes.size()};
        for (std::size_t part = 1; part < 32; ++part)
            lengths.insert(bytes.size() * part / 32);
        for (const std::size_t length : lengths) {
            // An exact copy, so that a sanitizer sees reads past the end.
            const std::vector<std::uint8_t> copy(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
            LLVMFuzzerTestOneInput(copy.data(), copy.size());
            ++runs;
        }
        ++files;
    }
    std::printf("replayed %d files, %d inputs\n", files, runs);
    return files > 0 ? 0 : 1;
}
