// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/token_chain.h"

#include "core/masking/triq_table.h"

#include <algorithm>
#include <cassert>
#include <optional>

namespace halflens {

struct TokenChains::Private {
    TriqEncoder encoder;
    TokenGrid tokens;
    CellGrid cells;
    std::vector<std::vector<int>> members; ///< tokens of each cell
    const detail::TriqKernel* kernel = nullptr; ///< null: the encoder has another size
    std::optional<detail::TriqTable> table;

    std::vector<double> fast(std::span<const int> order, int first, int last) const
    {
        std::vector<int> slots;
        std::vector<int> ends{0};
        for (const int cell : order) {
            const std::vector<int>& tokensOfCell = members[static_cast<std::size_t>(cell)];
            slots.insert(slots.end(), tokensOfCell.begin(), tokensOfCell.end());
            ends.push_back(static_cast<int>(slots.size()));
        }
        const detail::TriqTableData& data = table->data();
        thread_local detail::AlignedFloats scratch;
        if (scratch.size() < kernel->chainScratchFloats(data))
            scratch = detail::AlignedFloats(kernel->chainScratchFloats(data));
        const auto outputs = static_cast<std::size_t>(encoder.outputs());
        const auto steps = static_cast<std::size_t>(last) - static_cast<std::size_t>(first) + 1;
        std::vector<float> rows((steps + static_cast<std::size_t>(kernel->lanes)) * outputs);
        kernel->evaluateChain(data, slots.data(), ends.data(), first, last, rows.data(), scratch.data());
        std::vector<double> scores;
        for (std::size_t step = 0; step < steps; ++step)
            scores.push_back(scoreOf(std::span(rows).subspan(step * outputs, outputs)));
        return scores;
    }

    std::vector<double> stepByStep(std::span<const int> order, int first, int last) const
    {
        std::vector<std::uint8_t> hidden(tokens.values.size() / static_cast<std::size_t>(tokens.channels), 1);
        std::vector<double> scores;
        for (int step = 0; step <= last; ++step) {
            if (step > 0)
                for (const int token : members[static_cast<std::size_t>(order[static_cast<std::size_t>(step) - 1])])
                    hidden[static_cast<std::size_t>(token)] = 0;
            if (step >= first)
                scores.push_back(scoreOf(*evaluateHiding(encoder, tokens, hidden)));
        }
        return scores;
    }
};

std::vector<int> cellsOfTokens(CellGrid cells, int tokenRows, int tokenColumns)
{
    std::vector<int> result;
    for (int row = 0; row < tokenRows; ++row) {
        for (int column = 0; column < tokenColumns; ++column)
            result.push_back((2 * row + 1) * cells.rows / (2 * tokenRows) * cells.columns
                             + (2 * column + 1) * cells.columns / (2 * tokenColumns));
    }
    return result;
}

Result<TokenChains> TokenChains::create(const TriqEncoder& encoder, const TokenGrid& tokens, CellGrid cells,
                                        TableKernel kernel)
{
    if (cells.rows < 1 || cells.columns < 1 || cells.rows > tokens.height || cells.columns > tokens.width)
        return Error{ErrorCode::InvalidInput,
                     "explain",
                     "cells of " + std::to_string(cells.rows) + " x " + std::to_string(cells.columns)
                         + " do not suit a network with " + std::to_string(tokens.height) + " x "
                         + std::to_string(tokens.width) + " tokens",
                     "use fewer cells",
                     {}};
    std::vector<std::vector<float>> embedded(1);
    if (Result<std::vector<float>> made = embedTokens(encoder, tokens); made)
        embedded.front() = *std::move(made);
    else
        return std::move(made).error();
    return guarded("explain", [&]() -> Result<TokenChains> {
        auto d = std::make_shared<Private>();
        d->encoder = encoder;
        d->tokens = tokens;
        d->cells = cells;
        d->members.resize(static_cast<std::size_t>(cells.count()));
        const std::vector<int> cellOfToken = cellsOfTokens(cells, tokens.height, tokens.width);
        for (std::size_t token = 0; token < cellOfToken.size(); ++token)
            d->members[static_cast<std::size_t>(cellOfToken[token])].push_back(static_cast<int>(token));
        if (detail::fitsKernel(encoder)) {
            d->kernel = &detail::kernelFor(kernel);
            d->table.emplace(d->encoder, d->tokens, embedded, *d->kernel, false);
        }
        return TokenChains(std::move(d));
    });
}

TokenChains::TokenChains(std::shared_ptr<const Private> d)
    : m_d(std::move(d))
{ }

CellGrid TokenChains::cells() const
{
    return m_d->cells;
}

std::vector<double> TokenChains::scores(std::span<const int> order, int first, int last) const
{
    assert(static_cast<int>(order.size()) == m_d->cells.count());
    assert(0 <= first && first <= last && last <= m_d->cells.count());
    return m_d->kernel ? m_d->fast(order, first, last) : m_d->stepByStep(order, first, last);
}

} // namespace halflens
