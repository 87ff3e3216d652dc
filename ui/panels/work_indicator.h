// SPDX-License-Identifier: BSD-3-Clause
// Progress with a cancel button, for whatever takes longer than a blink.
#pragma once

#include "core/engine/request.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QProgressBar;
class QToolButton;

namespace halflens {

/// Appears when work has lasted 100 ms; never flickers for less.
class WorkIndicator final : public QWidget {
    Q_OBJECT

public:
    explicit WorkIndicator(QWidget* parent = nullptr);
    void setBusy(bool busy);
    void setProgress(const Progress& progress);

Q_SIGNALS:
    void cancelRequested();

private:
    QLabel* m_text;
    QProgressBar* m_bar;
    QToolButton* m_cancel;
    QTimer m_delay;
};

} // namespace halflens
