// SPDX-License-Identifier: BSD-3-Clause
// Says what went wrong above the canvas, without stopping anybody.
#pragma once

#include "core/base/result.h"

#include <QFrame>
#include <QStringList>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QToolButton;

namespace halflens {

class ElidedLabel;

/// Reason and remedy, a sentence each.
QString sentences(const Error& error);

/// Shows the newest error; earlier ones that were not dismissed open at a click. Hidden while there is none.
class ErrorBar final : public QFrame {
    Q_OBJECT

public:
    explicit ErrorBar(QWidget* parent = nullptr);
    void showError(const Error& error);
    void dismiss();
    QString headline() const;
    QString details() const;

Q_SIGNALS:
    /// What there is of an incomplete file shall be opened.
    void partialRequested(const QString& path);

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void updateIcons();

    QLabel* m_icon;
    ElidedLabel* m_headline;
    QLabel* m_details;
    QPushButton* m_partial; ///< where there is a part that can be opened
    QToolButton* m_more; ///< opens and closes the earlier ones
    QPlainTextEdit* m_earlier;
    QToolButton* m_close;
    QString m_path; ///< of the newest error
    QStringList m_lines; ///< a line each, the newest last; the last MostLines of them
    int m_count = 0;
};

} // namespace halflens
