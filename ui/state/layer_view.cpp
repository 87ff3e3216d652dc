// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/layer_view.h"

#include "ui/state/text.h"

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

/// Enough to tell a hundredth of the range apart.
int decimalsFor(ValueRange range)
{
    const double span = range.high - range.low;
    return span > 0 ? std::clamp(static_cast<int>(std::ceil(2 - std::log10(span))), 0, 5) : 2;
}

ValueRange rangeOfBlocks(const BlockMeans& values)
{
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return {*low, *high};
}

ValueRange symmetric(ValueRange range)
{
    const double magnitude = std::max(std::abs(range.low), std::abs(range.high));
    return {-magnitude, magnitude};
}

/// "±0.013", with as many places as it takes to see it.
QString errorText(double error)
{
    return QString::number(error, 'f', error >= 0.0995 ? 2 : 3);
}

} // namespace

QString estimateText(OverlayId id, const MapEstimate& estimate)
{
    const QString samples = QString::number(estimate.samples);
    if (id == OverlayId::Tiles)
        return estimate.settled ? LayerView::tr("%1 windows").arg(samples)
                                : LayerView::tr("%1 of %2 windows").arg(samples).arg(estimate.most);
    if (id == OverlayId::Lime) {
        const QString text = LayerView::tr("%1 samples of %2 segments, R² %3")
                                 .arg(samples)
                                 .arg(estimate.segments)
                                 .arg(estimate.r2, 0, 'f', 2);
        return estimate.settled ? text : LayerView::tr("%1, being refined").arg(text);
    }
    if (estimate.samples == 0)
        return LayerView::tr("first look, no error known yet");
    const QString text =
        LayerView::tr("%1 orders, largest standard error %2 grades").arg(samples, errorText(estimate.standardError));
    return estimate.settled ? text : LayerView::tr("%1, being refined").arg(text);
}

QString estimateWarning(OverlayId id, const MapEstimate& estimate)
{
    if (id != OverlayId::Lime)
        return {};
    if (estimate.samples <= estimate.segments)
        return LayerView::tr("No more samples than segments: the coefficients are guesses");
    if (estimate.r2 < LowLimeR2)
        return LayerView::tr("R² is low: segments by themselves explain little of the score");
    return {};
}

QString LayerPicture::valueText(double value) const
{
    QString text = QString::number(value, 'f', decimals);
    if (text.startsWith(u'-'))
        text[0] = QChar(0x2212);
    return text;
}

LayerView::LayerView(Workspace& workspace, LayerStack& layers, MapService& maps, Comparison& comparison,
                     QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
    , m_layers(layers)
    , m_maps(maps)
    , m_comparison(comparison)
{
    connect(&layers, &LayerStack::lookChanged, this, &LayerView::changed);
    connect(&layers, &LayerStack::onChanged, this, &LayerView::changed);
    connect(&layers, &LayerStack::currentChanged, this, &LayerView::changed);
    connect(&maps, &MapService::changed, this, &LayerView::follow);
    connect(&comparison, &Comparison::changed, this, [this](int, Change what) { follow(OverlayId::Agreement, what); });
    connect(&comparison, &Comparison::modelsChanged, this, [this] { follow(OverlayId::Agreement, Change::Result); });
    connect(&workspace.image(), &CurrentImage::changed, this, &LayerView::changed);
    connect(&workspace.image(), &CurrentImage::analysisChanged, this, &LayerView::changed);
}

void LayerView::follow(OverlayId id, Change what)
{
    if (what == Change::Result && (m_layers.look(id).visible || m_layers.current() == id))
        Q_EMIT changed();
}

std::optional<BlockMeans> LayerView::blockValues(OverlayId id) const
{
    if (id == OverlayId::Agreement) {
        const Agreement agreement = m_comparison.agreement();
        if (agreement.models == 0)
            return std::nullopt;
        BlockMeans values{};
        std::copy(agreement.counts.begin(), agreement.counts.end(), values.begin());
        return values;
    }
    const Document* document = m_workspace.current();
    if (!document || !document->analysis() || !document->analysis()->report)
        return std::nullopt;
    const BlockReport& report = *document->analysis()->report;
    if (id == OverlayId::Importance)
        return report.importance.dmos;
    if (id == OverlayId::Shapley)
        return report.shapley.values;
    BlockMeans values{};
    for (int block = 0; block < BlockCount; ++block)
        values[static_cast<std::size_t>(block)] = report.important.contains({block}) ? 1 : 0;
    return values;
}

std::optional<LayerPicture> LayerView::picture(OverlayId id) const
{
    const LayerLook& look = m_layers.look(id);
    LayerPicture picture;
    picture.id = id;
    picture.colors = look.colors;
    picture.opacity = look.opacityPercent / 100.0;
    if (isMapLayer(id)) {
        picture.map = m_maps.map(id);
        if (!picture.map)
            return std::nullopt;
        const ImageMap& map = picture.map->source();
        picture.unit = toQt(map.unit);
        picture.range = {static_cast<double>(map.range.low), static_cast<double>(map.range.high)};
        if (look.blockMeans && map.blockMeans) {
            picture.blocks = map.blockMeans;
            picture.range = rangeOfBlocks(*map.blockMeans);
        }
    } else {
        picture.blocks = blockValues(id);
        if (!picture.blocks)
            return std::nullopt;
        picture.range = rangeOfBlocks(*picture.blocks);
        if (id == OverlayId::Importance) // how large beside the others starts at nothing
            picture.range.low = std::min(0.0, picture.range.low);
        if (id == OverlayId::Halves) {
            picture.outline = look.outline;
            picture.isCloseCall = m_workspace.current()->analysis()->report->margin.isClose();
        }
        if (id == OverlayId::Agreement)
            picture.range = {0, static_cast<double>(m_comparison.agreement().models)};
        picture.unit = id == OverlayId::Agreement ? tr("models")
            : id == OverlayId::Halves             ? QString()
                                                  : tr("score change");
    }
    if (isSignedLayer(id))
        picture.range = symmetric(picture.range);
    if (look.fixedRange)
        picture.range = look.range;
    const bool isCount = id == OverlayId::Agreement || id == OverlayId::Halves;
    picture.decimals = isCount ? 0 : decimalsFor(picture.range);
    return picture;
}

std::optional<LayerPicture> LayerView::legend() const
{
    return topPicture();
}

/// The current layer's where it is visible and has values, else the topmost that has; outlines come last.
std::optional<LayerPicture> LayerView::topPicture() const
{
    if (m_layers.look(m_layers.current()).visible) {
        if (auto current = picture(m_layers.current()))
            return current;
    }
    std::optional<LayerPicture> outline;
    for (int id = 0; id < LayerCount; ++id) {
        if (!m_layers.look(static_cast<OverlayId>(id)).visible)
            continue;
        if (auto shown = picture(static_cast<OverlayId>(id))) {
            if (!shown->outline)
                return shown;
            outline = std::move(shown);
        }
    }
    return outline;
}

std::optional<BlockMeans> LayerView::ranking(OverlayId id) const
{
    if (!isMapLayer(id))
        return blockValues(id);
    const auto map = m_maps.map(id);
    return map ? map->source().blockMeans : std::nullopt;
}

std::vector<LayerPicture> LayerView::pictures() const
{
    std::vector<LayerPicture> pictures;
    for (const OverlayId id : m_layers.shown()) {
        if (auto shown = picture(id))
            pictures.push_back(*std::move(shown));
    }
    return pictures;
}

std::optional<LayerPicture> LayerView::readPicture() const
{
    return m_layers.isOn() ? topPicture() : std::nullopt;
}

QString LayerView::readout(QPoint pixel) const
{
    const auto shown = readPicture();
    const Document* document = m_workspace.current();
    if (!shown || !document || !document->loaded())
        return {};
    const Image& image = *document->loaded()->image;
    if (pixel.x() < 0 || pixel.y() < 0 || pixel.x() >= image.width || pixel.y() >= image.height)
        return {};
    const auto block = static_cast<std::size_t>(blockAt(pixel.y(), pixel.x(), image.height, image.width).value);
    const QString name = layerName(shown->id);
    if (!shown->map) {
        if (shown->id == OverlayId::Halves)
            return (*shown->blocks)[block] > 0 ? tr("important half") : tr("trivial half");
        return tr("%1 %2").arg(name, shown->valueText((*shown->blocks)[block]));
    }
    const ImageMap& map = shown->map->source();
    if (map.imageHash != image.contentHash || map.map.isEmpty())
        return {};
    // Coarse maps have a value for many pixels.
    const auto placeIn = [](int position, int length, int whole) {
        return static_cast<int>(static_cast<std::int64_t>(position) * length / whole);
    };
    const int y = placeIn(pixel.y(), map.map.height, image.height);
    const int x = placeIn(pixel.x(), map.map.width, image.width);
    const std::size_t at =
        static_cast<std::size_t>(y) * static_cast<std::size_t>(map.map.width) + static_cast<std::size_t>(x);
    if (!map.weak.empty() && map.weak[at] != 0 && shown->id == OverlayId::Tiles)
        return tr("%1 not looked at yet").arg(name);
    QString value = tr("%1 %2").arg(name, shown->valueText(static_cast<double>(map.map.at(y, x))));
    if (!map.weak.empty() && map.weak[at] != 0)
        value = tr("%1 (not told from 0)").arg(value);
    return map.blockMeans ? tr("%1, block mean %2").arg(value, shown->valueText((*map.blockMeans)[block])) : value;
}

QString LayerView::remark() const
{
    const auto shown = readPicture();
    QStringList parts;
    if (shown && shown->map && shown->map->source().estimate)
        parts << estimateText(shown->id, *shown->map->source().estimate);
    const bool isHalves = shown && shown->id == OverlayId::Halves;
    const auto halves = shown && m_layers.look(OverlayId::Halves).visible ? picture(OverlayId::Halves) : std::nullopt;
    if (halves && halves->isCloseCall) {
        const HalfMargin& margin = m_workspace.current()->analysis()->report->margin;
        parts << (isHalves ? tr("close call, blocks %1 and %2 differ by %3 %")
                           : tr("halves a close call, blocks %1 and %2 differ by %3 %"))
                     .arg(margin.sixth)
                     .arg(margin.seventh)
                     .arg(100 * margin.share, 0, 'f', 1);
    } else if (isHalves) {
        parts << tr("orange the important half, blue the trivial half");
    }
    return parts.join(QStringLiteral(" · "));
}

QString LayerView::warning() const
{
    const auto shown = readPicture();
    return shown && shown->map && shown->map->source().estimate
        ? estimateWarning(shown->id, *shown->map->source().estimate)
        : QString();
}

std::optional<std::array<QString, BlockCount>> LayerView::blockTexts() const
{
    const auto shown = readPicture();
    if (!shown || !shown->blocks || shown->id == OverlayId::Halves)
        return std::nullopt;
    std::array<QString, BlockCount> texts;
    for (std::size_t block = 0; block < texts.size(); ++block)
        texts[block] = shown->valueText((*shown->blocks)[block]);
    return texts;
}

} // namespace halflens
