// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/enough_panel.h"

#include "core/analysis/report_csv.h"
#include "ui/panels/card.h"
#include "ui/panels/csv_button.h"
#include "ui/panels/curve_plot.h"
#include "ui/panels/help_point.h"
#include "ui/state/text.h"
#include "ui/state/theme.h"

#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr int Padding = 12;
constexpr int Stripe = 8; ///< coloured line at the left

/// A sentence that can be pressed, no more than that.
QPushButton* sentenceButton(const QString& name, QWidget* parent)
{
    auto* button = new QPushButton(parent);
    button->setObjectName(name);
    button->setFlat(true);
    button->setCursor(Qt::PointingHandCursor);
    button->setStyleSheet(u"text-align: left; padding: 3px 6px"_s);
    return button;
}

QToolButton* stepButton(Qt::ArrowType arrow, const QString& name, const QString& help, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setObjectName(name);
    button->setArrowType(arrow);
    button->setAutoRaise(true);
    button->setToolTip(help);
    button->setAccessibleName(help);
    return button;
}

} // namespace

HeadlineButton::HeadlineButton(QWidget* parent)
    : QAbstractButton(parent)
{
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

QFont HeadlineButton::headlineFont() const
{
    return scaledFont(*this, 1.35, true);
}

void HeadlineButton::setTexts(const QString& headline, const QString& explanation)
{
    setText(headline);
    m_explanation = explanation;
    setAccessibleName(headline);
    setAccessibleDescription(explanation);
    updateGeometry();
    update();
}

int HeadlineButton::heightForWidth(int width) const
{
    const QRect room(0, 0, width - 2 * Padding - Stripe, 10000);
    const int headline = QFontMetrics(headlineFont()).boundingRect(room, Qt::TextWordWrap, text()).height();
    const int explanation = fontMetrics().boundingRect(room, Qt::TextWordWrap, m_explanation).height();
    return headline + 4 + explanation + 2 * Padding;
}

QSize HeadlineButton::sizeHint() const
{
    return {240, heightForWidth(width() > 60 ? width() : 240)};
}

void HeadlineButton::paintEvent(QPaintEvent*)
{
    const ThemeColors& theme = themeColors(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor edge = theme.cardEdge;
    QColor back = theme.card;
    if (isEnabled() && (underMouse() || isDown())) {
        edge = theme.accent;
        back = theme.dark ? back.lighter(isDown() ? 120 : 108)
                          : QColor::fromRgbF(back.redF() * 0.97F, back.greenF() * 0.98F, back.blueF());
    }
    painter.setPen(QPen(hasFocus() ? theme.accent : edge, hasFocus() ? 2 : 1));
    painter.setBrush(back);
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 6, 6);
    if (isEnabled()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.accent);
        painter.drawRoundedRect(QRectF(7, Padding, 4, height() - 2 * Padding), 2, 2);
    }
    const QRect inside = rect().adjusted(Padding + Stripe, Padding, -Padding, -Padding);
    painter.setFont(headlineFont());
    painter.setPen(isEnabled() ? theme.text : theme.mutedText);
    QRect used;
    painter.drawText(inside, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, text(), &used);
    painter.setFont(font());
    painter.setPen(theme.mutedText);
    painter.drawText(inside.adjusted(0, used.height() + 4, 0, 0), Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap,
                     m_explanation);
}

EnoughPanel::EnoughPanel(Viewer& viewer, QWidget* parent)
    : QWidget(parent)
    , m_image(viewer.workspace.image())
    , m_settings(viewer.settings)
    , m_comparison(viewer.comparison)
    , m_headline(new HeadlineButton(this))
    , m_breaking(sentenceButton(u"breaking"_s, this))
    , m_best(sentenceButton(u"atBest"_s, this))
    , m_tryAll(new QPushButton(tr("Try all 4096 masks"), this))
    , m_sets(new QWidget(this))
    , m_setLabel(mutedLabel(m_sets))
    , m_epsilon(new QDoubleSpinBox(this))
    , m_csv(new CsvButton(
          viewer, u"enough"_s,
          [this] {
              return m_image.report() ? curveToCsv(*m_image.analysis(), m_image.document()->path().toStdString())
                                      : std::string();
          },
          this))
    , m_curve(new CurvePlot(this))
{
    setHelpTopic(*this, HelpTopic::BlocksThatDecide);
    setHelpTopic(*m_headline, HelpTopic::DecidingBlocks);
    setHelpTopic(*m_sets, HelpTopic::DecidingBlocks);
    setHelpTopic(*m_breaking, HelpTopic::BreakingSet);
    setHelpTopic(*m_best, HelpTopic::AtBest);
    setHelpTopic(*m_epsilon, HelpTopic::Tolerance);
    setHelpTopic(*m_curve, HelpTopic::Curve);
    m_headline->setObjectName(u"headline"_s);
    const SettingSpec& spec = Settings::spec(setting::Epsilon);
    m_epsilon->setObjectName(u"epsilon"_s);
    m_epsilon->setDecimals(2);
    m_epsilon->setSingleStep(0.05);
    m_epsilon->setRange(spec.minimum.toDouble(), spec.maximum.toDouble());
    m_epsilon->setValue(m_settings.number(setting::Epsilon));
    m_epsilon->setPrefix(u"±"_s);
    m_epsilon->setToolTip(spec.help);
    m_epsilon->setAccessibleName(spec.label);
    connect(m_epsilon, &QDoubleSpinBox::valueChanged, this,
            [this](double value) { m_settings.setValue(setting::Epsilon, value); });
    connect(&m_settings, &Settings::changed, this, [this](const QString& key) {
        if (key == setting::Epsilon)
            m_epsilon->setValue(m_settings.number(setting::Epsilon));
    });
    connect(m_headline, &QAbstractButton::clicked, this, [this] {
        const BlockReport* report = m_image.report();
        if (report)
            Q_EMIT keepRequested(report->sets ? report->sets->keep : report->enough.keep);
    });
    connect(m_breaking, &QAbstractButton::clicked, this, [this] {
        const BlockReport* report = m_image.report();
        if (report && report->sets && report->sets->smallestBreaking)
            Q_EMIT keepRequested(report->sets->smallestBreaking->hidden.complement());
    });
    connect(m_best, &QAbstractButton::clicked, this, [this] {
        if (const BlockReport* report = m_image.report())
            Q_EMIT keepRequested(report->enough.keep);
    });
    m_tryAll->setObjectName(u"tryAllMasksButton"_s);
    connect(m_tryAll, &QAbstractButton::clicked, this, &EnoughPanel::allMasksRequested);
    auto* back = stepButton(Qt::LeftArrow, u"previousSet"_s, tr("The set before"), m_sets);
    auto* forth = stepButton(Qt::RightArrow, u"nextSet"_s, tr("The next set"), m_sets);
    connect(back, &QAbstractButton::clicked, this, [this] { stepSet(-1); });
    connect(forth, &QAbstractButton::clicked, this, [this] { stepSet(1); });
    m_setLabel->setObjectName(u"setLabel"_s);
    auto* setRow = new QHBoxLayout(m_sets);
    setRow->setContentsMargins(6, 0, 0, 0);
    setRow->addWidget(m_setLabel, 1);
    setRow->addWidget(back);
    setRow->addWidget(forth);
    connect(m_curve, &CurvePlot::chosen, this, &EnoughPanel::keepRequested);

    auto* label = new ElidedLabel(this, Qt::ElideRight); // in a narrow dock the numbers come first
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setFullText(tr("Tolerated change of the score"));
    label->setBuddy(m_epsilon);
    setHelpTopic(*label, HelpTopic::Tolerance);
    auto* tolerance = new QHBoxLayout;
    tolerance->addWidget(label, 1);
    tolerance->addWidget(m_epsilon);
    m_csv->setObjectName(u"enoughCsv"_s);
    tolerance->addWidget(m_csv);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->setSpacing(8);
    layout->addWidget(m_headline);
    auto* sentences = new QVBoxLayout;
    sentences->setSpacing(0);
    sentences->addWidget(m_sets);
    sentences->addWidget(m_breaking);
    sentences->addWidget(m_best);
    sentences->addWidget(m_tryAll, 0, Qt::AlignLeft);
    layout->addLayout(sentences);
    layout->addLayout(tolerance);
    layout->addWidget(m_curve, 1);
    connect(&m_image, &CurrentImage::changed, this, &EnoughPanel::refresh);
    connect(&m_image, &CurrentImage::analysisChanged, this, &EnoughPanel::refresh);
    connect(&m_image, &CurrentImage::maskChanged, this, &EnoughPanel::refreshCurrent);
    connect(&m_image, &CurrentImage::scoresChanged, this, &EnoughPanel::refreshCurrent);
    connect(&m_comparison, &Comparison::onChanged, this, &EnoughPanel::refreshOthers);
    connect(&m_comparison, &Comparison::changed, this, [this](int, Change what) {
        if (what == Change::Result)
            refreshOthers();
    });
    refresh();
}

void EnoughPanel::refresh()
{
    const Analysis* analysis = m_image.analysis();
    const bool hasReport = analysis && analysis->report;
    const bool isExact = hasReport && analysis->report->sets.has_value();
    m_headline->setEnabled(hasReport);
    m_csv->setEnabled(hasReport);
    m_sets->setVisible(isExact);
    m_breaking->setVisible(isExact);
    m_best->setVisible(hasReport);
    m_tryAll->setVisible(hasReport && !isExact);
    if (hasReport) {
        refreshSets(*analysis);
        m_curve->setCurve(analysis->report->curve, analysis->report->enough);
    } else {
        const bool isComing = m_image.document() && !(analysis && !analysis->tableNote.empty());
        m_headline->setTexts(tr("Which blocks decide?"),
                             !m_image.document()       ? tr("Open an image to find out.")
                                 : m_image.hasFailed() ? tr("The model could not say.")
                                 : isComing            ? tr("Trying all 4096 ways to hide blocks.")
                                                       : tr("This model would have to run 4096 times."));
        m_curve->setCurve({}, {});
    }
    refreshCurrent();
    refreshOthers();
}

void EnoughPanel::refreshSets(const Analysis& analysis)
{
    const Enough& enough = analysis.report->enough;
    const QString best = enough.visible == 1
        ? tr("At best 1 block keeps it, by luck (%1)").arg(changeText(enough.change))
        : enough.visible == BlockCount
        ? tr("Hiding any block moves the score by more than %1").arg(scoreText(enough.epsilon))
        : tr("At best %1 blocks keep it, by luck (%2)").arg(enough.visible).arg(changeText(enough.change));
    m_best->setText(best);
    m_best->setEnabled(enough.visible < BlockCount);
    if (!analysis.report->sets) {
        const MaskTable& table = *analysis.table;
        m_headline->setTexts(tr("About %1 of 12 blocks, at best").arg(enough.visible),
                             tr("Estimated from %1 of 4096 masks, ±%2. Which blocks decide, an estimate cannot "
                                "guarantee: that needs all 4096 masks.")
                                 .arg(table.samples)
                                 .arg(table.scale.toFive(table.scale.low + table.standardError) - 1, 0, 'f', 2));
        return;
    }
    const DecidingSets& sets = *analysis.report->sets;
    const int count = sets.keep.count();
    m_headline->setTexts(
        count == BlockCount ? tr("All 12 blocks decide")
            : count == 1    ? tr("1 of 12 blocks decides")
                            : tr("%1 of 12 blocks decide").arg(count),
        count == BlockCount
            ? tr("Whichever is hidden, the score may leave ±%1.").arg(scoreText(sets.epsilon))
            : tr("With them visible the score stays within ±%1, whatever else is hidden. Click to see them.")
                  .arg(scoreText(sets.epsilon)));
    m_set = 0;
    m_setLabel->setText(sets.guaranteed.size() == 1 ? tr("no other smallest choice")
                                                    : tr("%1 minimal sets decide").arg(sets.guaranteed.size()));
    m_sets->setEnabled(sets.guaranteed.size() > 1);
    if (!sets.smallestBreaking) {
        m_breaking->setText(tr("Hiding 11 blocks never breaks it"));
    } else {
        const int hidden = sets.smallestBreaking->hidden.count();
        m_breaking->setText(
            (hidden == 1
                 ? tr("Hiding 1 block breaks it: %1").arg(changeText(sets.smallestBreaking->change))
                 : tr("Hiding these %1 breaks it: %2").arg(hidden).arg(changeText(sets.smallestBreaking->change))));
    }
    m_breaking->setEnabled(sets.smallestBreaking.has_value());
}

void EnoughPanel::stepSet(int by)
{
    const BlockReport* report = m_image.report();
    if (!report || !report->sets || report->sets->guaranteed.empty())
        return;
    const std::size_t count = report->sets->guaranteed.size();
    m_set = (m_set + count + static_cast<std::size_t>(by + 1) - 1) % count;
    m_setLabel->setText(
        tr("set %1 of %2, %3 blocks").arg(m_set + 1).arg(count).arg(report->sets->guaranteed[m_set].count()));
    Q_EMIT keepRequested(report->sets->guaranteed[m_set]);
}

void EnoughPanel::refreshOthers()
{
    std::vector<CurvePlot::OtherCurve> others;
    const Analysis* shown = m_image.analysis();
    for (const ComparedModel& model : m_comparison.models()) {
        const bool isOther = shown && shown->report && model.entry.id != shown->model.id;
        if (m_comparison.isOn() && isOther && model.analysis && model.analysis->report)
            others.push_back({toQt(model.entry.name), model.analysis->report->curve});
    }
    m_curve->setOthers(std::move(others));
}

void EnoughPanel::refreshCurrent()
{
    std::optional<QPointF> current;
    const BlockMask mask = m_image.mask();
    if (const auto masked = mask.isEmpty() ? std::nullopt : m_image.score())
        current = QPointF(BlockCount - mask.count(), std::abs(masked->change5));
    m_curve->setCurrent(current);
}

} // namespace halflens
