// SPDX-License-Identifier: BSD-3-Clause
#include "core/base/cholesky.h"

#include <cmath>

namespace halflens {

bool choleskyFactor(std::span<double> a, std::size_t n)
{
    for (std::size_t i = 0; i < n; ++i) {
        double* row = a.data() + i * n;
        for (std::size_t j = 0; j <= i; ++j) {
            const double* other = a.data() + j * n;
            double sum = row[j];
            for (std::size_t k = 0; k < j; ++k)
                sum -= row[k] * other[k];
            if (i != j)
                row[j] = sum / other[j];
            else if (sum > 0)
                row[i] = std::sqrt(sum);
            else
                return false;
        }
    }
    return true;
}

void choleskyForward(std::span<const double> l, std::size_t n, std::span<double> x)
{
    for (std::size_t i = 0; i < n; ++i) {
        const double* row = l.data() + i * n;
        double value = x[i];
        for (std::size_t k = 0; k < i; ++k)
            value -= row[k] * x[k];
        x[i] = value / row[i];
    }
}

void choleskyBackward(std::span<const double> l, std::size_t n, std::span<double> x)
{
    for (std::size_t i = n; i-- > 0;) {
        const double* row = l.data() + i * n; // by rows: columns of a row-major matrix lie far apart
        x[i] /= row[i];
        for (std::size_t k = 0; k < i; ++k)
            x[k] -= row[k] * x[i];
    }
}

} // namespace halflens
