// SPDX-License-Identifier: BSD-3-Clause
// Loads and runs TorchScript archives. Everything LibTorch throws ends here.
#include "core/families/torch/script_module.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/script.h>

#include <algorithm>
#include <string>

namespace halflens::torch_module {

namespace {

constexpr std::int64_t MaxOutputs = 1000;
constexpr std::size_t MaxReason = 300;

/// The first line that says something: LibTorch adds stack traces of itself and of the program.
std::string firstLine(const std::exception& e)
{
    const auto* error = dynamic_cast<const c10::Error*>(&e);
    std::string text = error ? error->what_without_backtrace() : e.what();
    // A failure inside a program ends with the line that matters, after the program's own trace.
    if (const std::size_t last = text.rfind("RuntimeError: "); last != std::string::npos)
        text = text.substr(last + 14);
    text.erase(0, text.find_first_not_of(" \n\r\t"));
    text = text.substr(0, std::min(text.find('\n'), MaxReason));
    if (text.empty())
        return "LibTorch gives no reason";
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return text;
}

Error scriptError(ErrorCode code, const char* stage, std::string reason, const char* remedy)
{
    return {code, stage, std::move(reason), remedy, {}};
}

/// `step` with everything it throws as an error of `stage` whose reason begins with `what`.
template<class Step>
auto caught(const char* stage, ErrorCode code, const char* what, const char* remedy, Step&& step) -> decltype(step())
{
    try {
        return step();
    } catch (const std::bad_alloc&) {
        return scriptError(ErrorCode::OutOfMemory, stage, "not enough memory for the program", remedy);
    } catch (const std::exception& e) {
        return scriptError(code, stage, what + firstLine(e), remedy);
    } catch (...) {
        return scriptError(code, stage, what + std::string("unknown exception"), remedy);
    }
}

/// The tensor meant: the value itself, or the first of a tuple or list.
at::Tensor tensorIn(const c10::IValue& value)
{
    if (value.isTensor())
        return value.toTensor();
    if (value.isTuple() && !value.toTupleRef().elements().empty() && value.toTupleRef().elements()[0].isTensor())
        return value.toTupleRef().elements()[0].toTensor();
    if (value.isTensorList() && !value.toTensorList().empty())
        return value.toTensorList().get(0);
    return {};
}

class Script final : public ScriptModule {
public:
    explicit Script(const torch::jit::Module& module)
        : m_module(module)
    {
        m_module.eval();
    }

    Result<std::vector<float>> run(std::span<const float> planes, int height, int width, int threads) override
    {
        constexpr const char* Remedy = "check input size and normalisation in the manifest against the program";
        return caught("model", ErrorCode::Model, "the program failed: ", Remedy, [&]() -> Result<std::vector<float>> {
            const c10::InferenceMode inference;
            // The profiling executor rewrites a program after its first runs; the same input must give
            // the same bytes every time.
            const torch::jit::GraphOptimizerEnabledGuard plain(false);
            at::set_num_threads(threads);
            const at::Tensor input =
                at::from_blob(const_cast<float*>(planes.data()), {1, 3, height, width}, at::kFloat).clone();
            at::Tensor output = tensorIn(m_module.forward({input}));
            if (!output.defined() || output.numel() < 1 || output.numel() > MaxOutputs || output.is_complex())
                return scriptError(ErrorCode::Model, "model", "the program returns no tensor of a few numbers",
                                   "make forward() return the score, or five grade probabilities");
            output = output.to(at::kCPU, at::kFloat).contiguous();
            return std::vector<float>(output.data_ptr<float>(), output.data_ptr<float>() + output.numel());
        });
    }

private:
    torch::jit::Module m_module;
};

} // namespace

Result<std::unique_ptr<ScriptModule>> loadScript(const std::filesystem::path& file)
{
    constexpr const char* Remedy = "save it again with torch.jit.trace(model.eval(), example).save(path)";
    return caught("checkpoint", ErrorCode::InvalidInput, "the TorchScript archive cannot be loaded: ", Remedy,
                  [&]() -> Result<std::unique_ptr<ScriptModule>> {
                      torch::jit::Module module = torch::jit::load(file.string(), at::kCPU);
                      if (!module.find_method("forward"))
                          return scriptError(ErrorCode::InvalidInput, "checkpoint",
                                             "the TorchScript archive has no forward()", Remedy);
                      return std::unique_ptr<ScriptModule>(std::make_unique<Script>(std::move(module)));
                  });
}

} // namespace halflens::torch_module
