// SPDX-License-Identifier: BSD-3-Clause
// What the middle of the window shows while no image is open.
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace halflens {

class EmptyState final : public QWidget {
    Q_OBJECT

public:
    explicit EmptyState(QWidget* parent = nullptr);
    void setSampleAvailable(bool available);
    void setRecentFiles(const QStringList& paths);
    void setDropHighlight(bool highlight); ///< something droppable hovers over the window

Q_SIGNALS:
    void openRequested();
    void sampleRequested();
    void recentRequested(const QString& path);

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void updateIcon();

    QLabel* m_icon;
    QPushButton* m_open;
    QPushButton* m_sample;
    QWidget* m_recent;
    QVBoxLayout* m_recentLayout;
    bool m_highlight = false;
};

} // namespace halflens
