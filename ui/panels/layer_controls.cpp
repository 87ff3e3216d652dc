// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/layer_controls.h"

#include "ui/panels/card.h"
#include "ui/panels/color_swatch.h"
#include "ui/panels/help_point.h"
#include "ui/panels/orders_bar.h"
#include "ui/state/text.h"
#include "ui/state/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QVBoxLayout>

#include <cmath>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr double LargestEnd = 1e6;

QWidget* rowOf(QWidget* parent, const QList<QWidget*>& widgets)
{
    auto* row = new QWidget(parent);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    for (QWidget* widget : widgets)
        layout->addWidget(widget, 1);
    return row;
}

void choose(QComboBox* box, int value)
{
    box->setCurrentIndex(box->findData(value));
}

} // namespace

QString matchText(int matches, const QString& judge)
{
    const auto distribution = chanceMatchDistribution();
    double reached = 0;
    for (int n = matches; n <= HalfSize; ++n)
        reached += distribution[static_cast<std::size_t>(n)];
    return LayerControls::tr(
               "%1 of 6 important blocks of %3 lie in its upper half. Chance: 3 of 6; %2 % of random halves reach %1.")
        .arg(matches)
        .arg(100 * reached, 0, 'f', reached > 0.1 ? 0 : 1)
        .arg(judge);
}

LayerControls::LayerControls(Viewer& viewer, QWidget* parent)
    : QWidget(parent)
    , m_workspace(viewer.workspace)
    , m_layers(viewer.layers)
    , m_maps(viewer.maps)
    , m_judge(viewer.judge)
    , m_view(viewer.layerView)
    , m_form(new QFormLayout)
    , m_title(new ElidedLabel(this, Qt::ElideRight))
    , m_about(mutedLabel(this))
{
    // Rows of wrapped text stand outside the form: Qt 6.4 loses the heights of a form's rows beside such ones.
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(10, 8, 10, 8);
    column->setSpacing(5);
    m_form->setContentsMargins(0, 0, 0, 0);
    m_form->setVerticalSpacing(5);
    m_form->setHorizontalSpacing(8);
    m_form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_title->setFont(scaledFont(*this, 1.05, true));
    m_title->setObjectName(u"layerTitle"_s);
    m_about->setObjectName(u"layerAbout"_s);
    m_about->setWordWrap(true);
    column->addWidget(m_title);
    column->addWidget(m_about);
    makeState(*column);
    column->addLayout(m_form);
    makeLook(*m_form);
    makeParameters(*m_form);
    makeBlocks(*column);
    column->addStretch();
    connect(&m_layers, &LayerStack::currentChanged, this, &LayerControls::refresh);
    connect(&m_layers, &LayerStack::parametersChanged, this, &LayerControls::refreshParameters);
    connect(&m_maps, &MapService::changed, this, [this](OverlayId id) {
        if (id == m_layers.current())
            refreshState();
    });
    connect(&m_judge, &Judge::changed, this, &LayerControls::refreshBlocks);
    connect(&m_view, &LayerView::changed, this, [this] {
        refreshLook();
        refreshBlocks();
    });
    refresh();
}

/// A scroll area asks for a height without a width, which is too little for wrapped text: rows would overlap.
void LayerControls::fitHeight()
{
    setMinimumHeight(layout()->totalHeightForWidth(width()));
}

bool LayerControls::event(QEvent* event)
{
    const bool done = QWidget::event(event);
    if (event->type() == QEvent::LayoutRequest)
        fitHeight();
    return done;
}

void LayerControls::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fitHeight();
}

void LayerControls::makeState(QVBoxLayout& column)
{
    m_progress = new QProgressBar(this);
    m_progress->setObjectName(u"layerProgress"_s);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(8);
    auto* cancel = new QPushButton(tr("Cancel"), this);
    cancel->setObjectName(u"layerCancel"_s);
    connect(cancel, &QPushButton::clicked, this, [this] { m_maps.cancelWork(); });
    m_work = rowOf(this, {m_progress, cancel});
    static_cast<QHBoxLayout*>(m_work->layout())->setStretch(1, 0);
    m_problemText = new QLabel(this);
    m_problemText->setObjectName(u"layerProblem"_s);
    m_problemText->setWordWrap(true);
    m_problemText->setTextFormat(Qt::PlainText);
    m_again = new QPushButton(tr("Try again"), this);
    m_again->setObjectName(u"layerAgain"_s);
    connect(m_again, &QPushButton::clicked, this, [this] { m_maps.request(m_layers.current()); });
    m_problem = rowOf(this, {m_problemText, m_again});
    static_cast<QHBoxLayout*>(m_problem->layout())->setStretch(1, 0);
    m_estimate = new QLabel(this);
    m_estimate->setObjectName(u"layerEstimate"_s);
    m_estimate->setTextFormat(Qt::PlainText);
    m_estimate->setWordWrap(true);
    column.addWidget(m_estimate);
    column.addWidget(m_work);
    column.addWidget(m_problem);
}

void LayerControls::makeLook(QFormLayout& form)
{
    m_opacity = new QSlider(Qt::Horizontal, this);
    m_opacity->setRange(0, 100);
    m_opacity->setObjectName(u"opacity"_s);
    m_opacity->setAccessibleName(tr("Opacity of the layer in percent"));
    m_opacityText = mutedLabel(this);
    m_opacityText->setMinimumWidth(fontMetrics().horizontalAdvance(u"100 %"_s));
    m_opacityText->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_opacityRow = rowOf(this, {m_opacity, m_opacityText});
    static_cast<QHBoxLayout*>(m_opacityRow->layout())->setStretch(1, 0);
    auto* opacityLabel = new QLabel(tr("O&pacity"), this);
    opacityLabel->setBuddy(m_opacity);
    form.addRow(opacityLabel, m_opacityRow);
    connect(m_opacity, &QSlider::valueChanged, this,
            [this](int percent) { changeLook([&](LayerLook& look) { look.opacityPercent = percent; }); });

    m_colors = new QComboBox(this);
    m_colors->setObjectName(u"colorMap"_s);
    m_colors->setIconSize({48, 12});
    form.addRow(tr("&Colours"), m_colors);
    connect(m_colors, &QComboBox::activated, this, [this] {
        changeLook([&](LayerLook& look) { look.colors = static_cast<ColorMap>(m_colors->currentData().toInt()); });
    });

    m_range = new QComboBox(this);
    m_range->setObjectName(u"rangeMode"_s);
    m_range->addItem(tr("Of each image"), false);
    m_range->addItem(tr("Fixed"), true);
    m_range->setToolTip(tr("Fixed: the same colours mean the same values in every image"));
    form.addRow(tr("&Range"), m_range);
    connect(m_range, &QComboBox::activated, this, [this] {
        const auto shown = m_view.picture(m_layers.current());
        changeLook([&](LayerLook& look) {
            look.fixedRange = m_range->currentData().toBool();
            if (look.fixedRange && shown && shown->range.low < shown->range.high)
                look.range = shown->range; // starts where the image is
        });
    });
    const auto makeEnd = [this](const QString& name, const QString& accessible) {
        auto* end = new QDoubleSpinBox(this);
        end->setObjectName(name);
        end->setAccessibleName(accessible);
        end->setRange(-LargestEnd, LargestEnd);
        end->setDecimals(3);
        end->setSingleStep(0.05);
        end->setKeyboardTracking(false);
        end->setMinimumWidth(64);
        return end;
    };
    m_low = makeEnd(u"rangeLow"_s, tr("Lower end of the range"));
    m_high = makeEnd(u"rangeHigh"_s, tr("Upper end of the range"));
    m_ends = rowOf(this, {m_low, m_high});
    form.addRow(QString(), m_ends);
    connect(m_low, &QDoubleSpinBox::valueChanged, this,
            [this](double value) { changeLook([&](LayerLook& look) { look.range.low = value; }); });
    connect(m_high, &QDoubleSpinBox::valueChanged, this,
            [this](double value) { changeLook([&](LayerLook& look) { look.range.high = value; }); });

    m_outline = new QCheckBox(tr("Outlines &only"), this);
    m_outline->setObjectName(u"outline"_s);
    form.addRow(QString(), m_outline);
    connect(m_outline, &QCheckBox::toggled, this,
            [this](bool on) { changeLook([&](LayerLook& look) { look.outline = on; }); });

    m_means = new QCheckBox(tr("Show block &means"), this);
    m_means->setObjectName(u"blockMeans"_s);
    form.addRow(QString(), m_means);
    connect(m_means, &QCheckBox::toggled, this,
            [this](bool on) { changeLook([&](LayerLook& look) { look.blockMeans = on; }); });
}

void LayerControls::makeParameters(QFormLayout& form)
{
    const auto makeBox = [&](const QString& label, const QString& name, const QList<QPair<QString, int>>& choices,
                             auto change) {
        auto* box = new QComboBox(this);
        box->setObjectName(name);
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(10);
        for (const auto& [text, value] : choices)
            box->addItem(text, value);
        form.addRow(label, box);
        connect(box, &QComboBox::activated, this, [this, box, change] {
            changeParameters([&](MapRequest& request) { change(request, box->currentData().toInt()); });
        });
        return box;
    };
    m_saliency = makeBox(
        tr("&Method"), u"saliencyMode"_s,
        {{tr("Spectral residual"), int(SaliencyMode::Hou)}, {tr("OpenCV's variant"), int(SaliencyMode::OpenCv)}},
        [](MapRequest& request, int value) { request.saliency.mode = static_cast<SaliencyMode>(value); });
    m_frequency = makeBox(tr("&Method"), u"frequencyMode"_s,
                          {{tr("Weighted by the eye"), int(FrequencyMode::Csf)},
                           {tr("Plain sum"), int(FrequencyMode::Uniform)},
                           {tr("Mean frequency"), int(FrequencyMode::Centroid)},
                           {tr("Local spectrum"), int(FrequencyMode::Stft)},
                           {tr("One band"), int(FrequencyMode::Bands)}},
                          [](MapRequest& request, int value) {
                              const auto mode = static_cast<FrequencyMode>(value);
                              const bool isBand = mode == FrequencyMode::Bands;
                              request.frequency.mode = isBand ? FrequencyMode::Csf : mode;
                              request.band = isBand ? 1 : 0;
                          });
    QList<QPair<QString, int>> bands;
    for (int band = 1; band <= BandCount; ++band)
        bands.append({tr("%1: %2–%3 cycles/°").arg(band).arg(5 * band - 5).arg(5 * band), band});
    m_band = makeBox(tr("&Band"), u"band"_s, bands, [](MapRequest& request, int value) { request.band = value; });
    m_segments =
        makeBox(tr("&Segments"), u"limeSegments"_s,
                {{tr("Quickshift"), int(LimeSegments::Quickshift)},
                 {tr("SLIC"), int(LimeSegments::Slic)},
                 {tr("Blocks"), int(LimeSegments::Grid)}},
                [](MapRequest& request, int value) { request.lime.segments = static_cast<LimeSegments>(value); });
    const auto makeNumber = [&](const QString& label, const QString& name, int low, int high, int step, auto change) {
        auto* box = new QSpinBox(this);
        box->setObjectName(name);
        box->setRange(low, high);
        box->setSingleStep(step);
        box->setKeyboardTracking(false);
        form.addRow(label, box);
        connect(box, &QSpinBox::valueChanged, this,
                [this, change](int value) { changeParameters([&](MapRequest& request) { change(request, value); }); });
        return box;
    };
    m_samples = makeNumber(tr("Sam&ples"), u"limeSamples"_s, 50, 10000, 50,
                           [](MapRequest& request, int value) { request.lime.samples = value; });
    m_settle = new QCheckBox(tr("Stop when settl&ed"), this);
    m_settle->setObjectName(u"limeSettle"_s);
    m_settle->setToolTip(tr("Stop as soon as the coefficients' standard errors are at most %1 % of the coefficients, "
                            "both as root mean squares")
                             .arg(100 * LimeSettleShare));
    form.addRow(QString(), m_settle);
    connect(m_settle, &QCheckBox::toggled, this, [this](bool on) {
        changeParameters([&](MapRequest& request) { request.lime.settle = on ? LimeSettleShare : 0; });
    });
    m_seed = makeNumber(tr("See&d"), u"limeSeed"_s, 0, 1'000'000, 1,
                        [](MapRequest& request, int value) { request.lime.seed = static_cast<std::uint64_t>(value); });
    m_sign = makeBox(tr("Sho&ws"), u"camSign"_s,
                     {{tr("What raises the score"), int(CamSign::Raises)},
                      {tr("What lowers it"), int(CamSign::Lowers)},
                      {tr("Both, by magnitude"), int(CamSign::Both)}},
                     [](MapRequest& request, int value) { request.camSign = static_cast<CamSign>(value); });
    m_attention = makeBox(
        tr("&Attention"), u"attentionChoice"_s,
        {{tr("Rollout, all layers"), int(AttentionKind::Rollout)}, {tr("Last layer"), int(AttentionKind::LastLayer)}},
        [](MapRequest& request, int value) { request.attention = static_cast<AttentionKind>(value); });
}

void LayerControls::makeBlocks(QVBoxLayout& column)
{
    m_match = mutedLabel(this);
    m_match->setObjectName(u"match"_s);
    setHelpTopic(*m_match, HelpTopic::Matching);
    m_match->setWordWrap(true);
    column.addWidget(m_match);
    m_hideUpper = new QPushButton(tr("Hide upper half"), this);
    m_hideLower = new QPushButton(tr("Hide lower half"), this);
    m_hideUpper->setObjectName(u"hideUpper"_s);
    m_hideLower->setObjectName(u"hideLower"_s);
    m_hideUpper->setToolTip(tr("Hide the six blocks with the largest means of this map"));
    m_hideLower->setToolTip(tr("Hide the six blocks with the smallest means of this map"));
    m_orders = rowOf(this, {new OrdersBar(m_workspace.image(), this)});
    column.addWidget(m_orders);
    m_halves = rowOf(this, {m_hideUpper, m_hideLower});
    column.addWidget(m_halves);
    const auto hide = [this](bool upper) {
        const auto map = m_maps.map(m_layers.current());
        if (!map || map->source().upper.isEmpty())
            return;
        const BlockMask half = upper ? map->source().upper : map->source().upper.complement();
        Q_EMIT hideRequested(
            half, (upper ? tr("Hide upper half: %1") : tr("Hide lower half: %1")).arg(layerName(m_layers.current())));
    };
    connect(m_hideUpper, &QPushButton::clicked, this, [hide] { hide(true); });
    connect(m_hideLower, &QPushButton::clicked, this, [hide] { hide(false); });
}

void LayerControls::changeLook(const std::function<void(LayerLook&)>& change)
{
    if (m_refreshing)
        return;
    LayerLook look = m_layers.look(m_layers.current());
    change(look);
    m_layers.setLook(m_layers.current(), look);
    refreshLook(); // a refused value springs back
}

void LayerControls::changeParameters(const std::function<void(MapRequest&)>& change)
{
    if (m_refreshing)
        return;
    MapRequest request = m_layers.parameters();
    change(request);
    m_layers.setParameters(request);
}

void LayerControls::refresh()
{
    const OverlayId id = m_layers.current();
    static_cast<ElidedLabel*>(m_title)->setFullText(layerName(id));
    fillColors();
    refreshState();
    refreshLook();
    refreshParameters();
    refreshBlocks();
}

void LayerControls::refreshState()
{
    const OverlayId id = m_layers.current();
    const MapStatus& status = m_maps.status(id);
    const auto map = m_maps.map(id);
    QString about = layerHelp(id);
    const bool isEstimate = map && map->source().estimate; // which tells more than how it was made
    if (map && !isEstimate && !map->source().source.empty())
        about += u'\n' + toQt(map->source().source);
    m_about->setText(about);
    if (isEstimate) {
        const QString warning = estimateWarning(id, *map->source().estimate);
        m_estimate->setText(estimateText(id, *map->source().estimate)
                            + (warning.isEmpty() ? QString() : u'\n' + warning));
        QPalette colors = palette();
        colors.setColor(QPalette::WindowText, warning.isEmpty() ? themeColors(colors).text : themeColors(colors).worse);
        m_estimate->setPalette(colors);
    }
    m_estimate->setVisible(isEstimate);
    const bool isWorking = isMapLayer(id) && status.state == WorkState::Working;
    const bool isFailed = isMapLayer(id) && status.state == WorkState::Failed;
    m_work->setVisible(isWorking);
    m_problem->setVisible(isFailed || status.isStopped);
    if (status.isStopped) {
        m_problemText->setText(tr("Stopped. Again, or F5, starts it."));
        m_again->setVisible(true);
    }
    if (isWorking) {
        m_progress->setRange(0, status.fraction >= 0 ? 1000 : 0);
        m_progress->setValue(static_cast<int>(std::lround(1000 * std::max(0.0, status.fraction))));
        m_progress->setToolTip(status.text);
    }
    if (isFailed && status.error) {
        const bool canHelp = status.error->code != ErrorCode::Unsupported;
        m_problemText->setText(canHelp ? tr("%1: %2").arg(toQt(status.error->reason), toQt(status.error->remedy))
                                       : toQt(status.error->reason));
        m_again->setVisible(canHelp);
    }
}

void LayerControls::fillColors()
{
    const bool isDiverging = isSignedLayer(m_layers.current());
    m_colors->clear();
    for (const ColorMap map : AllColorMaps) {
        if (isDiverging || map != ColorMap::BlueRed)
            m_colors->addItem(colorSwatch(map, m_colors->iconSize(), devicePixelRatioF()), colorMapLabel(map),
                              static_cast<int>(map));
    }
}

void LayerControls::refreshLook()
{
    m_refreshing = true;
    const OverlayId id = m_layers.current();
    const LayerLook& look = m_layers.look(id);
    m_opacity->setValue(look.opacityPercent);
    m_opacityText->setText(tr("%1 %").arg(look.opacityPercent));
    choose(m_colors, static_cast<int>(look.colors));
    m_range->setCurrentIndex(look.fixedRange ? 1 : 0);
    m_low->setValue(look.range.low);
    m_high->setValue(look.range.high);
    m_means->setChecked(look.blockMeans);
    m_outline->setChecked(look.outline);
    const bool hasValues = id != OverlayId::Halves;
    m_form->setRowVisible(m_opacityRow, hasValues || !look.outline);
    m_form->setRowVisible(m_outline, id == OverlayId::Halves);
    m_form->setRowVisible(m_colors, hasValues);
    m_form->setRowVisible(m_range, hasValues && id != OverlayId::Agreement);
    m_form->setRowVisible(m_ends, hasValues && look.fixedRange && id != OverlayId::Agreement);
    m_form->setRowVisible(m_means, isMapLayer(id));
    m_orders->setVisible(id == OverlayId::Halves || id == OverlayId::Importance || id == OverlayId::Shapley);
    m_refreshing = false;
}

void LayerControls::refreshParameters()
{
    m_refreshing = true;
    const OverlayId id = m_layers.current();
    const MapRequest& request = m_layers.parameters();
    const bool isBand = request.band > 0;
    choose(m_saliency, static_cast<int>(request.saliency.mode));
    choose(m_frequency, static_cast<int>(isBand ? FrequencyMode::Bands : request.frequency.mode));
    choose(m_band, std::max(1, request.band));
    choose(m_segments, static_cast<int>(request.lime.segments));
    m_samples->setValue(request.lime.samples);
    m_settle->setChecked(request.lime.settle > 0);
    m_seed->setValue(static_cast<int>(request.lime.seed));
    choose(m_sign, static_cast<int>(request.camSign));
    choose(m_attention, static_cast<int>(request.attention));
    m_form->setRowVisible(m_saliency, id == OverlayId::Saliency);
    m_form->setRowVisible(m_frequency, id == OverlayId::Frequency);
    m_form->setRowVisible(m_band, id == OverlayId::Frequency && isBand);
    m_form->setRowVisible(m_segments, id == OverlayId::Lime);
    m_form->setRowVisible(m_samples, id == OverlayId::Lime);
    m_form->setRowVisible(m_settle, id == OverlayId::Lime);
    m_form->setRowVisible(m_seed, id == OverlayId::Lime);
    m_form->setRowVisible(m_sign, id == OverlayId::GradCam || id == OverlayId::Product);
    m_form->setRowVisible(m_attention, id == OverlayId::Attention || id == OverlayId::Product);
    m_refreshing = false;
}

void LayerControls::refreshBlocks()
{
    const auto map = m_maps.map(m_layers.current());
    const bool hasBlocks = map && !map->source().upper.isEmpty(); // a flat map has no halves
    m_halves->setVisible(hasBlocks);
    m_match->setVisible(hasBlocks);
    if (!hasBlocks)
        return;
    m_judge.ask();
    if (const auto& verdict = m_judge.verdict(); verdict && verdict->report)
        m_match->setText(
            matchText(matchCount(verdict->report->important, map->source().upper), toQt(verdict->model.name)));
    else if (m_judge.error())
        m_match->setText(tr("Not compared with important blocks: %1").arg(toQt(m_judge.error()->reason)));
    else
        m_match->setText(tr("The important blocks are being looked for"));
}

} // namespace halflens
