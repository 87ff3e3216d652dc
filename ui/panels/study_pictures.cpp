// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/study_pictures.h"

#include "ui/state/image_jobs.h"
#include "ui/state/text.h"

#include <QPainter>

#include <algorithm>

namespace halflens {

namespace {

constexpr int Density = 2; ///< real pixels to a logical one: sharp on dense screens

Slot slotOf(std::size_t photo)
{
    return {0, Stage::Thumbnail, static_cast<int>(photo)};
}

QImage paper()
{
    QImage image(StudyPictures::Width * Density, StudyPictures::Height * Density, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    return image;
}

} // namespace

StudyPictures::StudyPictures(Workspace& workspace, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
    , m_pictures(Most)
{ }

StudyPictures::~StudyPictures()
{
    forget();
}

QImage StudyPictures::onPaper(const QImage& picture)
{
    QImage image = paper();
    if (!picture.isNull()) {
        const QImage small = picture.scaled(image.size(), Qt::KeepAspectRatio, Qt::SmoothTransformation);
        QPainter(&image).drawImage((image.width() - small.width()) / 2, (image.height() - small.height()) / 2, small);
    }
    image.setDevicePixelRatio(Density);
    return image;
}

QImage StudyPictures::picture(std::size_t photo, const QString& file)
{
    if (const QImage* known = m_pictures.object(photo))
        return *known;
    ask(photo, file);
    return onPaper({});
}

void StudyPictures::ask(std::size_t photo, const QString& file)
{
    if (m_without.contains(photo) || std::find(m_pending.begin(), m_pending.end(), photo) != m_pending.end())
        return;
    if (file.isEmpty()) {
        m_without.insert(photo);
        return;
    }
    m_pending.push_back(photo);
    if (m_pending.size() > MostPending) {
        m_workspace.engine().cancel(slotOf(m_pending.front()));
        m_pending.pop_front();
    }
    m_workspace.engine().submit({slotOf(photo),
                                 Lane::Prefetch,
                                 {},
                                 [path = toPath(file), key = fileKey(file),
                                  &cache = m_workspace.cache()](const JobContext& context) -> Outcome {
                                     const Outcome large = thumbnailJob(path, key, nullptr, cache, context);
                                     if (!large)
                                         return large;
                                     return Artifact(std::make_shared<const QImage>(onPaper(*large->as<QImage>())));
                                 }},
                                {[this, photo](const Outcome& outcome) { take(photo, outcome); }, {}});
}

void StudyPictures::take(std::size_t photo, const Outcome& outcome)
{
    std::erase(m_pending, photo);
    if (!outcome) {
        m_without.insert(photo); // why is told when it is opened
        return;
    }
    m_pictures.insert(photo, new QImage(*outcome->as<QImage>()));
    Q_EMIT arrived(photo);
}

void StudyPictures::forget()
{
    for (const std::size_t photo : m_pending)
        m_workspace.engine().cancel(slotOf(photo));
    m_pending.clear();
    m_pictures.clear();
    m_without.clear();
}

} // namespace halflens
