// SPDX-License-Identifier: BSD-3-Clause
// Provenance read back from files that claim to be figures, and the rewriting of PDF tables.
#include "core/figure/figure_metadata.h"
#include "core/figure/provenance.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace halflens;
    (void)readProvenance({data, size});
    (void)withPdfInfo(QByteArray(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size)), Provenance());
    return 0;
}
