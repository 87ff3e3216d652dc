// SPDX-License-Identifier: BSD-3-Clause
// Zoom and position of the picture, shared by whatever shows it.
#pragma once

#include "ui/state/view_transform.h"

#include <QObject>

namespace halflens {

/// GUI thread. Survives a change of the image.
class SharedView final : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    const ViewTransform& transform() const { return m_transform; }
    void set(const ViewTransform& transform)
    {
        if (transform == m_transform)
            return;
        m_transform = transform;
        Q_EMIT changed();
    }

Q_SIGNALS:
    void changed();

private:
    ViewTransform m_transform;
};

} // namespace halflens
