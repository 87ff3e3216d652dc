// SPDX-License-Identifier: BSD-3-Clause
// Scores of table rows.
#include "core/masking/mask_table.h"

namespace halflens {

double MaskTable::score(BlockMask mask) const
{
    return scoreOf(row(mask));
}

} // namespace halflens
