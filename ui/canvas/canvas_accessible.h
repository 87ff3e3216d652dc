// SPDX-License-Identifier: BSD-3-Clause
// The canvas for screen readers: twelve check boxes on a picture.
#pragma once

namespace halflens {

/// Makes every CanvasView accessible block by block. Call once, before the first is made.
void installCanvasAccessibility();

} // namespace halflens
