// SPDX-License-Identifier: BSD-3-Clause
// Pair interactions beside the picture: the table, the chosen pair in words, and how much pairs matter at all.
#pragma once

#include "ui/state/current_image.h"

#include <QDialog>

namespace halflens {

/// Not modal: the picture shows the pair that is pointed at.
class InteractionsDialog final : public QDialog {
    Q_OBJECT

public:
    explicit InteractionsDialog(CurrentImage& image, QWidget* parent = nullptr);

Q_SIGNALS:
    void pairShown(halflens::BlockMask pair); ///< to be marked on the picture; empty: none

protected:
    void hideEvent(QHideEvent* event) override;
};

} // namespace halflens
