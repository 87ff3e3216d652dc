// SPDX-License-Identifier: BSD-3-Clause
#include "core/measures/contrast_sensitivity.h"

#include <cmath>

namespace halflens {

namespace {

double mannosSakrison(double f)
{
    return 2.6 * (0.0192 + 0.114 * f) * std::exp(-std::pow(0.114 * f, 1.1));
}

double barten(double u)
{
    constexpr double Luminance = 100; // cd/m2
    constexpr double FieldSize = 10.24; // degrees
    const double u2 = u * u;
    const double optics = std::exp(-0.0016 * u2 * std::pow(1 + 100 / Luminance, 0.08));
    // At u = 0 the second bracket is infinite and the sensitivity 0; 1 / inf says just that.
    const double size = 1 + 144 / (FieldSize * FieldSize) + 0.64 * u2;
    const double noise = 63 / std::pow(Luminance, 0.83) - 1 / std::expm1(-0.02 * u2);
    return 5200 * optics / std::sqrt(size * noise);
}

} // namespace

std::string toString(ContrastSensitivity curve)
{
    return curve == ContrastSensitivity::MannosSakrison ? "mannos" : "barten";
}

Result<ContrastSensitivity> contrastSensitivityFromString(const std::string& word)
{
    for (const auto curve : {ContrastSensitivity::MannosSakrison, ContrastSensitivity::Barten}) {
        if (word == toString(curve))
            return curve;
    }
    return Error{ErrorCode::InvalidInput,
                 "options",
                 "unknown contrast sensitivity \"" + word + "\"",
                 "use mannos or barten",
                 {}};
}

double sensitivity(ContrastSensitivity curve, double cpd)
{
    return curve == ContrastSensitivity::MannosSakrison ? mannosSakrison(cpd) : barten(cpd);
}

SensitivityPeak sensitivityPeak(ContrastSensitivity curve)
{
    // Both curves have one maximum, between 0 and 50: golden section until it is as narrow as
    // the flat top allows.
    const double ratio = (std::sqrt(5.0) - 1) / 2;
    double low = 0;
    double high = 50;
    while (high - low > 1e-8) {
        const double left = high - ratio * (high - low);
        const double right = low + ratio * (high - low);
        if (sensitivity(curve, left) < sensitivity(curve, right))
            low = left;
        else
            high = right;
    }
    const double cpd = (low + high) / 2;
    return {cpd, sensitivity(curve, cpd)};
}

} // namespace halflens
