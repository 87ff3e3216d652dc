// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/study_panel.h"

#include "ui/panels/card.h"
#include "ui/panels/error_bar.h"
#include "ui/panels/help_point.h"
#include "ui/panels/photo_rows.h"
#include "ui/state/text.h"
#include "ui/state/theme.h"

#include <QComboBox>
#include <QEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr Slot StudySlot{0, Stage::Study, 0};

} // namespace

StudyPanel::StudyPanel(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_model(new StudyTableModel(workspace, this))
    , m_title(new ElidedLabel(this))
    , m_models(new QComboBox(this))
    , m_filter(new QLineEdit(this))
    , m_count(new QLabel(this))
    , m_again(new QToolButton(this))
    , m_table(new QTableView(this))
    , m_message(new QLabel(this))
    , m_choose(new QPushButton(tr("&Folder of the photos…"), this))
{
    setHelpTopic(*this, HelpTopic::Study);
    m_title->setObjectName(u"studyTitle"_s);
    m_models->setObjectName(u"studyModel"_s);
    m_models->setAccessibleName(tr("Model whose scores are shown"));
    m_models->setToolTip(tr("Model whose scores are shown"));
    m_models->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_filter->setObjectName(u"studyFilter"_s);
    m_filter->setAccessibleName(tr("Filter"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setPlaceholderText(tr("Filter: part of a name, score<2, fall>=0.3, split=test …"));
    m_filter->setToolTip(tr("All conditions must hold. Words of columns stand in the tips of the column heads."));
    m_count->setObjectName(u"studyCount"_s);
    m_again->setObjectName(u"studyAgain"_s);
    m_again->setText(tr("Read again"));
    m_again->setToolTip(tr("For a study that is still running"));
    m_message->setObjectName(u"studyMessage"_s);
    m_message->setTextFormat(Qt::PlainText);
    m_message->setWordWrap(true);
    m_choose->setObjectName(u"studyPhotos"_s);
    m_choose->setAutoDefault(false);
    m_choose->hide();

    m_table->setObjectName(u"studyTable"_s);
    m_table->setAccessibleName(tr("Photos of the study"));
    m_table->setModel(m_model);
    m_table->setSortingEnabled(true);
    m_table->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    prepareRows(*m_table);

    connect(m_filter, &QLineEdit::textChanged, this, &StudyPanel::filterChanged);
    connect(m_models, &QComboBox::activated, this, [this](int index) {
        m_model->setModel(static_cast<std::size_t>(index));
        showCount();
    });
    connect(m_again, &QToolButton::clicked, this, [this] { open(m_folder); });
    connect(m_table, &QTableView::clicked, this, &StudyPanel::openRow);
    connect(m_table, &QTableView::activated, this, &StudyPanel::openRow);
    connect(m_choose, &QPushButton::clicked, this, [this] {
        const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder of the photos"), m_folder);
        if (!folder.isEmpty())
            setPhotoFolder(folder);
    });
    connect(&workspace.image(), &CurrentImage::changed, this, &StudyPanel::tellOpened);
    connect(&workspace.image(), &CurrentImage::loadedChanged, this, &StudyPanel::tellOpened);

    auto* top = new QHBoxLayout;
    top->setContentsMargins(8, 4, 8, 2);
    top->addWidget(m_title, 2);
    top->addWidget(m_models);
    top->addWidget(m_filter, 3);
    top->addWidget(m_count);
    top->addWidget(m_again);
    auto* below = new QHBoxLayout;
    below->setContentsMargins(8, 0, 8, 4);
    below->addWidget(m_message, 1);
    below->addWidget(m_choose);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(top);
    layout->addWidget(m_table, 1);
    layout->addLayout(below);
}

StudyPanel::~StudyPanel()
{
    m_workspace.engine().cancel(StudySlot);
}

void StudyPanel::open(const QString& folder)
{
    m_folder = folder;
    say(tr("Reading the study…"));
    Request request;
    request.slot = StudySlot;
    request.run = [path = toPath(folder)](const JobContext& context) -> Outcome {
        Result<StudyOverview> study = readStudyOverview(path, context.stop());
        if (!study)
            return std::move(study).error();
        return Artifact(std::make_shared<const StudyOverview>(*std::move(study)));
    };
    EngineClient::Handlers handlers;
    handlers.finished = [this](const Outcome& outcome) { arrived(outcome); };
    m_workspace.engine().submit(std::move(request), std::move(handlers));
}

void StudyPanel::arrived(const Outcome& outcome)
{
    if (!outcome) {
        say(sentences(outcome.error()), true);
        return;
    }
    const auto study = outcome->as<StudyOverview>();
    const bool isNew = !m_model->study() || m_model->study()->folder != study->folder;
    const int model = m_models->currentIndex();
    m_model->setStudy(study);
    m_models->clear();
    for (const std::string& id : study->facts.models)
        m_models->addItem(toQt(id));
    m_models->setVisible(m_models->count() > 1);
    m_models->setCurrentIndex(isNew ? static_cast<int>(study->judge()) : model);
    m_model->setModel(static_cast<std::size_t>(std::max(0, m_models->currentIndex())));
    m_title->setFullText(toQt(study->name));
    m_title->setToolTip(m_folder);
    for (int column = 0; column < StudyColumnCount; ++column) {
        m_table->setColumnHidden(column, !m_model->hasValues(static_cast<StudyColumn>(column)));
        if (isNew)
            fitColumn(*m_table, column);
    }
    if (isNew)
        setPhotoFolder({});
    const auto left = static_cast<std::size_t>(std::count_if(study->photos.begin(), study->photos.end(),
                                                             [](const OverviewPhoto& p) { return !p.error.empty(); }));
    QStringList facts;
    if (study->photos.size() < study->facts.photos)
        facts << tr("%1 of %2 photos are computed so far.").arg(study->photos.size()).arg(study->facts.photos);
    if (left > 0)
        facts << (left == 1 ? tr("One photo was left out.") : tr("%1 photos were left out.").arg(left));
    facts << tr("A click opens a photo. Halves are those of %1.").arg(toQt(study->facts.judge));
    say(facts.join(u' '));
    showCount();
}

void StudyPanel::filterChanged()
{
    QString problem;
    const std::optional<StudyFilter> filter = StudyFilter::parse(m_filter->text(), problem);
    if (!filter) {
        say(problem, true);
        return;
    }
    if (m_isProblem)
        say({});
    m_model->setFilter(*filter);
    showCount();
}

void StudyPanel::showCount()
{
    const std::size_t all = m_model->study() ? m_model->study()->photos.size() : 0;
    const auto shown = static_cast<std::size_t>(m_model->rowCount());
    m_count->setText(shown == all ? tr("%1 photos").arg(all) : tr("%1 of %2 photos").arg(shown).arg(all));
}

void StudyPanel::openRow(const QModelIndex& index)
{
    const OverviewPhoto* photo = m_model->photoAt(index.row());
    if (!photo)
        return;
    const QString file = m_model->fileOf(*photo);
    if (file.isEmpty() || !QFileInfo::exists(file)) {
        say(file.isEmpty() ? tr("The study did not note where its photos lie: choose their folder.")
                           : tr("%1 is not there: choose the folder the photos lie in now.").arg(file),
            true);
        m_choose->show();
        return;
    }
    m_openedFile = QFileInfo(file).absoluteFilePath();
    m_opened = photo->number;
    say({});
    m_workspace.open({file});
    tellOpened(); // it may be the one shown already
}

/// Whether the numbers of the row are of the picture shown now.
void StudyPanel::tellOpened()
{
    const Document* document = m_workspace.current();
    if (m_openedFile.isEmpty() || !document || document->imageHash().empty()
        || QFileInfo(document->path()).absoluteFilePath() != m_openedFile)
        return;
    const std::vector<OverviewPhoto>& photos = m_model->study()->photos;
    const auto photo =
        std::find_if(photos.begin(), photos.end(), [&](const OverviewPhoto& p) { return p.number == m_opened; });
    if (photo == photos.end())
        return;
    if (photo->contentHash.empty())
        say(tr("The study could not use this photo."));
    else if (photo->contentHash != document->imageHash())
        say(tr("The photo has changed since the study: the numbers of its row are of another picture."), true);
    else
        say(tr("The picture is the one the study saw: its row holds for what is shown."));
}

void StudyPanel::setPhotoFolder(const QString& folder)
{
    m_model->setPhotoFolder(folder);
    m_choose->hide();
    if (!folder.isEmpty())
        say(tr("Photos are looked for in %1.").arg(folder));
}

QString StudyPanel::message() const
{
    return m_message->text();
}

void StudyPanel::say(const QString& text, bool isProblem)
{
    m_isProblem = isProblem;
    m_message->setText(text);
    QPalette colors = palette();
    if (isProblem)
        colors.setColor(QPalette::WindowText, themeColors(colors).worse);
    m_message->setPalette(colors);
}

void StudyPanel::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        say(m_message->text(), m_isProblem);
}

} // namespace halflens
