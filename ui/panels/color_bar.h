// SPDX-License-Identifier: BSD-3-Clause
// The colour bar beside the image: what the colours of the current layer mean.
#pragma once

#include "ui/state/layer_view.h"

#include <QWidget>

#include <optional>

namespace halflens {

/// Takes no room while nothing with values is shown.
class ColorBarView final : public QWidget {
    Q_OBJECT

public:
    explicit ColorBarView(const LayerView& layers, QWidget* parent = nullptr);
    const std::optional<LayerPicture>& picture() const { return m_picture; }
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void refresh();

    const LayerView& m_layers;
    std::optional<LayerPicture> m_picture;
};

} // namespace halflens
