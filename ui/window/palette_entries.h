// SPDX-License-Identifier: BSD-3-Clause
// Everything the command palette finds, with what choosing it does.
#pragma once

#include "ui/dialogs/command_palette.h"
#include "ui/state/viewer.h"

class QAction;

namespace halflens {

struct PaletteTargets {
    QList<QAction*> commands; ///< those that are enabled are listed
    std::function<void(const QString& key)> openSetting;
    std::function<void(const QString& address)> openHelp; ///< "viewer.md#keys"
};

/// Commands first; photos as the strip lists them. `viewer` outlives the entries.
std::vector<PaletteEntry> paletteEntries(Viewer& viewer, const PaletteTargets& targets);

} // namespace halflens
