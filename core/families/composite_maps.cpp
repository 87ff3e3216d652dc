// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/composite_maps.h"

#include <algorithm>
#include <tuple>

namespace halflens {

std::vector<CompositeMaps::Stretch> CompositeMaps::stretches(const nn::Sight& sight, int cells, int extent,
                                                             const std::function<int(int)>& blockOf)
{
    std::vector<Stretch> result;
    for (int cell = 0; cell < cells; ++cell) {
        const int first = std::clamp(cell * sight.stride + sight.first, 0, extent - 1);
        const int last = std::clamp(cell * sight.stride + sight.last, 0, extent - 1);
        const int firstBlock = blockOf(first);
        const int lastBlock = blockOf(last);
        if (result.empty() || result.back().firstBlock != firstBlock || result.back().lastBlock != lastBlock) {
            const int begin = first / sight.stride * sight.stride;
            result.push_back({cell, 0, begin, 0, cell - begin / sight.stride, firstBlock, lastBlock});
        }
        Stretch& stretch = result.back();
        ++stretch.count;
        // Up to a multiple of the stride, so that windows lie in the part as they lie in the whole.
        stretch.end = std::min(extent, (last / sight.stride + 1) * sight.stride);
    }
    return result;
}

std::unique_ptr<CompositeMaps> CompositeMaps::plan(nn::InferenceForm& trunk, const std::vector<std::string>& maps,
                                                   const ModelInput& input, const ModelInput& source, BlockMask players)
{
    std::unique_ptr<CompositeMaps> result(new CompositeMaps(trunk, input, source));
    for (const std::string& map : maps) {
        if (!result->addParts(map, players))
            return nullptr;
    }
    // A worker keeps the plans of the newest sizes only.
    std::stable_sort(result->m_parts.begin(), result->m_parts.end(), [](const Part& a, const Part& b) {
        const auto key = [](const Part& part) {
            return std::tuple(part.map, part.rows.end - part.rows.begin, part.columns.end - part.columns.begin);
        };
        return key(a) < key(b);
    });
    return result;
}

/// False where the trunk cannot be run in parts or the results grow too large.
bool CompositeMaps::addParts(const std::string& map, BlockMask players)
{
    const nn::Graph& graph = m_trunk.graph();
    const auto field = nn::receptiveField(graph, map, m_input.height, m_input.width);
    if (!field || !field->holdsInParts)
        return false;
    const auto sizes = graph.sizes(m_input.height, m_input.width);
    const auto whole = graph.multiplyAdds(m_input.height, m_input.width, map);
    if (!sizes || !whole)
        return false;
    const nn::MapSize size = (*sizes)[static_cast<std::size_t>(graph.outputs().at(map).value)];
    const auto rowOf = [&](int y) { return blockAt(y, 0, m_input.height, m_input.width).row(); };
    const auto columnOf = [&](int x) { return blockAt(0, x, m_input.height, m_input.width).column(); };
    for (const Stretch& rows : stretches(field->rows, size.height, m_input.height, rowOf)) {
        for (const Stretch& columns : stretches(field->columns, size.width, m_input.width, columnOf)) {
            Part part{m_names.size(), rows, columns, {}, {}};
            for (int row = rows.firstBlock; row <= rows.lastBlock; ++row) {
                for (int column = columns.firstBlock; column <= columns.lastBlock; ++column) {
                    if (players.contains(BlockIndex::at(row, column)))
                        part.players.push_back(BlockIndex::at(row, column));
                }
            }
            const auto once = graph.multiplyAdds(rows.end - rows.begin, columns.end - columns.begin, map);
            if (!once)
                return false;
            m_cost += static_cast<double>(part.states()) * *once;
            m_bytes += part.states() * part.cells() * static_cast<std::size_t>(size.channels) * sizeof(float);
            if (m_bytes > MostBytes)
                return false;
            m_parts.push_back(std::move(part));
        }
    }
    m_names.push_back(map);
    m_sizes.push_back(size);
    m_pass = std::max(m_pass, *whole); // maps of one trunk share layers, those of two do not: no more than a pass costs
    return true;
}

/// The part's pixels, state bit i for its player i: taken from the source.
std::vector<float> CompositeMaps::crop(const Part& part, std::size_t state) const
{
    const int height = part.rows.end - part.rows.begin;
    const int width = part.columns.end - part.columns.begin;
    const auto stride = static_cast<std::size_t>(m_input.width);
    const std::size_t plane = stride * static_cast<std::size_t>(m_input.height);
    std::vector<float> pixels;
    pixels.reserve(3 * static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
    BlockMask fromSource;
    for (std::size_t i = 0; i < part.players.size(); ++i) {
        if ((state >> i & 1) != 0)
            fromSource = fromSource.with(part.players[i]);
    }
    for (std::size_t channel = 0; channel < 3; ++channel) {
        for (int y = part.rows.begin; y < part.rows.end; ++y) {
            const int row = blockAt(y, 0, m_input.height, m_input.width).row();
            const std::size_t line = channel * plane + static_cast<std::size_t>(y) * stride;
            for (int column = 0; column < GridColumns; ++column) {
                const BlockIndex block = BlockIndex::at(row, column);
                const BlockRect rect = blockRect(block, m_input.height, m_input.width);
                const int begin = std::max(part.columns.begin, rect.left);
                const int end = std::min(part.columns.end, rect.right);
                if (begin >= end)
                    continue;
                const ModelInput& from = fromSource.contains(block) ? m_source : m_input;
                const float* values = from.planes.data() + line;
                pixels.insert(pixels.end(), values + begin, values + end);
            }
        }
    }
    return pixels;
}

Status CompositeMaps::run(Part& part, std::size_t state, const std::stop_token& stop) const
{
    const auto views = m_trunk.runInPlace(crop(part, state), part.rows.end - part.rows.begin,
                                          part.columns.end - part.columns.begin, {m_names[part.map]}, stop);
    if (!views)
        return views.error();
    const nn::MapView& view = views->front();
    if (view.size.height < part.rows.offset + part.rows.count
        || view.size.width < part.columns.offset + part.columns.count)
        return Error{ErrorCode::Internal, "model", "a part of the input gives fewer cells than it should", {}, {}};
    const auto width = static_cast<std::size_t>(view.size.width);
    const std::size_t plane = width * static_cast<std::size_t>(view.size.height);
    const auto channels = static_cast<std::size_t>(view.size.channels);
    float* target = part.values.data() + state * channels * part.cells();
    for (std::size_t channel = 0; channel < channels; ++channel) {
        const float* from = view.values.data() + channel * plane + static_cast<std::size_t>(part.rows.offset) * width
            + static_cast<std::size_t>(part.columns.offset);
        for (int row = 0; row < part.rows.count; ++row, from += width)
            target = std::copy_n(from, part.columns.count, target);
    }
    return {};
}

Status CompositeMaps::compute(Crew& crew, const std::stop_token& stop)
{
    for (Part& part : m_parts) {
        part.values.resize(part.states() * part.cells() * static_cast<std::size_t>(m_sizes[part.map].channels));
        std::vector<Status> done(part.states(), cancelledError());
        (void)crew.run(
            static_cast<int>(part.states()),
            [&](int state) {
                const auto at = static_cast<std::size_t>(state);
                done[at] = run(part, at, stop);
                return done[at].has_value();
            },
            stop);
        // A real error before the words that others were not begun because of it.
        const auto failed =
            std::find_if(done.begin(), done.end(), [](const Status& s) { return !s && !isCancelled(s); });
        if (failed != done.end())
            return *failed;
        if (std::any_of(done.begin(), done.end(), [](const Status& status) { return !status; }))
            return cancelledError();
    }
    return {};
}

std::vector<nn::FeatureMap> CompositeMaps::maps(BlockMask fromSource) const
{
    std::vector<nn::FeatureMap> result;
    for (const nn::MapSize& size : m_sizes)
        result.push_back(
            {size,
             std::vector<float>(static_cast<std::size_t>(size.channels) * static_cast<std::size_t>(size.height)
                                * static_cast<std::size_t>(size.width))});
    for (const Part& part : m_parts) {
        std::size_t state = 0;
        for (std::size_t i = 0; i < part.players.size(); ++i)
            state |= (fromSource.contains(part.players[i]) ? std::size_t{1} : std::size_t{0}) << i;
        nn::FeatureMap& map = result[part.map];
        const auto width = static_cast<std::size_t>(map.size.width);
        const std::size_t plane = width * static_cast<std::size_t>(map.size.height);
        const auto channels = static_cast<std::size_t>(map.size.channels);
        const float* from = part.values.data() + state * channels * part.cells();
        for (std::size_t channel = 0; channel < channels; ++channel) {
            float* to = map.values.data() + channel * plane + static_cast<std::size_t>(part.rows.first) * width
                + static_cast<std::size_t>(part.columns.first);
            for (int row = 0; row < part.rows.count; ++row, to += width, from += part.columns.count)
                std::copy_n(from, part.columns.count, to);
        }
    }
    return result;
}

} // namespace halflens
