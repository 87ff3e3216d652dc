// SPDX-License-Identifier: BSD-3-Clause
// The image restricted to one ring of its spectrum after the other (spec measures 2.3, steps 2-5).
#pragma once

#include "core/measures/fft.h"
#include "core/measures/field.h"
#include "core/measures/frequency_bands.h"

#include <array>
#include <functional>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

namespace halflens {

enum class Extension {
    None, ///< the image is taken as periodic
    Mirror ///< half-sample mirroring to 2H x 2W: no artificial edges
};

/// One axis of the transform. Half-sample mirroring makes the spectrum of the doubled signal that
/// of a cosine transform of the signal itself, which one complex FFT of the *single* length
/// computes after a fixed reordering (evens ascending, then odds descending). Being linear, it
/// carries two real signals at once, as real and imaginary part.
class BandAxis {
public:
    BandAxis(int length, Extension extension);

    int length() const { return m_length; }
    /// Cycles per pixel between neighbouring spectrum indices.
    double step() const { return m_extension == Extension::Mirror ? 0.5 / m_length : 1.0 / m_length; }
    /// Spectrum indices with different non-negative frequencies: 0 .. distinct() - 1.
    int distinct() const { return m_extension == Extension::Mirror ? m_length : m_length / 2 + 1; }
    /// Frequency index of spectrum index k, 0 .. distinct() - 1.
    int folded(int k) const { return m_extension == Extension::Mirror ? k : std::min(k, m_length - k); }
    /// Where the transform keeps sample `position`.
    int stored(int position) const;
    /// The stored ranges [first, last) of samples from .. to - 1; the second may be empty.
    std::array<std::pair<int, int>, 2> storedRanges(int from, int to) const;

    /// Unscaled: samples in stored order to spectrum. Both arrays hold length() values and are overwritten.
    void forward(Complex* samples, Complex* spectrum) const;
    /// Unscaled: spectrum to samples in stored order, length() times the signal.
    void backward(Complex* spectrum, Complex* samples) const;

private:
    int m_length;
    Extension m_extension;
    FftPlan m_forward;
    FftPlan m_backward;
    std::vector<std::pair<double, double>> m_twiddles; ///< cosine and sine of pi k / 2N; empty without mirroring
};

/// The spectrum of an image and its way back, band by band. Const calls: any thread.
class BandTransform {
public:
    /// Whether the mean of the image is in no band, or in the lowest one.
    enum class Mean { NoBand, LowestBand };
    /// `image`: zero mean where that is in no band, at least 1 x 1. Uses threadCount() threads. May throw
    /// std::bad_alloc.
    BandTransform(const Field& image, Extension extension, double pixelsPerDegree, Mean mean = Mean::NoBand);

    /// Column x of the two bands `band` (real part) and `band + 1` (imaginary part); values are in
    /// the stored order of rows(). Called once for every column, from several threads at once.
    using ColumnSink = std::function<void(int x, std::span<const Complex> values)>;
    /// `band` even. Returns false when `stop` ended it early.
    bool bandPair(int band, const ColumnSink& sink, std::stop_token stop = {}) const;

    const BandAxis& rows() const { return m_rows; }

private:
    void transformMirrored(const Field& image);
    void transformPeriodic(const Field& image);
    void fillSpectrumRow(int ky, int band, std::span<Complex> row) const;

    Extension m_extension;
    BandAxis m_rows; ///< along y
    BandAxis m_columns; ///< along x
    std::vector<BandStarts> m_starts; ///< per folded row
    std::vector<int> m_imageColumn; ///< stored column to x
    RealBuffer m_cosines; ///< Mirror: H x W
    ComplexBuffer m_half; ///< None: H x (W / 2 + 1)
};

} // namespace halflens
