// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/quality_panel.h"

#include "ui/panels/card.h"
#include "ui/panels/grade_chart.h"
#include "ui/panels/help_point.h"
#include "ui/panels/score_bar.h"
#include "ui/state/text.h"
#include "ui/state/theme.h"

#include <QEvent>
#include <QGridLayout>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr double SmallestVisibleChange = 0.005; ///< less is shown as ±0.00 and gets no colour

constexpr double ToldDistortion = 1.5;

QString fedText(const Analysis& analysis, const Image& photo)
{
    const QString size = u"%1×%2"_s.arg(analysis.fedWidth).arg(analysis.fedHeight);
    if (analysis.policy == InputPolicy::Native)
        return QualityPanel::tr("Fed %1, native").arg(size);
    const double across = static_cast<double>(photo.width) / analysis.fedWidth;
    const double down = static_cast<double>(photo.height) / analysis.fedHeight;
    const double distortion = std::max(across / down, down / across);
    if (distortion <= ToldDistortion)
        return QualityPanel::tr("Fed %1, fit").arg(size);
    return QualityPanel::tr("Fed %1, squeezed %2 times as much %3: the model sees a distorted picture. The layer "
                            "Tiles at native scale, or Ctrl and a drag, judge parts of it undistorted.")
        .arg(size)
        .arg(distortion, 0, 'f', 1)
        .arg(across > down ? QualityPanel::tr("across as down") : QualityPanel::tr("down as across"));
}

} // namespace

QualityPanel::QualityPanel(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_image(workspace.image())
    , m_card(new Card(this))
    , m_model(new ElidedLabel(m_card))
    , m_score(new QLabel(m_card))
    , m_scale(mutedLabel(m_card))
    , m_change(new QLabel(m_card))
    , m_changeNote(mutedLabel(m_card))
    , m_bar(new ScoreBar(m_card))
    , m_grades(new GradeChart(m_card))
    , m_facts(mutedLabel(m_card))
    , m_note(mutedLabel(m_card))
    , m_leak(mutedLabel(m_card))
{
    const CurrentImage& image = m_image;
    setHelpTopic(*this, HelpTopic::Quality);
    for (QWidget* part : {static_cast<QWidget*>(m_score), static_cast<QWidget*>(m_scale), static_cast<QWidget*>(m_bar)})
        setHelpTopic(*part, HelpTopic::Score);
    for (QWidget* part : {static_cast<QWidget*>(m_change), static_cast<QWidget*>(m_changeNote)})
        setHelpTopic(*part, HelpTopic::Change);
    setHelpTopic(*m_grades, HelpTopic::GradeShares);
    setHelpTopic(*m_facts, HelpTopic::Fed);
    setHelpTopic(*m_note, HelpTopic::ZeroedPixels);
    setHelpTopic(*m_leak, HelpTopic::Leak);
    m_score->setObjectName(u"score"_s);
    m_change->setObjectName(u"change"_s);
    m_facts->setObjectName(u"facts"_s);
    m_note->setObjectName(u"tableNote"_s);
    m_leak->setObjectName(u"leak"_s);
    m_leak->setToolTip(
        tr("Leak: Σ |q(damaged, hidden) − q(clean, hidden)| / Σ |q(damaged) − q(clean)| over photos of which "
           "2×2 blocks were damaged.\n0: a hidden block has no say; 1: hiding it changes nothing."));
    m_model->setFont(scaledFont(*this, 1.0, true));
    m_score->setFont(scaledFont(*this, 3.0, true));
    m_change->setFont(scaledFont(*this, 1.6, true));
    m_change->setAlignment(Qt::AlignRight | Qt::AlignBottom);
    m_changeNote->setObjectName(u"changeNote"_s);
    m_changeNote->setAlignment(Qt::AlignRight | Qt::AlignTop);
    for (QLabel* label : {m_facts, m_note, m_leak})
        label->setWordWrap(true);

    auto* numbers = new QGridLayout;
    numbers->setHorizontalSpacing(8);
    numbers->setVerticalSpacing(0);
    numbers->addWidget(m_score, 0, 0, Qt::AlignLeft | Qt::AlignBottom);
    numbers->addWidget(m_change, 0, 1, Qt::AlignRight | Qt::AlignBottom);
    numbers->addWidget(m_scale, 1, 0, Qt::AlignLeft | Qt::AlignTop);
    numbers->addWidget(m_changeNote, 1, 1, Qt::AlignRight | Qt::AlignTop);
    numbers->setColumnStretch(1, 1);

    auto* inside = new QVBoxLayout(m_card);
    inside->setContentsMargins(14, 12, 14, 12);
    inside->setSpacing(8);
    inside->addWidget(m_model);
    inside->addLayout(numbers);
    inside->addWidget(m_bar);
    inside->addWidget(m_grades);
    inside->addWidget(m_facts);
    inside->addWidget(m_note);
    inside->addWidget(m_leak);

    auto* outside = new QVBoxLayout(this);
    outside->setContentsMargins(8, 8, 8, 8);
    outside->addWidget(m_card);
    outside->addStretch();
    connect(&image, &CurrentImage::changed, this, &QualityPanel::refresh);
    connect(&image, &CurrentImage::analysisChanged, this, &QualityPanel::refresh);
    connect(&image, &CurrentImage::maskChanged, this, &QualityPanel::refresh);
    connect(&image, &CurrentImage::scoresChanged, this, &QualityPanel::refresh);
    refresh();
}

void QualityPanel::addBelow(QWidget* widget)
{
    auto* outside = static_cast<QVBoxLayout*>(layout());
    outside->insertWidget(outside->count() - 1, widget);
}

void QualityPanel::setModelName(const QString& name)
{
    m_modelName = name;
    refresh();
}

void QualityPanel::refresh()
{
    const Analysis* analysis = m_image.analysis();
    const QString shownName = analysis ? toQt(analysis->model.name) : m_modelName;
    m_model->setFullText(shownName.isEmpty() ? tr("No model installed") : shownName);
    m_facts->setVisible(analysis != nullptr);
    m_leak->setVisible(analysis != nullptr);
    m_score->setForegroundRole(analysis ? QPalette::WindowText : QPalette::PlaceholderText);
    if (!analysis) {
        m_score->setText(u"–"_s);
        m_change->clear();
        m_changeNote->clear();
        m_scale->setText(!m_image.document() || m_modelName.isEmpty() ? QString()
                             : m_image.hasFailed()                    ? tr("failed")
                                                                      : tr("being computed"));
        m_bar->setScores({}, {});
        m_grades->setGrades({}, {});
        m_grades->setVisible(true);
        m_note->setVisible(m_modelName.isEmpty());
        m_note->setText(tr("Put a model folder beside the program, or name one with --models-dir."));
        return;
    }
    const std::optional<MaskedScore> masked = m_image.score();
    const bool isWhole = m_image.mask().isEmpty();
    const double whole = analysis->prediction.score5;
    const std::optional<double> current = masked ? std::optional(masked->score5)
        : isWhole                                ? std::optional(whole)
                                                 : std::nullopt;
    const QString mark = estimateMark(masked && masked->isEstimate);
    m_score->setText(current ? mark + scoreText(*current) : u"–"_s);
    m_bar->setScores(current, isWhole && !masked ? std::nullopt : std::optional(whole));

    const bool showsChange = masked && !isWhole;
    m_change->setText(showsChange ? mark + changeText(masked->change5) : QString());
    m_changeNote->setText(
        isWhole ? tr("whole image")
            : showsChange && masked->isEstimate
            ? tr("estimate ± %2, from %1")
                  .arg(scoreText(whole), scoreText(changeOnFive(analysis->model.scale, analysis->table->standardError)))
            : showsChange ? tr("from %1, whole image").arg(scoreText(whole))
                          : tr("being computed"));
    const ThemeColors& theme = themeColors(palette());
    QPalette colors = palette();
    const bool isNoticeable = showsChange && std::abs(masked->change5) >= SmallestVisibleChange;
    colors.setColor(QPalette::WindowText,
                    !isNoticeable             ? theme.text
                        : masked->change5 < 0 ? theme.worse
                                              : theme.better);
    m_change->setPalette(colors);

    std::vector<float> grades;
    if (masked)
        grades = masked->grades;
    else if (isWhole && analysis->prediction.hasDistribution())
        grades = analysis->prediction.output;
    const bool hasGrades = analysis->prediction.hasDistribution();
    m_grades->setVisible(hasGrades);
    m_grades->setGrades(std::move(grades), hasGrades && !isWhole ? analysis->prediction.output : std::vector<float>());
    refreshFacts(*analysis);
    refreshLeak(*analysis);
}

/// In one sentence: what a hidden block still tells the model.
void QualityPanel::refreshLeak(const Analysis& analysis)
{
    if (!analysis.model.masksAttention) {
        m_leak->setText(tr("A hidden block leaks nothing: its pixels are zeroed before the network looks."));
        return;
    }
    std::optional<Leak> leak;
    for (const ModelEntry& entry : m_workspace.models().models()) {
        if (entry.id == analysis.model.id)
            leak = entry.leak;
    }
    const auto percent = [](double share) { return static_cast<int>(std::lround(100 * share)); };
    if (leak && percent(leak->blur) + percent(leak->noise) + percent(leak->jpeg) == 0) {
        const auto loaded = m_workspace.image().loaded();
        const bool isUpright = loaded && loaded->image->height > loaded->image->width;
        m_leak->setText(isUpright
                            ? tr("A hidden block leaks nothing but what lies at its borders: in upright photos the "
                                 "model's cells do not end where blocks do.")
                            : tr("A hidden block leaks nothing: the network looks at every block by itself."));
        return;
    }
    m_leak->setText(
        leak ? tr("A hidden block still leaks through its neighbours: %1 % of blur, %2 % of noise, %3 % of JPEG.")
                   .arg(percent(leak->blur))
                   .arg(percent(leak->noise))
                   .arg(percent(leak->jpeg))
             : tr("A hidden block still leaks through its neighbours; how much was not measured."));
}

void QualityPanel::refreshFacts(const Analysis& analysis)
{
    const bool isFivePoint = analysis.model.scale == ScoreScale();
    m_scale->setText(isFivePoint ? tr("of 5")
                                 : tr("of 5 (%1 on %2 to %3)")
                                       .arg(analysis.prediction.score, 0, 'g', 4)
                                       .arg(analysis.model.scale.low)
                                       .arg(analysis.model.scale.high));
    QStringList facts{tr("network %1").arg(durationText(analysis.trunkSeconds))};
    if (analysis.table) {
        facts << (analysis.table->exact ? tr("4096 masks %1").arg(durationText(analysis.table->seconds))
                                        : tr("%1 of 4096 masks, ±%2")
                                              .arg(analysis.table->samples)
                                              .arg(analysis.table->standardError, 0, 'f', 2));
    }
    const Document* document = m_image.document();
    const bool isPartial = document && document->loaded() && document->loaded()->image->origin.isPartial;
    m_facts->setText(
        (isPartial ? tr("Part of the picture is missing: the score counts its grey rest.") + u'\n' : QString())
        + (document && document->loaded() ? fedText(analysis, *document->loaded()->image) + u'\n' : QString())
        + facts.join(u" · "_s));
    m_note->setVisible(!analysis.tableNote.empty());
    m_note->setText(
        !analysis.table ? tr("No halves yet: %1. Hidden blocks reach it as zeroed pixels, one run for each choice.")
                              .arg(toQt(analysis.tableNote))
            : analysis.table->exact
            ? tr("Hidden blocks reach it as zeroed pixels: %1.").arg(toQt(analysis.tableNote))
            : tr("Hidden blocks reach it as zeroed pixels: %1. Halves and curves are estimates from %2 masks.")
                  .arg(toQt(analysis.tableNote))
                  .arg(analysis.table->samples));
}

void QualityPanel::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_note)
        refresh();
}

} // namespace halflens
