// SPDX-License-Identifier: BSD-3-Clause
// The cells of `halflens panel --figure LAYOUT.json`.
#pragma once

#include "app/model_options.h"
#include "core/analysis/paper_figures.h"

namespace halflens {

/// What a free layout is filled from.
struct LayoutSubject {
    std::vector<std::string> files; ///< cells name them by number, from 0
    std::filesystem::path layout;
    FigureRequest request; ///< model, halves and LIME of cells that name none of their own
    std::string title; ///< in place of the layout's where it is given
    std::string caption;
    DecodeOptions decode; ///< --page and --partial
};

/// Reads the layout and makes every cell, each image read once. Errors of layout, images and models; Cancelled.
Result<ComposedFigure> freeLayout(const LayoutSubject& subject, ModelLoader& loader, const JobContext& context);

/// A file's name without its folder, as figures show it.
std::string baseName(const std::string& file);

} // namespace halflens
