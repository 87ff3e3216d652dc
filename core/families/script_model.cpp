// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/script_model.h"

#include "core/base/parallel.h"
#include "core/families/torch_loader.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace halflens {

namespace {

constexpr std::int64_t MaxPixels = 64'000'000;
constexpr float SumTolerance = 0.01F;

Error modelError(std::string reason, std::string remedy)
{
    return {ErrorCode::Model, "model", std::move(reason), std::move(remedy), {}};
}

class ScriptPredictor final : public Predictor {
public:
    ScriptPredictor(ModelInfo info, std::unique_ptr<torch_module::ScriptModule> script)
        : m_info(std::move(info))
        , m_script(std::move(script))
    { }

    using Predictor::predict;
    const ModelInfo& info() const override { return m_info; }

    /// The whole network runs here: there is no telling trunk from head. Features::pooled is its output.
    Result<std::shared_ptr<const Features>> features(const ModelInput& input, std::stop_token stop,
                                                     std::span<const std::string> maps) const override
    {
        if (!maps.empty())
            return Error{ErrorCode::Unsupported,
                         "model",
                         "a TorchScript model shows no map of its inside",
                         "hide blocks instead (--by zero), or use LIME",
                         {}};
        if (stop.stop_requested())
            return cancelledError();
        if (static_cast<std::int64_t>(input.width) * input.height > MaxPixels)
            return modelError("the image is too large for a TorchScript model", "let the manifest fit it to a size");
        const auto begin = std::chrono::steady_clock::now();
        Result<std::vector<float>> output = m_script->run(input.planes, input.height, input.width, threadCount());
        if (!output)
            return std::move(output).error();
        if (Status fine = check(*output); !fine)
            return std::move(fine).error();
        auto result = std::make_shared<Features>();
        result->pooled = *std::move(output);
        result->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        return std::shared_ptr<const Features>(std::move(result));
    }

    Result<Prediction> predict(const Features& features, BlockMask mask) const override
    {
        if (!mask.isEmpty())
            return Error{ErrorCode::Unsupported,
                         "model",
                         "a TorchScript model has no attention that could be masked",
                         "zero the pixels of the blocks instead",
                         {}};
        return toPrediction(features.pooled, m_info);
    }

private:
    Status check(const std::vector<float>& output) const
    {
        if (output.size() != static_cast<std::size_t>(m_info.outputs))
            return modelError("the program returns " + std::to_string(output.size()) + " numbers, the manifest says "
                                  + std::to_string(m_info.outputs),
                              "set output.kind to \"score\" for one number, \"distribution\" for five");
        if (!std::all_of(output.begin(), output.end(), [](float v) { return std::isfinite(v); }))
            return modelError("the program's output is not a number", "check the weights it was saved with");
        if (m_info.outputs == 1)
            return {};
        float sum = 0;
        for (const float p : output)
            sum += p;
        if (std::abs(sum - 1) > SumTolerance || *std::min_element(output.begin(), output.end()) < 0)
            return modelError("the five outputs are not probabilities", "end the network with a softmax");
        return {};
    }

    ModelInfo m_info;
    std::unique_ptr<torch_module::ScriptModule> m_script;
};

} // namespace

Result<std::shared_ptr<const Predictor>> makeScriptModel(const std::filesystem::path& file, ModelInfo info)
{
    const auto& torch = torchFunctions();
    if (!torch)
        return torch.error();
    Result<std::unique_ptr<torch_module::ScriptModule>> script = (*torch)->loadScript(file);
    if (!script)
        return std::move(script).error().withFile(file.string());
    return std::shared_ptr<const Predictor>(std::make_shared<ScriptPredictor>(std::move(info), *std::move(script)));
}

} // namespace halflens
