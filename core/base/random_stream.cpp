// SPDX-License-Identifier: BSD-3-Clause
#include "core/base/random_stream.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace halflens {

namespace {

constexpr std::uint64_t Golden = 0x9e3779b97f4a7c15ULL;

std::uint64_t mixed(std::uint64_t z)
{
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
}

} // namespace

RandomStream::RandomStream(std::uint64_t seed, RandomPurpose purpose, std::uint64_t a, std::uint64_t b)
    : m_state(seed)
{
    for (const std::uint64_t part : {static_cast<std::uint64_t>(purpose), a, b})
        m_state = mixed(m_state + Golden) ^ (part * Golden);
    m_state = mixed(m_state + Golden);
}

std::uint64_t RandomStream::bits()
{
    m_state += Golden;
    return mixed(m_state);
}

double RandomStream::uniform()
{
    return static_cast<double>(bits() >> 11U) * 0x1p-53;
}

std::size_t RandomStream::below(std::size_t count)
{
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::size_t>((static_cast<Wide>(bits()) * count) >> 64U);
}

double RandomStream::normal()
{
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
}

std::vector<std::size_t> permutation(std::size_t count, RandomStream stream)
{
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = count; i > 1; --i)
        std::swap(order[i - 1], order[stream.below(i)]);
    return order;
}

} // namespace halflens
