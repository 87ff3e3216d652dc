// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/layers_panel.h"

#include "ui/panels/help_point.h"
#include "ui/panels/layer_controls.h"
#include "ui/panels/layer_delegate.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QListView>
#include <QScrollArea>
#include <QVBoxLayout>

namespace halflens {

LayersPanel::LayersPanel(Viewer& viewer, QWidget* parent)
    : QWidget(parent)
    , m_settings(viewer.settings)
    , m_layers(viewer.layers)
    , m_model(new LayerListModel(viewer, this))
    , m_list(new QListView(this))
    , m_controls(new LayerControls(viewer))
{
    setHelpTopic(*this, HelpTopic::Layers);
    m_list->setObjectName(QStringLiteral("layerList"));
    m_list->setAccessibleName(tr("Layers"));
    m_list->setModel(m_model);
    m_list->setItemDelegate(new LayerDelegate(m_list));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setMouseTracking(true);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setMinimumHeight(120);
    int rows = 4;
    for (int row = 0; row < m_model->rowCount(); ++row)
        rows += m_list->sizeHintForRow(row);
    m_list->setMaximumHeight(rows); // what is left belongs to the controls
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& index) {
        if (const auto id = m_model->layerAt(index))
            m_layers.setCurrent(*id);
    });
    connect(m_list, &QListView::doubleClicked, this, [this](const QModelIndex& index) {
        if (const auto id = m_model->layerAt(index))
            m_layers.showOnly(*id);
    });
    connect(&m_layers, &LayerStack::currentChanged, this, &LayersPanel::followCurrent);
    connect(m_controls, &LayerControls::hideRequested, this, &LayersPanel::hideRequested);

    auto* scroll = new QScrollArea(this);
    scroll->setWidget(m_controls);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setMinimumHeight(90);
    scroll->viewport()->setAutoFillBackground(false);
    m_controls->setAutoFillBackground(false);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_list, 3);
    layout->addWidget(scroll, 2);
    layout->addWidget(makeGridRow());
    followCurrent();
}

void LayersPanel::followCurrent()
{
    setHelpTopic(*m_controls, helpTopicOf(m_layers.current()));
    const QModelIndex index = m_model->indexOf(m_layers.current());
    if (m_list->currentIndex() != index)
        m_list->setCurrentIndex(index);
}

/// How the blocks themselves look, whichever layers are shown.
QWidget* LayersPanel::makeGridRow()
{
    auto* row = new QWidget(this);
    auto* hidden = new QComboBox(row);
    hidden->setObjectName(QStringLiteral("hiddenStyle"));
    hidden->setMinimumWidth(70); // a narrow dock leaves the photo room
    const SettingSpec& spec = Settings::spec(setting::HiddenStyle);
    hidden->setToolTip(spec.help);
    hidden->setAccessibleName(spec.label);
    for (qsizetype i = 0; i < spec.choices.size(); ++i)
        hidden->addItem(spec.choiceLabels.at(i), spec.choices.at(i));
    const auto flag = [&](const QString& key, const QString& text) {
        auto* box = new QCheckBox(text, row);
        connect(box, &QCheckBox::toggled, this, [this, key](bool on) { m_settings.setValue(key, on); });
        return box;
    };
    QCheckBox* grid = flag(setting::Grid, tr("&Grid"));
    QCheckBox* numbers = flag(setting::Numbers, tr("&Numbers"));
    const auto show = [this, hidden, grid, numbers] {
        hidden->setCurrentIndex(hidden->findData(m_settings.word(setting::HiddenStyle)));
        grid->setChecked(m_settings.flag(setting::Grid));
        numbers->setChecked(m_settings.flag(setting::Numbers));
    };
    show();
    connect(hidden, &QComboBox::activated, this,
            [this, hidden] { m_settings.setValue(setting::HiddenStyle, hidden->currentData()); });
    connect(&m_settings, &Settings::changed, row, show);
    auto* label = new QLabel(tr("&Hidden"), row);
    label->setBuddy(hidden);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(10, 6, 10, 8);
    layout->setSpacing(8);
    layout->addWidget(label);
    layout->addWidget(hidden, 1);
    layout->addWidget(grid);
    layout->addWidget(numbers);
    return row;
}

} // namespace halflens
