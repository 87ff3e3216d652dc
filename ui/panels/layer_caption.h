// SPDX-License-Identifier: BSD-3-Clause
// The line above the picture: which question what lies over it answers, and how far the answer is.
#pragma once

#include "ui/state/layer_view.h"

#include <QWidget>

class QLabel;

namespace halflens {

class ElidedLabel;

struct LayerCaptionText {
    QString question;
    QString remark; ///< name of the layer, how far it is, what speaks against it
    QString help; ///< on the question
    bool isWarning = false;
};
/// Of what lies over the photo now.
LayerCaptionText captionText(const LayerView& layers);

/// Always there, so that the picture keeps its place.
class LayerCaption final : public QWidget {
    Q_OBJECT

public:
    explicit LayerCaption(const LayerView& layers, QWidget* parent = nullptr);

protected:
    void changeEvent(QEvent* event) override;

private:
    void refresh();

    const LayerView& m_layers;
    QLabel* m_question;
    ElidedLabel* m_remark;
};

} // namespace halflens
