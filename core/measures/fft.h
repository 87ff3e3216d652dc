// SPDX-License-Identifier: BSD-3-Clause
// FFTW behind one door: plans are made under one lock, kept by size and shared.
//
// Plans are chosen by FFTW's cost model (FFTW_ESTIMATE), never by timing trial runs: two runs of
// the same program must give the same bytes, and a timed choice may differ from run to run. The
// callers transform contiguous rows, where the estimated plans are as fast as measured ones.
#pragma once

#include <complex>
#include <cstddef>
#include <memory>
#include <vector>

namespace halflens {

using Complex = std::complex<double>;

void* fftAllocate(std::size_t bytes); ///< aligned for SIMD; throws std::bad_alloc
void fftFree(void* memory) noexcept;

/// Allocates with the alignment plans rely on, and leaves new elements unset.
template<class T> struct FftAllocator {
    using value_type = T;
    FftAllocator() = default;
    template<class U> FftAllocator(const FftAllocator<U>&) { } // NOLINT(google-explicit-constructor)
    T* allocate(std::size_t count)
    {
        if (count > static_cast<std::size_t>(-1) / 2 / sizeof(T))
            throw std::bad_array_new_length();
        return static_cast<T*>(fftAllocate(count * sizeof(T)));
    }
    void deallocate(T* memory, std::size_t) noexcept { fftFree(memory); }
    template<class U> void construct(U*) { }
    template<class U, class... Arguments> void construct(U* place, Arguments&&... arguments)
    {
        ::new (static_cast<void*>(place)) U(std::forward<Arguments>(arguments)...);
    }
    bool operator==(const FftAllocator&) const = default;
};

using ComplexBuffer = std::vector<Complex, FftAllocator<Complex>>;
using RealBuffer = std::vector<double, FftAllocator<double>>;

enum class FftDirection { Forward, Backward }; ///< exponent -i or +i; neither is scaled

/// A complex transform of fixed size. execute() may run in any number of threads at once.
class FftPlan {
public:
    /// out[k] = sum_n in[n] exp(-+ 2 pi i k n / N); `in` and `out` differ, come from ComplexBuffer,
    /// at any element. `in` may be overwritten.
    void execute(Complex* in, Complex* out) const;

private:
    friend struct FftPlanMaker;
    std::shared_ptr<void> m_plan;
};

/// A real-to-complex transform of height x width reals to height x (width / 2 + 1) values.
class RealFftPlan {
public:
    /// `in` is overwritten. Any thread.
    void execute(double* in, Complex* out) const;

private:
    friend struct FftPlanMaker;
    std::shared_ptr<void> m_plan;
};

/// Plans for this size, made on first use. Sizes >= 1. Any thread. Throws std::runtime_error when
/// FFTW has no plan.
FftPlan fftPlan(int length, FftDirection direction);
FftPlan fftPlan2d(int height, int width, FftDirection direction);
RealFftPlan realFftPlan2d(int height, int width);

} // namespace halflens
