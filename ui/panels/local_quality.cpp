// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/local_quality.h"

#include "ui/panels/card.h"
#include "ui/panels/help_point.h"
#include "ui/state/text.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include <array>

namespace halflens {

using namespace Qt::StringLiterals;

QString placeName(const TileGrid& grid, const PixelRect& rect)
{
    const std::array names{LocalQuality::tr("upper left"), LocalQuality::tr("top"),    LocalQuality::tr("upper right"),
                           LocalQuality::tr("left"),       LocalQuality::tr("middle"), LocalQuality::tr("right"),
                           LocalQuality::tr("lower left"), LocalQuality::tr("bottom"), LocalQuality::tr("lower right")};
    return names[static_cast<std::size_t>(ninthOf(grid, rect))];
}

LocalQuality::LocalQuality(Viewer& viewer, QWidget* parent)
    : QWidget(parent)
    , m_viewer(viewer)
    , m_tiles(new QPushButton(this))
    , m_tilesNote(mutedLabel(this))
    , m_regionRow(new QWidget(this))
    , m_region(new QLabel(m_regionRow))
{
    setObjectName(u"localQuality"_s);
    setHelpTopic(*this, HelpTopic::LocalQuality);
    setHelpTopic(*m_tiles, HelpTopic::Tiles);
    setHelpTopic(*m_tilesNote, HelpTopic::Tiles);
    setHelpTopic(*m_regionRow, HelpTopic::Rectangle);
    m_tiles->setObjectName(u"tileSummary"_s);
    m_tiles->setFlat(true);
    m_tiles->setCursor(Qt::PointingHandCursor);
    m_tiles->setStyleSheet(u"text-align: left; padding: 3px 6px"_s);
    m_tiles->setToolTip(tr("Windows of the model's input size over the photo's own pixels, half a window apart, each "
                           "scored by itself, nothing resized.\nClick: the worst one at 100 %."));
    m_tilesNote->setObjectName(u"tileNote"_s);
    m_tilesNote->setWordWrap(true);
    m_tilesNote->setContentsMargins(6, 0, 6, 0);
    m_region->setObjectName(u"regionSentence"_s);
    m_region->setTextFormat(Qt::PlainText);
    m_region->setWordWrap(true);
    m_region->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    const auto button = [this](const QString& text, const QString& name, const QString& help) {
        auto* result = new QToolButton(m_regionRow);
        result->setText(text);
        result->setObjectName(name);
        result->setToolTip(help);
        result->setAccessibleName(help);
        result->setAutoRaise(true);
        return result;
    };
    auto* copy = button(tr("Copy"), u"regionCopy"_s, tr("Copy this sentence"));
    auto* remove = button(u"×"_s, u"regionRemove"_s, tr("Remove the rectangle (Esc)"));
    connect(copy, &QToolButton::clicked, this,
            [this] { QApplication::clipboard()->setText(m_viewer.region.sentence()); });
    connect(remove, &QToolButton::clicked, this, [this] { m_viewer.region.clear(); });
    auto* row = new QHBoxLayout(m_regionRow);
    row->setContentsMargins(6, 0, 0, 0);
    row->setSpacing(2);
    row->addWidget(m_region, 1);
    row->addWidget(copy, 0, Qt::AlignTop);
    row->addWidget(remove, 0, Qt::AlignTop);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(m_tiles);
    layout->addWidget(m_tilesNote);
    layout->addWidget(m_regionRow);
    connect(m_tiles, &QPushButton::clicked, this, [this] {
        const auto map = m_viewer.maps.map(OverlayId::Tiles);
        if (map && map->source().tiles)
            Q_EMIT placeRequested(map->source().tiles->lowestAt);
    });
    connect(&viewer.maps, &MapService::changed, this, [this](OverlayId id) {
        if (id == OverlayId::Tiles)
            refreshTiles();
    });
    connect(&viewer.workspace.image(), &CurrentImage::changed, this, &LocalQuality::refreshTiles);
    connect(&viewer.workspace.image(), &CurrentImage::analysisChanged, this, &LocalQuality::refreshTiles);
    connect(&viewer.region, &RegionService::changed, this, &LocalQuality::refreshRegion);
    refreshTiles();
    refreshRegion();
}

void LocalQuality::refreshTiles()
{
    const auto map = m_viewer.maps.map(OverlayId::Tiles);
    const Analysis* analysis = m_viewer.workspace.image().analysis();
    const bool isWorking = m_viewer.maps.status(OverlayId::Tiles).state == WorkState::Working;
    const bool isKnown = map && map->source().tiles && analysis;
    m_tiles->setVisible(isKnown);
    m_tilesNote->setVisible(isKnown || isWorking);
    setVisible(isKnown || isWorking || m_viewer.region.rect());
    if (isKnown) {
        const Tiles& tiles = *map->source().tiles;
        const ScoreScale& scale = analysis->model.scale;
        m_tiles->setText(tr("whole %1 · sharpest tile %2 · worst %3, %4")
                             .arg(scoreText(analysis->prediction.score5), scoreText(scale.toFive(tiles.highest)),
                                  scoreText(scale.toFive(tiles.lowest)), placeName(tiles.grid, tiles.lowestAt)));
        m_tilesNote->setText(tr("%1 windows of %2×%3 at the photo's own pixels: local quality, not the score.")
                                 .arg(tiles.grid.count())
                                 .arg(tiles.grid.windowWidth)
                                 .arg(tiles.grid.windowHeight));
    } else if (isWorking) {
        m_tilesNote->setText(map && map->source().estimate
                                 ? tr("Looking at the photo's own pixels: %1")
                                       .arg(estimateText(OverlayId::Tiles, *map->source().estimate))
                                 : tr("Looking at the photo's own pixels"));
    }
}

void LocalQuality::refreshRegion()
{
    m_region->setText(m_viewer.region.sentence());
    m_regionRow->setVisible(m_viewer.region.rect().has_value());
    refreshTiles();
}

} // namespace halflens
