// SPDX-License-Identifier: BSD-3-Clause
#include "ui/dialogs/model_manager.h"

#include "ui/state/text.h"
#include "ui/state/theme.h"

#include <QDesktopServices>
#include <QDialogButtonBox>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QMessageBox>
#include <QMimeData>
#include <QProgressBar>
#include <QPushButton>
#include <QSplitter>
#include <QTabWidget>
#include <QTextBrowser>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextDocumentFragment>
#include <QTreeWidget>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr Slot ImportSlot{0, Stage::Models, 0};
constexpr Slot VerifySlot{0, Stage::Models, 1};
constexpr Slot RemoveSlot{0, Stage::Models, 2};
constexpr int IdRole = Qt::UserRole;

QTreeWidget* makeList(const QString& name, const QStringList& columns)
{
    auto* list = new QTreeWidget;
    list->setObjectName(name);
    list->setHeaderLabels(columns);
    list->setRootIsDecorated(false);
    list->setUniformRowHeights(true);
    list->setAllColumnsShowFocus(true);
    list->setTextElideMode(Qt::ElideMiddle);
    list->header()->setStretchLastSection(false);
    list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    for (int column = 1; column < columns.size(); ++column)
        list->header()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
    return list;
}

QString errorText(const Error& error)
{
    QString text = toQt(error.reason);
    if (!error.remedy.empty())
        text += u" – "_s + toQt(error.remedy);
    if (!error.file.empty())
        text.prepend(QFileInfo(toQt(error.file)).fileName() + u": "_s);
    return text;
}

/// The manifest that lies beside a program: my_net.pt goes with my_net.json.
QString manifestBeside(const QString& path)
{
    const QFileInfo file(path);
    const QString manifest = file.path() + u'/' + file.completeBaseName() + u".json"_s;
    const bool isProgram = file.suffix() == u"pt" || file.suffix() == u"pth" || file.suffix() == u"ts";
    return isProgram && QFileInfo::exists(manifest) ? manifest : QString();
}

/// Words too long for a line lose their middle: a label cannot break them and would widen the dialog.
QString withShortWords(const QString& text)
{
    constexpr qsizetype Longest = 60;
    QStringList words = text.split(u' ');
    for (QString& word : words) {
        if (word.size() > Longest)
            word = word.first(Longest / 2) + u'…' + word.last(Longest / 2);
    }
    return words.join(u' ');
}

QString row(const QString& title, const QString& value)
{
    return u"<tr><td style='padding-right:14px;white-space:nowrap'>"_s + title.toHtmlEscaped() + u"</td><td>"_s + value
        + u"</td></tr>"_s;
}

} // namespace

ModelManager::ModelManager(ModelLibrary& library, EngineClient& engine, QWidget* parent)
    : QDialog(parent)
    , m_library(library)
    , m_engine(engine)
{
    setWindowTitle(tr("Models"));
    setObjectName(u"modelManager"_s);
    setAcceptDrops(true);
    m_tabs = new QTabWidget;
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(makeInstalled(), tr("Installed"));
    m_tabs->addTab(makePublished(), tr("Published files"));
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_tabs, 1);
    layout->addWidget(makeFoot());
    fill();
    if (const std::vector<Error> problems = m_library.problems(); !problems.empty())
        say(errorText(problems.front()), true);
    m_list->setFocus();
    resize(900, 560);
}

ModelManager::~ModelManager()
{
    m_engine.cancel(ImportSlot);
    m_engine.cancel(VerifySlot);
}

QWidget* ModelManager::makeInstalled()
{
    m_list = makeList(u"modelList"_s, {tr("Model"), tr("Network"), tr("Size")});
    m_list->setAccessibleName(tr("Installed models"));
    m_list->headerItem()->setTextAlignment(2, Qt::AlignRight | Qt::AlignVCenter);
    m_details = new QTextBrowser;
    m_details->setObjectName(u"modelDetails"_s);
    m_details->setAccessibleName(tr("About the chosen model"));
    m_details->setOpenExternalLinks(true);
    m_details->document()->setDocumentMargin(12);
    auto* split = new QSplitter;
    split->addWidget(m_list);
    split->addWidget(m_details);
    split->setChildrenCollapsible(false);
    split->setSizes({470, 400});
    connect(m_list, &QTreeWidget::currentItemChanged, this, [this] { showDetails(); });
    return split;
}

QWidget* ModelManager::makePublished()
{
    auto* page = new QWidget;
    auto* note =
        new QLabel(tr("HalfLens reads these files as their authors publish them. Get one with your browser and "
                      "drop it here. Double-click opens the page it comes from."));
    note->setWordWrap(true);
    auto* list = makeList(u"publishedList"_s, {tr("Network"), tr("File"), tr("From"), tr("Licence")});
    list->setAccessibleName(tr("Published files"));
    // The first column names what one looks for; the licence is what may be long.
    list->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    list->header()->setSectionResizeMode(3, QHeaderView::Stretch);
    list->setTextElideMode(Qt::ElideRight);
    for (const PublishedRecord& record : m_library.published()) {
        auto* item = new QTreeWidgetItem(
            list, {toQt(record.name), toQt(record.file), toQt(record.source), toQt(record.licence)});
        for (int column = 0; column < list->columnCount(); ++column)
            item->setToolTip(column, toQt(record.link) + u'\n' + toQt(record.licence));
        item->setData(0, IdRole, toQt(record.link));
    }
    connect(list, &QTreeWidget::itemActivated, this,
            [](const QTreeWidgetItem* item) { QDesktopServices::openUrl(QUrl(item->data(0, IdRole).toString())); });
    auto* layout = new QVBoxLayout(page);
    layout->addWidget(note);
    layout->addWidget(list, 1);
    return page;
}

QWidget* ModelManager::makeFoot()
{
    auto* foot = new QWidget;
    m_message = new QLabel(tr("Drop a weights file here, or import it with the button below."));
    m_message->setObjectName(u"modelMessage"_s);
    m_message->setTextFormat(Qt::PlainText);
    m_message->setWordWrap(true);
    m_message->setMinimumHeight(2 * m_message->fontMetrics().lineSpacing());
    m_message->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_progress = new QProgressBar;
    m_progress->setObjectName(u"modelProgress"_s);
    m_progress->setTextVisible(false);
    m_progress->setMaximumHeight(8);
    m_progress->hide();
    m_import = new QPushButton(tr("&Import…"));
    m_verify = new QPushButton(tr("&Verify"));
    m_verify->setToolTip(tr("Check the file against its hash, load it and run it once"));
    m_remove = new QPushButton(tr("&Remove"));
    m_cancel = new QPushButton(tr("&Stop"));
    for (QPushButton* button : {m_import, m_verify, m_remove, m_cancel})
        button->setAutoDefault(false);
    m_import->setObjectName(u"importModel"_s);
    m_verify->setObjectName(u"verifyModel"_s);
    m_remove->setObjectName(u"removeModel"_s);
    m_cancel->setObjectName(u"cancelModelWork"_s);
    m_cancel->hide();
    auto* close = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(close, &QDialogButtonBox::rejected, this, &QDialog::close);
    connect(m_import, &QPushButton::clicked, this, &ModelManager::chooseFiles);
    connect(m_verify, &QPushButton::clicked, this, &ModelManager::verify);
    connect(m_remove, &QPushButton::clicked, this, &ModelManager::remove);
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        m_waiting.clear();
        m_engine.cancel(ImportSlot);
        m_engine.cancel(VerifySlot);
        setBusy({});
        say(tr("Stopped; nothing was changed."));
    });
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_import);
    buttons->addWidget(m_verify);
    buttons->addWidget(m_remove);
    buttons->addStretch(1);
    buttons->addWidget(m_cancel);
    buttons->addWidget(close);
    auto* layout = new QVBoxLayout(foot);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->addWidget(m_message);
    layout->addWidget(m_progress);
    layout->addLayout(buttons);
    return foot;
}

void ModelManager::fill(const QString& select)
{
    const QString wanted = select.isEmpty() ? selectedId() : select;
    m_records = m_library.records();
    m_list->clear();
    QTreeWidgetItem* chosen = nullptr;
    for (const ModelRecord& record : m_records) {
        auto* item = new QTreeWidgetItem(m_list);
        item->setText(0, toQt(record.name));
        item->setText(1, toQt(record.family));
        item->setText(2, QLocale().formattedDataSize(static_cast<qint64>(record.bytes), 1, QLocale::DataSizeSIFormat));
        item->setTextAlignment(2, Qt::AlignRight | Qt::AlignVCenter);
        item->setToolTip(0, toQt(record.name));
        item->setToolTip(1, toQt(record.family + " on " + record.trunk));
        item->setData(0, IdRole, toQt(record.id));
        if (!chosen || toQt(record.id) == wanted)
            chosen = item;
    }
    m_list->setCurrentItem(chosen);
    showDetails();
}

QString ModelManager::selectedId() const
{
    const QTreeWidgetItem* item = m_list->currentItem();
    return item ? item->data(0, IdRole).toString() : QString();
}

QString ModelManager::message() const
{
    return m_message->text();
}

void ModelManager::showDetails()
{
    updateButtons();
    const std::string id = selectedId().toStdString();
    const auto record =
        std::find_if(m_records.begin(), m_records.end(), [&](const ModelRecord& r) { return r.id == id; });
    if (record == m_records.end()) {
        m_details->clear();
        return;
    }
    const auto plain = [](const std::string& text) { return toQt(text).toHtmlEscaped(); };
    QString html = u"<h3>"_s + plain(record->name) + u"</h3><table>"_s;
    html += row(tr("Id"), plain(record->id));
    html += row(tr("Network"), plain(record->family + " on " + record->trunk));
    html += row(tr("Images are"), plain(record->fed));
    html += row(tr("Score"), plain(record->scale));
    html += row(tr("Licence"), plain(record->licence));
    if (!record->source.empty()) {
        const QString link = plain(record->source);
        html += row(tr("From"), u"<a href=\""_s + link + u"\">"_s + link + u"</a>"_s);
    }
    html += row(tr("Stored in"), plain(record->folder));
    html += u"</table>"_s;
    m_details->setHtml(html);
    if (record->card.empty())
        return;
    // The card's own words, below the facts; pictures and links of it are not followed.
    QTextDocument card;
    card.setMarkdown(toQt(record->card));
    QTextCursor end(m_details->document());
    end.movePosition(QTextCursor::End);
    end.insertBlock();
    end.insertFragment(QTextDocumentFragment(&card));
    m_details->moveCursor(QTextCursor::Start);
}

void ModelManager::chooseFiles()
{
    importFiles(
        QFileDialog::getOpenFileNames(this, tr("Import weights"), {},
                                      tr("Weights (*.h5 *.hdf5 *.pth *.pt *.pkl *.bin *.safetensors);;All files (*)")));
}

void ModelManager::importFiles(const QStringList& paths)
{
    m_waiting << paths;
    if (!m_busy)
        importNext();
}

void ModelManager::importNext()
{
    if (m_waiting.isEmpty())
        return;
    const QString path = m_waiting.takeFirst();
    const QString manifest = manifestBeside(path);
    setBusy(tr("Importing %1").arg(QFileInfo(path).fileName()));
    Request request;
    request.slot = ImportSlot;
    request.run = [library = &m_library, file = toPath(path),
                   beside = toPath(manifest)](const JobContext& context) -> Outcome {
        Result<ImportRecord> record = library->import(file, beside, context);
        if (!record)
            return std::move(record).error();
        return Artifact(std::make_shared<const ImportRecord>(*std::move(record)));
    };
    EngineClient::Handlers handlers;
    handlers.progressed = [this](const Progress& progress) {
        m_progress->setRange(0, progress.fraction < 0 ? 0 : 100);
        m_progress->setValue(static_cast<int>(100 * progress.fraction));
    };
    handlers.finished = [this](const Outcome& outcome) {
        setBusy({});
        if (!outcome) {
            say(errorText(outcome.error()), true);
        } else if (const auto record = outcome->as<ImportRecord>()) {
            say(tr("%1 is installed: %2.").arg(toQt(record->model.name), toQt(record->found)));
            fill(toQt(record->model.id));
            m_tabs->setCurrentIndex(0);
            Q_EMIT modelsChanged();
        }
        importNext();
    };
    m_engine.submit(std::move(request), std::move(handlers));
}

void ModelManager::verify()
{
    const QString id = selectedId();
    if (id.isEmpty() || m_busy)
        return;
    run(
        VerifySlot, tr("Checking %1").arg(id),
        [library = &m_library, word = id.toStdString()](const JobContext& context) {
            return library->verify(word, context);
        },
        [this, id] { say(tr("%1 is complete, unchanged, and runs.").arg(id)); });
}

void ModelManager::remove()
{
    const QString id = selectedId();
    if (id.isEmpty() || m_busy)
        return;
    QMessageBox ask(QMessageBox::Question, tr("Remove model"), tr("Remove %1 from this computer?").arg(id),
                    QMessageBox::Cancel, this);
    ask.setObjectName(u"confirmRemoval"_s);
    ask.setInformativeText(tr("HalfLens' copy of the file is deleted. The file you imported stays where it is."));
    QPushButton* yes = ask.addButton(tr("&Remove"), QMessageBox::DestructiveRole);
    ask.setDefaultButton(QMessageBox::Cancel);
    ask.exec();
    if (ask.clickedButton() != yes)
        return;
    // On the engine: it may be loading the very model.
    run(
        RemoveSlot, tr("Removing %1").arg(id),
        [library = &m_library, word = id.toStdString()](const JobContext&) { return library->remove(word); },
        [this, id] {
            say(tr("%1 was removed.").arg(id));
            fill();
            Q_EMIT modelsChanged();
        });
}

void ModelManager::run(Slot slot, const QString& step, std::function<Status(const JobContext&)> work,
                       std::function<void()> done)
{
    setBusy(step);
    m_progress->setRange(0, 0);
    Request request;
    request.slot = slot;
    request.run = [work = std::move(work)](const JobContext& context) -> Outcome {
        Status status = work(context);
        if (!status)
            return std::move(status).error();
        return Artifact();
    };
    EngineClient::Handlers handlers;
    handlers.finished = [this, done = std::move(done)](const Outcome& outcome) {
        setBusy({});
        if (outcome)
            done();
        else
            say(errorText(outcome.error()), true);
        importNext();
    };
    m_engine.submit(std::move(request), std::move(handlers));
}

/// Empty: no longer busy.
void ModelManager::setBusy(const QString& step)
{
    m_busy = !step.isEmpty();
    m_progress->setVisible(m_busy);
    m_cancel->setVisible(m_busy);
    if (m_busy) {
        m_progress->setRange(0, 100);
        m_progress->setValue(0);
        say(step + u'…');
    }
    updateButtons();
}

void ModelManager::say(const QString& text, bool isError)
{
    m_isError = isError;
    m_message->setText(withShortWords(text));
    m_message->setToolTip(text);
    QPalette colors = palette();
    if (isError)
        colors.setColor(QPalette::WindowText, themeColors(colors).worse);
    m_message->setPalette(colors);
}

void ModelManager::updateButtons()
{
    const std::string id = selectedId().toStdString();
    const auto record =
        std::find_if(m_records.begin(), m_records.end(), [&](const ModelRecord& r) { return r.id == id; });
    const bool chosen = record != m_records.end();
    m_verify->setEnabled(chosen && !m_busy);
    m_remove->setEnabled(chosen && record->own && !m_busy);
    m_remove->setToolTip(chosen && !record->own ? tr("Belongs to HalfLens and stays") : QString());
}

void ModelManager::dragEnterEvent(QDragEnterEvent* event)
{
    const QList<QUrl> urls = event->mimeData()->urls();
    if (std::any_of(urls.begin(), urls.end(), [](const QUrl& url) { return url.isLocalFile(); }))
        event->acceptProposedAction();
}

void ModelManager::dropEvent(QDropEvent* event)
{
    QStringList paths;
    for (const QUrl& url : event->mimeData()->urls()) {
        // A manifest is found beside its program.
        if (url.isLocalFile() && !url.toLocalFile().endsWith(u".json"))
            paths << url.toLocalFile();
    }
    event->acceptProposedAction();
    importFiles(paths);
}

void ModelManager::changeEvent(QEvent* event)
{
    QDialog::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_message)
        say(m_message->text(), m_isError);
}

} // namespace halflens
