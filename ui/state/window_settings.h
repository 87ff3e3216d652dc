// SPDX-License-Identifier: BSD-3-Clause
// Keys of settings that dialogs and tools of the window keep, beside those of settings.h.
#pragma once

#include <QString>

namespace halflens::setting {
inline const QString FigureOptions =
    QStringLiteral("figure/options"); ///< JSON, see form_state.h: what the export dialog had
inline const QString ScorePhotos = QStringLiteral("analysis/scorePhotos"); ///< all of the list, in the background
inline const QString PhotoColumns = QStringLiteral("photos/columns"); ///< words of the columns shown, see PhotoColumns
inline const QString FigureFolder = QStringLiteral("figure/folder");
} // namespace halflens::setting
