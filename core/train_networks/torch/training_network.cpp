// SPDX-License-Identifier: BSD-3-Clause
// A network in training: the trained part of its graph, transformer and head, losses and optimiser.
#include "core/checkpoint/tensor_archive.h"
#include "core/families/torch/torch_family.h"
#include "core/families/torch/torch_swin_trunk.h"
#include "core/nn/parts.h"
#include "core/train_networks/torch/graph_form.h"
#include "core/train_networks/torch/optimizer.h"
#include "core/train_networks/torch/training_losses.h"
#include "core/train_networks/torch/training_module.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <algorithm>
#include <cmath>
#include <optional>
#include <torch/cuda.h>

namespace halflens::torch_module {

namespace {

bool isBuffer(const std::string& name)
{
    return name.ends_with(".running_mean") || name.ends_with(".running_var");
}

at::Tensor toTensor(const train::MapBlock& block, std::int64_t count, const at::Device& device)
{
    const std::vector<std::int64_t> shape{count, block.size.height, block.size.width, block.size.channels};
    const at::Tensor values = block.half.empty()
        ? at::from_blob(const_cast<float*>(block.full.data()), shape, at::kFloat)
        : at::from_blob(const_cast<std::uint16_t*>(block.half.data()), shape, at::kHalf);
    // Seen as [N, C, H, W] these are channels last, which the convolutions keep.
    return values.to(device).to(at::kFloat).permute({0, 3, 1, 2});
}

/// Tokens of hidden blocks, [masks, tokens], for TRIQ; `map` is what the head starts from.
at::Tensor tokenMask(const std::vector<BlockMask>& masks, const at::Tensor& map)
{
    const auto [channels, height, width] =
        nn::tokenGridSize({0, static_cast<int>(map.size(2)), static_cast<int>(map.size(3))});
    at::Tensor mask = at::empty({static_cast<std::int64_t>(masks.size()), height * width});
    float* value = mask.data_ptr<float>();
    for (const BlockMask blocks : masks) {
        for (int row = 0; row < height; ++row) {
            for (int column = 0; column < width; ++column)
                *value++ = blocks.contains(blockOfToken(row, column, height, width)) ? 1.F : 0.F;
        }
    }
    return mask.to(map.device());
}

/// The masks of a group's members, or undefined where none is hidden in this step.
at::Tensor tokenMask(const train::Batch& batch, const train::BatchGroup& group, const at::Tensor& map)
{
    if (batch.masks.empty())
        return {};
    std::vector<BlockMask> masks;
    for (const int member : group.members)
        masks.push_back(batch.masks[static_cast<std::size_t>(member)]);
    return tokenMask(masks, map);
}

class TorchTrainingNetwork final : public train::TrainingNetwork {
public:
    TorchTrainingNetwork(const train::Recipe& recipe, const train::TrainingSetup& setup, int threads)
        : m_recipe(recipe)
        , m_family(torchFamily(recipe.family))
        , m_device(torch::cuda::is_available() ? at::kCUDA : at::kCPU)
        , m_threads(threads)
        , m_graph(setup.graph, setup.cut, {recipe.trunk.trainBatchNorm, 0.01, recipe.optimizer.bfloat16})
        , m_optimizer(recipe.optimizer)
    {
        if (setup.settles)
            m_settling.emplace(setup.graph, setup.cut, GraphFormOptions{true, 1, false});
    }

    Status build(const train::TrainingSetup& setup)
    {
        at::set_num_threads(m_threads);
        for (const auto& [name, shape] : m_graph.parameters()) {
            at::Tensor tensor = toTorch(setup.state.at(name)).to(m_device);
            if (tensor.dim() == 4)
                tensor = tensor.contiguous(at::MemoryFormat::ChannelsLast);
            m_graphTensors[name] = tensor;
            addTensor(name, tensor, name.starts_with("decoder.") ? 1 : m_recipe.trunk.rate);
        }
        if (m_family && m_family->hasTransformer) {
            Result<std::unique_ptr<TorchSwinTrunk>> swin = TorchSwinTrunk::create(setup.state);
            if (!swin)
                return std::move(swin).error();
            m_swin = std::move(*swin);
            addAll(m_swin->parameters());
        }
        if (m_recipe.task == train::TrainingTask::Quality) {
            Result<std::unique_ptr<TorchHead>> head =
                TorchHead::create(m_recipe.family, m_recipe.trunk.name, setup.state);
            if (!head)
                return std::move(head).error();
            m_head = std::move(*head);
            addAll(m_head->parameters());
            addAll(m_head->buffers());
        }
        return {};
    }

    Result<train::StepOutcome> step(const train::Batch& batch, const train::StepSettings& settings) override
    {
        return guarded("train", [&]() -> Result<train::StepOutcome> {
            at::manual_seed(settings.seed);
            train::StepOutcome outcome;
            const at::Tensor loss = m_recipe.task == train::TrainingTask::Quality ? qualityLoss(batch, outcome.damage)
                                                                                  : objectnessLoss(batch);
            outcome.loss = loss.item<double>();
            if (std::isfinite(outcome.loss) && loss.requires_grad()) {
                loss.backward();
                outcome.gradientNorm = m_optimizer.gradientNorm();
            }
            if (!std::isfinite(outcome.loss) || !std::isfinite(outcome.gradientNorm))
                return Error{ErrorCode::Model,
                             "train",
                             "the loss or its gradient is not finite",
                             "lower optimizer.rate and resume from the last checkpoint",
                             {}};
            m_optimizer.step(settings.rate, outcome.gradientNorm, settings.emaDecay);
            return outcome;
        });
    }

    bool settles() const override { return m_settling.has_value(); }

    Status settle(const train::Batch& batch) override
    {
        return guarded("train", [&]() -> Status {
            const at::NoGradGuard noGradient;
            const auto largest = std::max_element(batch.groups.begin(), batch.groups.end(),
                                                  [](const train::BatchGroup& a, const train::BatchGroup& b) {
                                                      return a.members.size() < b.members.size();
                                                  });
            if (m_settling && largest != batch.groups.end())
                (void)m_settling->forward(boundaryOf(*largest), m_graphTensors, true);
            return {};
        });
    }

    Result<train::NetworkOutput> predict(const train::Batch& batch) override
    {
        return guarded("train", [&]() -> Result<train::NetworkOutput> {
            const at::NoGradGuard noGradient;
            m_optimizer.swapAverages();
            train::NetworkOutput output;
            try {
                output = m_recipe.task == train::TrainingTask::Quality ? scoresOf(batch) : mapsOf(batch);
            } catch (...) {
                m_optimizer.swapAverages();
                throw;
            }
            m_optimizer.swapAverages();
            return output;
        });
    }

    StateDict weights() const override
    {
        TensorMap all = m_optimizer.averages();
        all.insert(m_buffers.begin(), m_buffers.end());
        return toStateDict(all);
    }

    StateDict trainingState() const override
    {
        TensorMap all = m_optimizer.state();
        for (const auto& [name, buffer] : m_buffers)
            all["buffer." + name] = buffer;
        return toStateDict(all);
    }

    Status restore(const StateDict& state, std::int64_t step) override
    {
        TensorMap all = m_optimizer.state();
        for (const auto& [name, buffer] : m_buffers)
            all["buffer." + name] = buffer;
        std::map<std::string, Shape> shapes;
        for (const auto& [name, tensor] : all)
            shapes[name] = Shape(tensor.sizes().begin(), tensor.sizes().end());
        if (const LoadReport report = compare(shapes, state); !report.isClean())
            return Error{ErrorCode::InvalidInput,
                         "resume",
                         "the checkpoint is of another network: " + report.summary(),
                         "use the recipe the run was started with",
                         {}};
        return guarded("resume", [&]() -> Status {
            const at::NoGradGuard noGradient;
            TensorMap tensors;
            for (const auto& [name, tensor] : state)
                tensors[name] = toTorch(tensor);
            m_optimizer.restore(tensors, step);
            for (auto& [name, buffer] : m_buffers)
                buffer.copy_(tensors.at("buffer." + name));
            return {};
        });
    }

    std::string device() const override
    {
        return m_device.is_cuda() ? "graphics card (CUDA)" : "CPU, " + std::to_string(m_threads) + " threads";
    }

private:
    void addAll(const NamedTensors& tensors)
    {
        for (const auto& [name, tensor] : tensors) {
            if (m_device.is_cuda())
                tensor.set_data(tensor.to(m_device)); // the head's own handles follow
            addTensor(name, tensor, 1);
        }
    }

    void addTensor(const std::string& name, at::Tensor tensor, double rate)
    {
        if (isBuffer(name)) {
            m_buffers[name] = tensor;
        } else {
            tensor.set_requires_grad(true);
            m_optimizer.add(name, tensor, rate);
        }
    }

    std::vector<at::Tensor> boundaryOf(const train::BatchGroup& group) const
    {
        std::vector<at::Tensor> boundary;
        for (const train::MapBlock& block : group.maps)
            boundary.push_back(toTensor(block, static_cast<std::int64_t>(group.members.size()), m_device));
        return boundary;
    }

    /// Maps the head, or the transformer before it, starts from.
    std::vector<at::Tensor> graphMaps(const train::BatchGroup& group, bool training) const
    {
        return m_graph.forward(boundaryOf(group), m_graphTensors, training);
    }

    bool averagesFirst() const
    {
        return m_family && m_family->averagesFirst && m_family->averagesFirst(m_recipe.trunk.name);
    }

    /// Logits of the whole batch in its own order; `kept` receives what the head starts from, by groups.
    at::Tensor logits(const train::Batch& batch, bool training,
                      std::vector<std::vector<at::Tensor>>* kept = nullptr) const
    {
        std::vector<at::Tensor> parts;
        std::vector<std::int64_t> place(static_cast<std::size_t>(batch.count));
        std::int64_t next = 0;
        for (const train::BatchGroup& group : batch.groups) {
            std::vector<at::Tensor> maps = graphMaps(group, training);
            HeadOptions options;
            options.training = training;
            options.dropout = m_recipe.head.dropout;
            if (m_swin)
                maps = m_swin->forward(maps.front(), training, m_recipe.head.dropPath);
            else if (m_family->masksTokens && training)
                options.tokenMask = tokenMask(batch, group, maps.front());
            if (kept)
                kept->push_back(maps);
            // Batch norm behind the pooling needs the whole batch: the variance of a lone portrait photo is not a
            // number.
            parts.push_back(averagesFirst() ? maps.front().mean({2, 3}, true) : m_head->forward(maps, options));
            for (const int member : group.members)
                place[static_cast<std::size_t>(member)] = next++;
        }
        at::Tensor all = parts.size() == 1
            ? parts.front()
            : at::cat(parts, 0).index_select(0, at::tensor(place, at::kLong).to(m_device));
        if (!averagesFirst())
            return all;
        HeadOptions options;
        options.training = training;
        options.dropout = m_recipe.head.dropout;
        return m_head->forward({all}, options);
    }

    /// Scores of the pairs of known damage, [pairs, 4 + 2 comparisons], one column a set of hidden blocks: clean and
    /// damaged with the damage and `further` hidden; damaged with the damage, and with all else, hidden; the
    /// comparisons.
    at::Tensor damageScores(const train::Batch& batch, const std::vector<std::vector<at::Tensor>>& maps) const
    {
        std::vector<at::Tensor> parts;
        const std::size_t columns = 4 + 2 * batch.damage.front().blocks.size();
        std::vector<std::int64_t> place(batch.damage.size() * columns);
        std::int64_t next = 0;
        for (std::size_t g = 0; g < batch.groups.size(); ++g) {
            const std::vector<int>& members = batch.groups[g].members;
            std::vector<std::int64_t> rows;
            std::vector<BlockMask> masks;
            const auto at = [&](int sample) { return std::find(members.begin(), members.end(), sample); };
            for (std::size_t p = 0; p < batch.damage.size(); ++p) {
                const train::DamagePair& pair = batch.damage[p];
                if (at(pair.clean) == members.end() || at(pair.damaged) == members.end())
                    continue; // a photo and its copy have one size: both or none
                const std::int64_t clean = at(pair.clean) - members.begin();
                const std::int64_t damaged = at(pair.damaged) - members.begin();
                const BlockMask both(pair.region.bits() | static_cast<std::uint32_t>(pair.further.bits()));
                masks.insert(masks.end(), {both, both, pair.region, pair.region.complement()});
                for (const train::BlockComparison& blocks : pair.blocks)
                    masks.insert(masks.end(), {blocks.damagedHidden, blocks.intactHidden});
                for (std::size_t c = 0; c < columns; ++c) {
                    rows.push_back(c == 0 ? clean : damaged);
                    place[p * columns + c] = next++;
                }
            }
            if (rows.empty())
                continue;
            HeadOptions options;
            options.training = true;
            options.dropout = m_recipe.head.dropout;
            options.tokenMask = tokenMask(masks, maps[g].front());
            const at::Tensor index = at::tensor(rows, at::kLong).to(m_device);
            const at::Tensor seen = m_head->forward({maps[g].front().index_select(0, index)}, options);
            parts.push_back(scores5(seen, m_recipe.scale));
        }
        return at::cat(parts, 0)
            .index_select(0, at::tensor(place, at::kLong).to(m_device))
            .view({static_cast<std::int64_t>(batch.damage.size()), static_cast<std::int64_t>(columns)});
    }

    at::Tensor damageLoss(const train::Batch& batch, const at::Tensor& allScores,
                          const std::vector<std::vector<at::Tensor>>& maps,
                          std::optional<train::DamageTerms>& terms) const
    {
        const train::LossRecipe& weights = m_recipe.losses;
        std::vector<std::int64_t> clean;
        std::vector<std::int64_t> damaged;
        for (const train::DamagePair& pair : batch.damage) {
            clean.push_back(pair.clean);
            damaged.push_back(pair.damaged);
        }
        const auto of = [&](const std::vector<std::int64_t>& samples) {
            return allScores.index_select(0, at::tensor(samples, at::kLong).to(m_device));
        };
        const at::Tensor scores = damageScores(batch, maps);
        const at::Tensor compared = scores.slice(1, 4);
        const at::Tensor consistency = consistencyLoss(scores.select(1, 1), scores.select(1, 0));
        const at::Tensor order =
            damageOrderLoss(of(clean), of(damaged), scores.select(1, 2), scores.select(1, 3), weights.damageMargin);
        const at::Tensor blocks = blockOrderLoss(compared.slice(1, 0, c10::nullopt, 2),
                                                 compared.slice(1, 1, c10::nullopt, 2), weights.damageMargin);
        terms = {consistency.item<double>(), order.item<double>(), blocks.item<double>()};
        return weights.consistency * consistency + weights.damageOrder * order + weights.blockOrder * blocks;
    }

    at::Tensor qualityLoss(const train::Batch& batch, std::optional<train::DamageTerms>& terms) const
    {
        const train::LossRecipe& weights = m_recipe.losses;
        std::vector<std::vector<at::Tensor>> maps;
        at::Tensor all = logits(batch, true, &maps);
        const at::Tensor allScores = scores5(all, m_recipe.scale);
        std::vector<std::int64_t> rows;
        std::vector<float> opinionValues;
        std::vector<float> gradeValues;
        for (std::size_t i = 0; i < batch.scored.size(); ++i) {
            if (!batch.scored[i])
                continue;
            rows.push_back(static_cast<std::int64_t>(i));
            opinionValues.push_back(batch.mos5[i]);
            gradeValues.insert(gradeValues.end(), batch.grades[i].begin(), batch.grades[i].end());
        }
        at::Tensor loss = all.sum() * 0;
        if (weights.syntheticRank > 0 && !batch.better.empty())
            loss = loss + weights.syntheticRank * rankLoss(allScores, batch.better, weights.margin);
        if (!batch.damage.empty())
            loss = loss + damageLoss(batch, allScores, maps, terms);
        if (rows.empty())
            return loss;
        const at::Tensor index = at::tensor(rows, at::kLong).to(m_device);
        const at::Tensor scores = allScores.index_select(0, index);
        const at::Tensor opinions = at::tensor(opinionValues).to(m_device);
        if (weights.crossEntropy > 0) {
            const at::Tensor grades = at::tensor(gradeValues).view({-1, Grades}).to(m_device);
            loss = loss + weights.crossEntropy * crossEntropy(all.index_select(0, index), grades);
        }
        if (weights.plcc > 0)
            loss = loss + weights.plcc * plccLoss(scores, opinions);
        if (weights.l1 > 0)
            loss = loss + weights.l1 * (scores - opinions).abs().mean();
        if (weights.l2 > 0)
            loss = loss + weights.l2 * (scores - opinions).square().mean();
        if (weights.rank > 0)
            loss = loss + weights.rank * rankLoss(scores, opinionPairs(opinions), weights.margin);
        return loss;
    }

    at::Tensor objectnessLoss(const train::Batch& batch) const
    {
        at::Tensor loss;
        for (std::size_t g = 0; g < batch.groups.size(); ++g) {
            const train::BatchGroup& group = batch.groups[g];
            const at::Tensor logitMaps = graphMaps(group, true).front().select(1, 0);
            const at::Tensor targets =
                at::from_blob(const_cast<float*>(batch.targetMaps[g].data()), logitMaps.sizes(), at::kFloat)
                    .to(m_device);
            const double share = static_cast<double>(group.members.size()) / batch.count;
            const at::Tensor part = share
                * (m_recipe.losses.bce * binaryCrossEntropy(logitMaps, targets)
                   + m_recipe.losses.iou * softIouLoss(logitMaps, targets));
            loss = loss.defined() ? loss + part : part;
        }
        return loss;
    }

    train::NetworkOutput scoresOf(const train::Batch& batch) const
    {
        const at::Tensor scores = scores5(logits(batch, false), m_recipe.scale).to(at::kCPU).contiguous();
        train::NetworkOutput output;
        output.scores5.assign(scores.data_ptr<float>(), scores.data_ptr<float>() + scores.numel());
        return output;
    }

    train::NetworkOutput mapsOf(const train::Batch& batch) const
    {
        train::NetworkOutput output;
        output.maps.resize(static_cast<std::size_t>(batch.count));
        output.mapSizes.resize(static_cast<std::size_t>(batch.count));
        for (const train::BatchGroup& group : batch.groups) {
            const at::Tensor maps = at::sigmoid(graphMaps(group, false).front().select(1, 0)).to(at::kCPU).contiguous();
            const std::int64_t values = maps.size(1) * maps.size(2);
            for (std::size_t i = 0; i < group.members.size(); ++i) {
                const auto member = static_cast<std::size_t>(group.members[i]);
                const float* first = maps.data_ptr<float>() + static_cast<std::int64_t>(i) * values;
                output.maps[member].assign(first, first + values);
                output.mapSizes[member] = {1, static_cast<int>(maps.size(1)), static_cast<int>(maps.size(2))};
            }
        }
        return output;
    }

    const train::Recipe m_recipe;
    const TorchFamily* m_family; ///< null for objectness
    at::Device m_device;
    int m_threads;
    GraphForm m_graph;
    std::optional<GraphForm> m_settling; ///< takes statistics of batch norms anew
    TensorMap m_graphTensors;
    TensorMap m_buffers;
    std::unique_ptr<TorchSwinTrunk> m_swin;
    std::unique_ptr<TorchHead> m_head;
    Optimizer m_optimizer;
};

Result<std::unique_ptr<train::TrainingNetwork>> makeNetwork(const train::Recipe& recipe,
                                                            const train::TrainingSetup& setup, int threads)
{
    return guarded("train", [&]() -> Result<std::unique_ptr<train::TrainingNetwork>> {
        auto network = std::make_unique<TorchTrainingNetwork>(recipe, setup, threads);
        if (Status built = network->build(setup); !built)
            return std::move(built).error();
        return std::unique_ptr<train::TrainingNetwork>(std::move(network));
    });
}

} // namespace

} // namespace halflens::torch_module

extern "C" __attribute__((visibility("default"))) void
halflensMakeTrainingNetwork(halflens::Result<std::unique_ptr<halflens::train::TrainingNetwork>>* result,
                            const halflens::train::Recipe* recipe, const halflens::train::TrainingSetup* setup,
                            int threads)
{
    *result = halflens::torch_module::makeNetwork(*recipe, *setup, threads);
}
