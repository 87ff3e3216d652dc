// SPDX-License-Identifier: BSD-3-Clause
// Something to know or to decide above the canvas, without stopping anybody.
#pragma once

#include <QFrame>

#include <functional>

class QHBoxLayout;
class QLabel;
class QPushButton;
class QToolButton;

namespace halflens {

class NoticeBar final : public QFrame {
    Q_OBJECT

public:
    explicit NoticeBar(QWidget* parent = nullptr);

    /// Replaces what is shown. Without choices only the cross is there; `dismissed` runs on it.
    void showNotice(const QString& text, std::function<void()> dismissed = {});
    /// A button of the notice shown; a click hides the bar first.
    QPushButton* addChoice(const QString& text, const QString& objectName, std::function<void()> chosen);
    QString text() const;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void updateIcon();

    QLabel* m_text;
    QHBoxLayout* m_choices;
    QToolButton* m_close;
    std::function<void()> m_dismissed;
};

} // namespace halflens
