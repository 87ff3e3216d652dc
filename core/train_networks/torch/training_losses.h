// SPDX-License-Identifier: BSD-3-Clause
// Losses of training, differentiable.
#pragma once

#include "core/base/score.h"
#include "core/train/recipe.h"

#include <ATen/ATen.h>
#include <utility>
#include <vector>

namespace halflens::torch_module {

/// Scores [N] on 1..5 from what a head's forward() returns.
at::Tensor scores5(const at::Tensor& logits, const ScoreScale& scale);

/// Mean over rows of -sum of grades * log softmax(logits). Both [N, 5].
at::Tensor crossEntropy(const at::Tensor& logits, const at::Tensor& grades);

/// 1 - Pearson's correlation of the two, [N]; 0 without gradient for fewer than two.
at::Tensor plccLoss(const at::Tensor& scores, const at::Tensor& opinions);

/// Mean of max(0, margin - (scores[better] - scores[worse])) over the pairs.
at::Tensor rankLoss(const at::Tensor& scores, const std::vector<std::pair<int, int>>& better, double margin);

/// Mean of |damaged - clean|, scores [N] of damaged and clean photos with the damage hidden in both. Not squared: what
/// is left of the damage's effect is small, and shall count all the same.
at::Tensor consistencyLoss(const at::Tensor& damagedHidden, const at::Tensor& cleanHidden);

/// Mean over pairs, all [N], of max(0, margin - (clean - damaged)) + max(0, margin / 2 - (hidden - damaged))
/// + max(0, margin - (hidden - only)): damaged photos with the damage hidden, and with all but the damage hidden.
at::Tensor damageOrderLoss(const at::Tensor& clean, const at::Tensor& damaged, const at::Tensor& hidden,
                           const at::Tensor& only, double margin);

/// Mean of max(0, margin / 4 - (damagedHidden - intactHidden)): one block more is hidden in both, a damaged or another.
at::Tensor blockOrderLoss(const at::Tensor& damagedHidden, const at::Tensor& intactHidden, double margin);

/// Pairs of opinions more than a quarter of a grade apart, the better one first.
std::vector<std::pair<int, int>> opinionPairs(const at::Tensor& opinions);

/// Mean over pixels of the binary cross-entropy. Logits and targets [N, H, W].
at::Tensor binaryCrossEntropy(const at::Tensor& logits, const at::Tensor& targets);

/// 1 - mean over images of sum(p t) / sum(p + t - p t).
at::Tensor softIouLoss(const at::Tensor& logits, const at::Tensor& targets);

} // namespace halflens::torch_module
