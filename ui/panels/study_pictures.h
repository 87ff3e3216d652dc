// SPDX-License-Identifier: BSD-3-Clause
// Small pictures for the rows of a study: made when a row is looked at, and dropped when it was not for long.
#pragma once

#include "ui/state/workspace.h"

#include <QCache>
#include <QImage>
#include <QObject>
#include <QSet>

#include <cstddef>
#include <deque>

namespace halflens {

/// GUI thread; files are read on the engine. Photos are known by their index in the study.
class StudyPictures final : public QObject {
    Q_OBJECT

public:
    static constexpr int Width = 64; ///< logical pixels; twice as many real ones
    static constexpr int Height = 36;
    static constexpr int Most = 400; ///< kept, about 15 MB
    static constexpr std::size_t MostPending = 32; ///< the oldest wishes of a long scroll are dropped

    /// The workspace outlives this.
    explicit StudyPictures(Workspace& workspace, QObject* parent = nullptr);
    ~StudyPictures() override;

    /// Empty paper of the same size until it is there, arrived() follows; a file that cannot be read stays empty.
    QImage picture(std::size_t photo, const QString& file);
    /// The picture in the middle of empty paper, all of one size, so that the names beside them stand in line.
    static QImage onPaper(const QImage& picture);
    void forget(); ///< all of them
    int count() const { return static_cast<int>(m_pictures.count()); }

Q_SIGNALS:
    void arrived(std::size_t photo);

private:
    void ask(std::size_t photo, const QString& file);
    void take(std::size_t photo, const Outcome& outcome);

    Workspace& m_workspace;
    QCache<std::size_t, QImage> m_pictures;
    std::deque<std::size_t> m_pending;
    QSet<std::size_t> m_without; ///< photos that cannot be read
};

} // namespace halflens
