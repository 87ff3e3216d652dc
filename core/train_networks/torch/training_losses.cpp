// SPDX-License-Identifier: BSD-3-Clause
#include "core/train_networks/torch/training_losses.h"

#include "core/families/torch/torch_head.h"

namespace halflens::torch_module {

at::Tensor scores5(const at::Tensor& logits, const ScoreScale& scale)
{
    const at::Tensor native = headScore(logits);
    if (logits.size(1) > 1)
        return native;
    return (native - scale.low) * (4 / (scale.high - scale.low)) + 1;
}

at::Tensor crossEntropy(const at::Tensor& logits, const at::Tensor& grades)
{
    return -(grades * at::log_softmax(logits, 1)).sum(1).mean();
}

at::Tensor plccLoss(const at::Tensor& scores, const at::Tensor& opinions)
{
    if (scores.size(0) < 2)
        return at::zeros({}, scores.options());
    constexpr double SmallestNorm = 1e-6;
    const at::Tensor a = scores - scores.mean();
    const at::Tensor b = opinions - opinions.mean();
    // Root of the sum with something under it: its derivative is finite where all scores agree.
    const at::Tensor norm = at::sqrt((a * a).sum() * (b * b).sum() + SmallestNorm * SmallestNorm);
    return 1 - (a * b).sum() / norm;
}

at::Tensor rankLoss(const at::Tensor& scores, const std::vector<std::pair<int, int>>& better, double margin)
{
    if (better.empty())
        return at::zeros({}, scores.options());
    at::Tensor indices = at::empty({2, static_cast<std::int64_t>(better.size())}, at::kLong);
    auto* values = indices.data_ptr<std::int64_t>();
    for (std::size_t i = 0; i < better.size(); ++i) {
        values[i] = better[i].first;
        values[better.size() + i] = better[i].second;
    }
    indices = indices.to(scores.device());
    const at::Tensor gap = scores.index_select(0, indices[0]) - scores.index_select(0, indices[1]);
    return at::relu(margin - gap).mean();
}

at::Tensor consistencyLoss(const at::Tensor& damagedHidden, const at::Tensor& cleanHidden)
{
    return (damagedHidden - cleanHidden).abs().mean();
}

at::Tensor damageOrderLoss(const at::Tensor& clean, const at::Tensor& damaged, const at::Tensor& hidden,
                           const at::Tensor& only, double margin)
{
    return (at::relu(margin - (clean - damaged)) + at::relu(margin / 2 - (hidden - damaged))
            + at::relu(margin - (hidden - only)))
        .mean();
}

at::Tensor blockOrderLoss(const at::Tensor& damagedHidden, const at::Tensor& intactHidden, double margin)
{
    return at::relu(margin / 4 - (damagedHidden - intactHidden)).mean();
}

std::vector<std::pair<int, int>> opinionPairs(const at::Tensor& opinions)
{
    constexpr float Apart = 0.25F;
    const at::Tensor plain = opinions.to(at::kCPU, at::kFloat).contiguous();
    const float* values = plain.data_ptr<float>();
    std::vector<std::pair<int, int>> pairs;
    for (int i = 0; i < plain.size(0); ++i) {
        for (int j = 0; j < plain.size(0); ++j) {
            if (values[i] > values[j] + Apart)
                pairs.emplace_back(i, j);
        }
    }
    return pairs;
}

at::Tensor binaryCrossEntropy(const at::Tensor& logits, const at::Tensor& targets)
{
    return at::binary_cross_entropy_with_logits(logits, targets);
}

at::Tensor softIouLoss(const at::Tensor& logits, const at::Tensor& targets)
{
    const at::Tensor p = at::sigmoid(logits).flatten(1);
    const at::Tensor t = targets.flatten(1);
    const at::Tensor both = (p * t).sum(1);
    return 1 - (both / ((p + t).sum(1) - both).clamp_min(1e-6)).mean();
}

} // namespace halflens::torch_module
