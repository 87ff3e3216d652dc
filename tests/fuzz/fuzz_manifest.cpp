// SPDX-License-Identifier: BSD-3-Clause
// Manifests: whatever is accepted keeps its promises, whatever is refused says so in UTF-8.
#include "core/predictor/manifest.h"

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace {

void require(bool condition)
{
    if (!condition)
        std::abort();
}

bool leavesFolder(const std::string& file)
{
    const auto whole = (std::filesystem::path("/models/one") / file).lexically_normal();
    return !whole.string().starts_with("/models/one");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace halflens;
    const auto manifest = parseManifest(std::string(reinterpret_cast<const char*>(data), size), "folder");
    if (!manifest) {
        const std::string message = manifest.error().message();
        require(manifest.error().code == ErrorCode::InvalidInput && message.size() < 5000);
        (void)nlohmann::json(message).dump(); // throws unless it is UTF-8
        return 0;
    }
    require(!manifest->id.empty() && manifest->id.find('/') == std::string::npos && manifest->id.front() != '.');
    require(!manifest->weightsFile.empty() && !leavesFolder(manifest->weightsFile));
    require(!leavesFolder(manifest->cardFile));
    require(manifest->outputs == 1 || manifest->outputs == 5);
    require(manifest->scale.low < manifest->scale.high);
    require(manifest->input.width >= 0 && manifest->input.width <= 8192);
    require(manifest->input.policy == InputPolicy::Native || (manifest->input.width > 0 && manifest->input.height > 0));
    return 0;
}
