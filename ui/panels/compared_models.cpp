// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/compared_models.h"

#include "ui/panels/card.h"
#include "ui/panels/help_point.h"
#include "ui/state/text.h"
#include "ui/state/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <cmath>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr int Side = 10;
constexpr int Gap = 7;
constexpr int GradesWidth = 40;
constexpr double SmallestVisibleChange = 0.005;

/// Why there are no numbers, or none yet; empty when there are.
QString noteOf(const ComparedModel& model, bool hasScore)
{
    if (model.error)
        return toQt(model.error->reason);
    if (hasScore)
        return {};
    if (model.state == WorkState::Working || model.analysis)
        return ModelCard::tr("being computed");
    return ModelCard::tr("not compared yet");
}

} // namespace

ModelCard::ModelCard(QWidget* parent)
    : QAbstractButton(parent)
{
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize ModelCard::sizeHint() const
{
    return {240, fontMetrics().height() + 11};
}

QRect ModelCard::column(Column column, const QWidget& widget)
{
    const QFontMetrics metrics = widget.fontMetrics();
    const QFontMetrics bold(scaledFont(widget, 1.1, true));
    const std::array<int, ColumnCount> widths{
        std::max(metrics.horizontalAdvance(u"~100.0"_s), metrics.horizontalAdvance(tr("own"))), GradesWidth,
        std::max(metrics.horizontalAdvance(tr("enough")), metrics.horizontalAdvance(u"~12/12"_s)),
        std::max(metrics.horizontalAdvance(tr("change")), metrics.horizontalAdvance(u"~+8.88"_s)),
        bold.horizontalAdvance(u"~8.88"_s)};
    int right = widget.width() - Side;
    for (int c = ColumnCount - 1; c > column; --c)
        right -= widths[static_cast<std::size_t>(c)] + Gap;
    const int width = widths[static_cast<std::size_t>(column)];
    return {right - width, 0, width, widget.height()};
}

void ModelCard::setModel(const ComparedModel& model, const std::optional<MaskedScore>& masked, bool isWhole, int number)
{
    m_name = toQt(model.entry.name);
    const QString mark = estimateMark(masked && masked->isEstimate);
    m_score = masked ? mark + scoreText(masked->score5) : u"–"_s;
    const bool isChanged = masked && !isWhole;
    m_change = isChanged ? mark + changeText(masked->change5) : QString();
    m_changeValue = isChanged ? masked->change5 : 0;
    m_note = noteOf(model, masked.has_value());
    const bool isPercent = model.analysis && model.analysis->model.scale.high > 10;
    m_own = masked ? mark + QString::number(masked->score, 'f', isPercent ? 1 : 2) : QString();
    const BlockReport* report = model.analysis && model.analysis->report ? &*model.analysis->report : nullptr;
    m_enough = report ? estimateMark(model.isEstimate) + u"%1/12"_s.arg(report->enough.visible) : QString();
    m_grades = masked ? masked->grades : std::vector<float>();
    m_isWorking = model.state == WorkState::Working;
    m_fraction = model.fraction;
    QStringList help{m_name};
    if (masked)
        help << tr("%1 on its own scale, %2 to %3")
                    .arg(m_own)
                    .arg(model.analysis->model.scale.low)
                    .arg(model.analysis->model.scale.high);
    if (masked && masked->isEstimate)
        help << tr("An estimate, ± %1 grades (standard error), until this mask is computed")
                    .arg(changeOnFive(model.analysis->model.scale, model.analysis->table->standardError), 0, 'f', 2);
    if (model.isEstimate)
        help << tr("Its halves are estimates from some of the masks");
    if (model.error)
        help << tr("%1: %2").arg(toQt(model.error->reason), toQt(model.error->remedy));
    else if (masked)
        help << tr("Click, or press %1, to look through this model").arg(number);
    else
        help << m_note;
    setToolTip(help.join(u'\n'));
    setAccessibleName(tr("%1, score %2 %3").arg(m_name, m_score, m_change));
    setAccessibleDescription(m_note);
    update();
}

void ModelCard::paintEvent(QPaintEvent*)
{
    const ThemeColors& theme = themeColors(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(underMouse() || hasFocus() ? theme.accent : theme.cardEdge, hasFocus() ? 2 : 1));
    painter.setBrush(theme.card);
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 0.5, -1, -0.5), 5, 5);
    const auto write = [&](Column place, const QString& text, const QColor& color) {
        painter.setPen(color);
        painter.drawText(column(place, *this), Qt::AlignRight | Qt::AlignVCenter, text);
    };
    const int namesRight = column(m_note.isEmpty() ? Own : Change, *this).left() - Gap;
    painter.setPen(theme.text);
    const int nameWidth = m_note.isEmpty()
        ? namesRight - Side
        : std::min(fontMetrics().horizontalAdvance(m_name) + 2, (width() - 2 * Side) / 2);
    painter.drawText(QRect(Side, 0, nameWidth, height()), Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(m_name, Qt::ElideMiddle, nameWidth));
    if (!m_note.isEmpty()) {
        const QRect place(Side + nameWidth + Gap, 0, width() - 2 * Side - nameWidth - Gap, height());
        painter.setPen(theme.mutedText);
        painter.drawText(place, Qt::AlignRight | Qt::AlignVCenter,
                         fontMetrics().elidedText(m_note, Qt::ElideRight, place.width()));
    } else {
        write(Own, m_own, theme.mutedText);
        write(Enough, m_enough, theme.mutedText);
        write(Change, m_change,
              std::abs(m_changeValue) < SmallestVisibleChange ? theme.mutedText
                  : m_changeValue < 0                         ? theme.worse
                                                              : theme.better);
        paintGrades(painter);
        painter.setFont(scaledFont(*this, 1.1, true));
        write(Score, m_score, theme.text);
    }
    if (m_isWorking && m_fraction >= 0)
        painter.fillRect(QRectF(Side, height() - 3, (width() - 2 * Side) * std::min(1.0, m_fraction), 2), theme.accent);
}

void ModelCard::paintGrades(QPainter& painter) const
{
    if (m_grades.size() != 5)
        return;
    const ThemeColors& theme = themeColors(palette());
    const QRectF chart = QRectF(column(Grades, *this)).adjusted(0, 5, 0, -5);
    const double step = chart.width() / 5;
    for (std::size_t grade = 0; grade < 5; ++grade) {
        const double high = std::max(1.0, std::clamp(static_cast<double>(m_grades[grade]), 0.0, 1.0) * chart.height());
        painter.fillRect(
            QRectF(chart.left() + static_cast<double>(grade) * step + 0.5, chart.bottom() - high, step - 1, high),
            high > 1 ? theme.accent : theme.mutedText);
    }
}

void ColumnHeading::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setPen(themeColors(palette()).mutedText);
    const std::array<QString, ModelCard::ColumnCount> titles{tr("own"), tr("grades"), tr("enough"), tr("change"),
                                                             tr("1–5")};
    for (int c = 0; c < ModelCard::ColumnCount; ++c) {
        const QRect place = ModelCard::column(static_cast<ModelCard::Column>(c), *this);
        painter.drawText(place.adjusted(-20, 0, 0, 0), Qt::AlignRight | Qt::AlignVCenter,
                         titles[static_cast<std::size_t>(c)]);
    }
}

ComparedModels::ComparedModels(Workspace& workspace, Comparison& comparison, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_comparison(comparison)
    , m_heading(mutedLabel(this))
    , m_switch(new QPushButton(this))
    , m_columns(new ColumnHeading(this))
    , m_list(new QVBoxLayout)
{
    setHelpTopic(*this, HelpTopic::SeveralModels);
    m_switch->setObjectName(u"compareButton"_s);
    m_switch->setToolTip(tr("Ask all installed models about this image (M)"));
    connect(m_switch, &QPushButton::clicked, this, [this] { m_comparison.setOn(!m_comparison.isOn()); });
    auto* top = new QHBoxLayout;
    top->setContentsMargins(4, 0, 0, 0);
    top->addWidget(m_heading, 1);
    top->addWidget(m_switch);
    m_list->setSpacing(3);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(5);
    layout->addLayout(top);
    layout->addWidget(m_columns);
    layout->addLayout(m_list);
    connect(&workspace.image(), &CurrentImage::changed, this, &ComparedModels::refresh);
    connect(&workspace.image(), &CurrentImage::maskChanged, this, &ComparedModels::refresh);
    connect(&workspace.analyses(), &AnalysisService::modelChanged, this, &ComparedModels::refresh);
    connect(&comparison, &Comparison::modelsChanged, this, &ComparedModels::rebuild);
    connect(&comparison, &Comparison::onChanged, this, &ComparedModels::refresh);
    connect(&comparison, &Comparison::changed, this, [this](int index, Change what) {
        if (what == Change::Result)
            refresh();
        else
            refreshCard(index);
    });
    rebuild();
}

void ComparedModels::rebuild()
{
    for (ModelCard* card : m_cards)
        card->deleteLater();
    m_cards.clear();
    for (const ComparedModel& model : m_comparison.models()) {
        auto* card = new ModelCard(this);
        card->setObjectName(u"card-"_s + toQt(model.entry.id));
        connect(card, &QAbstractButton::clicked, this,
                [this, id = toQt(model.entry.id)] { m_workspace.setModelId(id); });
        m_list->addWidget(card);
        m_cards.push_back(card);
    }
    refresh();
}

void ComparedModels::refresh()
{
    const std::vector<ComparedModel>& models = m_comparison.models();
    if (models.size() != m_cards.size())
        return; // the list is about to be told
    const Document* document = m_workspace.current();
    setVisible(models.size() > 1);
    m_switch->setText(m_comparison.isOn() ? tr("Stop comparing") : tr("Compare models"));
    m_switch->setEnabled(document != nullptr || m_comparison.isOn());
    const auto done =
        std::count_if(models.begin(), models.end(), [](const auto& model) { return model.analysis != nullptr; });
    m_columns->setVisible(done > 1 || (done == 1 && m_comparison.isOn()));
    m_heading->setText(m_comparison.isOn() && done < static_cast<std::ptrdiff_t>(models.size())
                           ? tr("%1 of %2 models").arg(done).arg(models.size())
                           : tr("Other models"));
    for (std::size_t index = 0; index < models.size(); ++index) {
        const bool isShown = toQt(models[index].entry.id) == m_workspace.modelId();
        m_cards[index]->setVisible(!isShown);
        refreshCard(static_cast<int>(index));
    }
}

void ComparedModels::refreshCard(int index)
{
    const ComparedModel& model = m_comparison.models()[static_cast<std::size_t>(index)];
    const BlockMask mask = m_workspace.image().mask();
    m_cards[static_cast<std::size_t>(index)]->setModel(model, m_comparison.scoreFor(model, mask), mask.isEmpty(),
                                                       index + 1);
}

} // namespace halflens
