// SPDX-License-Identifier: BSD-3-Clause
// Trunk maps of all composites of two inputs without a trunk pass for each: a cell that sees k blocks has 2^k states,
// whatever the other blocks hold.
#pragma once

#include "core/base/block.h"
#include "core/base/crew.h"
#include "core/image/model_input.h"
#include "core/nn/inference_form.h"
#include "core/nn/receptive_field.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace halflens {

/// Cells of a map that see the same blocks are made together: the trunk runs on the part of the input they see, once
/// for every choice of these blocks from the two inputs, and the map of a composite is put together from the results.
/// Equal to the map of a whole pass but for rounding (the order of sums may differ between sizes of input; 1e-5 of the
/// score).
class CompositeMaps {
public:
    static constexpr std::size_t MostBytes = 600'000'000; ///< of all results together

    /// For `maps` of the trunk; `input` and `source` are of one size, differ in `players` and outlive this. Null where
    /// the trunk cannot be run in parts, or the results would take more than MostBytes.
    static std::unique_ptr<CompositeMaps> plan(nn::InferenceForm& trunk, const std::vector<std::string>& maps,
                                               const ModelInput& input, const ModelInput& source, BlockMask players);

    /// What compute() costs at most: multiply-adds of all its runs over those of one pass.
    double passes() const { return m_cost / m_pass; }

    /// All runs, side by side. Cancelled; errors of the trunk.
    Status compute(Crew& crew, const std::stop_token& stop);

    /// The maps with the blocks of `fromSource` taken from the source, in the order asked for. After compute(); several
    /// workers may call it at once.
    std::vector<nn::FeatureMap> maps(BlockMask fromSource) const;

private:
    /// A range of cells along one axis that see the same rows, or columns, of blocks.
    struct Stretch {
        int first = 0; ///< cell
        int count = 0;
        int begin = 0; ///< pixels to run on, half open
        int end = 0;
        int offset = 0; ///< of the first cell in the part's map
        int firstBlock = 0;
        int lastBlock = 0;
    };
    struct Part {
        std::size_t map = 0;
        Stretch rows;
        Stretch columns;
        std::vector<BlockIndex> players; ///< the blocks seen in which the inputs differ
        std::size_t states() const { return std::size_t{1} << players.size(); }
        std::size_t cells() const
        {
            return static_cast<std::size_t>(rows.count) * static_cast<std::size_t>(columns.count);
        }
        std::vector<float> values; ///< by state, channel, row, column
    };

    CompositeMaps(nn::InferenceForm& trunk, const ModelInput& input, const ModelInput& source)
        : m_trunk(trunk)
        , m_input(input)
        , m_source(source)
    { }
    /// `blockOf`: row, or column, of blocks a pixel lies in.
    static std::vector<Stretch> stretches(const nn::Sight& sight, int cells, int extent,
                                          const std::function<int(int)>& blockOf);
    bool addParts(const std::string& map, BlockMask players);
    Status run(Part& part, std::size_t state, const std::stop_token& stop) const;
    std::vector<float> crop(const Part& part, std::size_t state) const;

    nn::InferenceForm& m_trunk; ///< runs on several workers at once, each with plans of its own
    const ModelInput& m_input;
    const ModelInput& m_source;
    std::vector<std::string> m_names;
    std::vector<nn::MapSize> m_sizes; ///< of the whole maps
    std::vector<Part> m_parts; ///< those of one size of input stand together
    std::size_t m_bytes = 0; ///< of all results
    double m_cost = 0; ///< multiply-adds
    double m_pass = 0; ///< of one pass, at least
};

} // namespace halflens
