// SPDX-License-Identifier: BSD-3-Clause
#include "core/measures/fft.h"

#include <fftw3.h>

#include <array>
#include <map>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>

namespace halflens {

namespace {

static_assert(sizeof(Complex) == sizeof(fftw_complex));

enum class Kind { Complex1d, Complex2d, Real2d };
using PlanKey = std::array<int, 4>; ///< kind, height, width, sign

/// FFTW's planner is not safe for threads; executing plans is.
std::mutex& plannerMutex()
{
    static std::mutex mutex;
    return mutex;
}

fftw_complex* native(Complex* values)
{
    return reinterpret_cast<fftw_complex*>(values);
}

fftw_plan makePlan(const PlanKey& key)
{
    const auto [kind, height, width, sign] = key;
    // The estimating planner looks at the alignment of the arrays only, never at their content.
    const std::size_t count = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
    ComplexBuffer out(count);
    constexpr unsigned Flags = FFTW_ESTIMATE | FFTW_DESTROY_INPUT;
    switch (static_cast<Kind>(kind)) {
    case Kind::Complex1d: {
        ComplexBuffer in(count);
        return fftw_plan_dft_1d(width, native(in.data()), native(out.data()), sign, Flags);
    }
    case Kind::Complex2d: {
        ComplexBuffer in(count);
        return fftw_plan_dft_2d(height, width, native(in.data()), native(out.data()), sign, Flags);
    }
    case Kind::Real2d: {
        RealBuffer in(count);
        ComplexBuffer half(static_cast<std::size_t>(height) * (static_cast<std::size_t>(width) / 2 + 1));
        return fftw_plan_dft_r2c_2d(height, width, in.data(), native(half.data()), Flags);
    }
    }
    return nullptr;
}

std::shared_ptr<void> sharedPlan(const PlanKey& key)
{
    // Never destroyed: plans may still be in use by threads when static objects go.
    static auto& plans = *new std::map<PlanKey, std::shared_ptr<void>>;
    const std::scoped_lock lock(plannerMutex());
    std::shared_ptr<void>& plan = plans[key];
    if (!plan) {
        fftw_plan made = makePlan(key);
        if (!made)
            throw std::runtime_error("FFTW has no plan for a transform of " + std::to_string(key[1]) + " x "
                                     + std::to_string(key[2]));
        plan = std::shared_ptr<void>(made, [](void* old) {
            const std::scoped_lock destroyLock(plannerMutex());
            fftw_destroy_plan(static_cast<fftw_plan>(old));
        });
    }
    return plan;
}

int signOf(FftDirection direction)
{
    return direction == FftDirection::Forward ? FFTW_FORWARD : FFTW_BACKWARD;
}

} // namespace

struct FftPlanMaker {
    template<class Plan> static Plan make(Kind kind, int height, int width, int sign)
    {
        Plan plan;
        plan.m_plan = sharedPlan({static_cast<int>(kind), height, width, sign});
        return plan;
    }
};

void* fftAllocate(std::size_t bytes)
{
    void* memory = fftw_malloc(bytes == 0 ? 1 : bytes);
    if (!memory)
        throw std::bad_alloc();
    return memory;
}

void fftFree(void* memory) noexcept
{
    fftw_free(memory);
}

void FftPlan::execute(Complex* in, Complex* out) const
{
    fftw_execute_dft(static_cast<fftw_plan>(m_plan.get()), native(in), native(out));
}

void RealFftPlan::execute(double* in, Complex* out) const
{
    fftw_execute_dft_r2c(static_cast<fftw_plan>(m_plan.get()), in, native(out));
}

FftPlan fftPlan(int length, FftDirection direction)
{
    return FftPlanMaker::make<FftPlan>(Kind::Complex1d, 1, length, signOf(direction));
}

FftPlan fftPlan2d(int height, int width, FftDirection direction)
{
    return FftPlanMaker::make<FftPlan>(Kind::Complex2d, height, width, signOf(direction));
}

RealFftPlan realFftPlan2d(int height, int width)
{
    return FftPlanMaker::make<RealFftPlan>(Kind::Real2d, height, width, 0);
}

} // namespace halflens
