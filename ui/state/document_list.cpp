// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/document_list.h"

#include "core/image/decode.h"
#include "core/image/image_folder.h"
#include "ui/state/image_files.h"
#include "ui/state/text.h"

#include <QFileInfo>
#include <QSignalBlocker>
#include <QTimer>

#include <algorithm>
#include <iterator>
#include <utility>

namespace halflens {

namespace {

constexpr int FewPaths = 32; ///< are looked at in the same turn of the event loop, unless one is a folder
constexpr qsizetype FirstBit = 256; ///< files listed at once; the views lay all of them out at every step
constexpr qsizetype FurtherBit = 4096;

bool isQuick(const QStringList& paths)
{
    return paths.size() <= FewPaths && std::none_of(paths.begin(), paths.end(), [](const QString& path) {
               return QFileInfo(path).isDir() || path.startsWith(QStringLiteral("file:"));
           });
}

} // namespace

DocumentList::DocumentList(CurrentImage& current, ImageLoader& loader, EngineClient& engine, QObject* parent)
    : QObject(parent)
    , m_current(current)
    , m_loader(loader)
    , m_engine(engine)
{
    connect(&loader, &ImageLoader::loaded, this, &DocumentList::loaded);
    connect(&loader, &ImageLoader::failed, this, &DocumentList::loadFailed);
}

DocumentList::~DocumentList()
{
    const QSignalBlocker quiet(m_current); // who follows it may be gone
    m_current.setDocument(nullptr);
}

int DocumentList::indexOf(const Document* document) const
{
    const auto it =
        std::find_if(m_documents.begin(), m_documents.end(), [&](const auto& d) { return d.get() == document; });
    return it == m_documents.end() ? -1 : static_cast<int>(it - m_documents.begin());
}

int DocumentList::wantedIndex() const
{
    return m_wanted ? indexOf(find(*m_wanted)) : currentIndex();
}

std::unique_ptr<Document> DocumentList::make(const QString& path)
{
    auto document = std::make_unique<Document>(m_nextId++, path);
    m_byId.insert(document->id(), document.get());
    if (!path.isEmpty())
        m_byPath.insert(path, document.get());
    document->setMarking(m_markings.take(path));
    connect(document.get(), &Document::markingChanged, this,
            [this, changed = document.get()] { Q_EMIT markingChanged(changed); });
    return document;
}

/// Tells nobody yet: a folder of thousands is one piece of news.
Document* DocumentList::add(const QString& path)
{
    m_documents.push_back(make(path));
    return m_documents.back().get();
}

void DocumentList::open(const QStringList& paths)
{
    if (isQuick(paths)) {
        append(expandPaths(paths));
        return;
    }
    m_engine.submit({{0, Stage::Listing, m_listings++},
                     Lane::Interactive,
                     {},
                     [paths](const JobContext& context) {
                         context.report(-1, "Looking for images");
                         return Outcome(Artifact(std::make_shared<const QStringList>(expandPaths(paths))));
                     }},
                    {[this, paths](const Outcome& outcome) {
                         if (!outcome)
                             Q_EMIT failed(outcome.error());
                         else if (outcome->as<QStringList>()->isEmpty())
                             Q_EMIT failed({ErrorCode::InvalidInput, "open", "the folder has no images in it",
                                            "open a folder with " + imageFormatNames() + " files",
                                            toPath(paths.front()).string()});
                         else
                             append(*outcome->as<QStringList>());
                     },
                     {}});
}

void DocumentList::openPartial(const QString& path)
{
    m_loader.allowPartial(path);
    open({path});
}

void DocumentList::append(const QStringList& files)
{
    if (files.isEmpty())
        return;
    const bool isBusy = !m_coming.isEmpty();
    Document* first = m_byPath.value(files.front());
    if (!first) {
        first = add(files.front());
        Q_EMIT added(count() - 1, count() - 1);
    }
    m_coming += files.mid(1);
    m_openedLast =
        m_nextId + static_cast<std::uint64_t>(m_coming.size()); // or a little less, with known ones among them
    if (!isBusy)
        takeComing();
    want(first);
}

void DocumentList::takeComing()
{
    const qsizetype bit = std::min(m_coming.size(), count() <= FirstBit ? FirstBit : FurtherBit);
    const int before = count();
    for (qsizetype i = 0; i < bit; ++i) {
        if (!m_byPath.contains(m_coming.at(i)))
            add(m_coming.at(i));
    }
    m_coming.remove(0, bit);
    if (count() > before)
        Q_EMIT added(before, count() - 1);
    if (!m_coming.isEmpty())
        QTimer::singleShot(0, this, &DocumentList::takeComing); // input and painting come first
}

void DocumentList::replace(const QStringList& files, int place)
{
    closeAll();
    m_markings.clear(); // they were of what is replaced
    if (files.isEmpty())
        return;
    place = std::clamp(place, 0, static_cast<int>(files.size()) - 1);
    const qsizetype now = std::min(files.size(), std::max<qsizetype>(FirstBit, place + 1));
    for (qsizetype i = 0; i < now; ++i)
        add(files.at(i));
    m_coming = files.mid(now);
    Q_EMIT added(0, count() - 1);
    if (!m_coming.isEmpty())
        QTimer::singleShot(0, this, &DocumentList::takeComing);
    showPresent(place);
}

void DocumentList::addSiblings(const Document& document)
{
    const QString own = document.path();
    if (own.isEmpty())
        return;
    const QString folder = QFileInfo(own).absolutePath();
    m_engine.submit({{0, Stage::Listing, m_listings++},
                     Lane::Interactive,
                     {},
                     [folder](const JobContext& context) {
                         context.report(-1, "Looking for images");
                         return Outcome(Artifact(std::make_shared<const QStringList>(expandPaths({folder}))));
                     }},
                    {[this, own, id = document.id()](const Outcome& outcome) {
                         if (!outcome)
                             Q_EMIT failed(outcome.error());
                         else if (const Document* known = find(id)) {
                             const QStringList files = *outcome->as<QStringList>();
                             const auto isBefore = [&](const QString& file) {
                                 return comesBefore(QFileInfo(file).fileName(), QFileInfo(own).fileName());
                             };
                             const auto part = std::find_if_not(files.begin(), files.end(), isBefore);
                             const auto before = part - files.begin();
                             insert(indexOf(known), files.mid(0, before));
                             insert(indexOf(known) + 1, files.mid(before));
                         }
                     },
                     {}});
}

/// Files that are known already stay where they are.
void DocumentList::insert(int place, const QStringList& files)
{
    std::vector<std::unique_ptr<Document>> fresh;
    for (const QString& file : files) {
        if (m_byPath.contains(file))
            continue;
        fresh.push_back(make(file));
    }
    const int last = place + static_cast<int>(fresh.size()) - 1;
    m_documents.insert(m_documents.begin() + place, std::make_move_iterator(fresh.begin()),
                       std::make_move_iterator(fresh.end()));
    if (last >= place)
        Q_EMIT added(place, last);
}

void DocumentList::closeAll()
{
    m_coming.clear();
    m_openedLast = 0;
    cancelWanted();
    m_current.setDocument(nullptr); // else each one closed would show the next
    while (count() > 0)
        close(count() - 1);
}

void DocumentList::finishListing()
{
    while (!m_coming.isEmpty())
        takeComing();
}

void DocumentList::setMissing(Document& document, bool missing)
{
    if (missing == document.isMissing())
        return;
    document.setMissing(missing);
    Q_EMIT missingChanged(indexOf(&document));
}

/// The photo there, or the nearest after or before it whose file is there.
void DocumentList::showPresent(int index)
{
    const auto isPresent = [](const auto& document) { return !document->isMissing(); };
    const auto here = m_documents.begin() + index;
    auto found = std::find_if(here, m_documents.end(), isPresent);
    if (found == m_documents.end()) {
        const auto back = std::find_if(std::make_reverse_iterator(here), m_documents.rend(), isPresent);
        if (back == m_documents.rend())
            return;
        found = std::prev(back.base());
    }
    want(found->get());
}

void DocumentList::openImage(const QImage& image, const QString& title)
{
    if (image.isNull())
        return;
    Document* document = add({});
    document->setTitle(title);
    Q_EMIT added(count() - 1, count() - 1);
    wantOnly(document);
    m_loader.convert(*document, image);
}

/// Whatever else was to be shown next is not any more.
void DocumentList::wantOnly(Document* document)
{
    if (m_wanted && *m_wanted != document->id()) {
        const Document* before = find(*m_wanted);
        if (before && !before->path().isEmpty()) // a pasted image cannot be read again
            m_loader.cancel(*before);
    }
    m_wanted = document->id();
    Q_EMIT wantedChanged();
}

void DocumentList::show(int index)
{
    if (index < 0 || index >= count())
        return;
    const int from = wantedIndex();
    const int before = from >= 0 && m_sequence ? m_sequence->placeOf(at(from)) : from;
    const int after = m_sequence ? m_sequence->placeOf(at(index)) : index;
    goTo(at(index), from < 0 || before == after ? m_direction : after < before ? -1 : 1);
}

void DocumentList::goTo(Document* document, int direction)
{
    m_direction = direction;
    m_openedLast = 0;
    want(document);
}

/// Null at the ends. One that is left out has the first of the sequence after it, and the last before it.
Document* DocumentList::neighbour(const Document* document, int by) const
{
    const int count = m_sequence ? m_sequence->photos() : static_cast<int>(m_documents.size());
    const int here = m_sequence ? m_sequence->placeOf(document) : indexOf(document);
    const int place = here >= 0 ? here + by : by > 0 ? 0 : count - 1;
    if (place < 0 || place >= count)
        return nullptr;
    return m_sequence ? m_sequence->photo(place) : at(place);
}

void DocumentList::step(int by)
{
    const int from = wantedIndex();
    const int direction = by < 0 ? -1 : 1;
    Document* next = neighbour(from >= 0 ? at(from) : nullptr, direction);
    while (next && next->isMissing()) // they are shown as missing when they are chosen
        next = neighbour(next, direction);
    if (next)
        goTo(next, direction);
}

void DocumentList::want(Document* document)
{
    wantOnly(document);
    if (auto loaded = m_loader.find(*document)) {
        m_wanted.reset();
        m_openedLast = 0;
        makeCurrent(document, std::move(loaded));
    } else if (!document->path().isEmpty()) { // else it is on its way
        m_loader.load(*document, Lane::Interactive);
    }
}

bool DocumentList::refresh()
{
    Document* document = m_current.document();
    if (!document || document->path().isEmpty() || m_loader.find(*document) == document->loaded())
        return false;
    want(document);
    return true;
}

void DocumentList::loaded(std::uint64_t id, const std::shared_ptr<const LoadedImage>& image)
{
    Document* document = find(id);
    if (!document)
        return;
    if (m_wanted != id) {
        if (document->path().isEmpty())
            document->setLoaded(image); // there is nothing to read it from again
        Q_EMIT prefetched(id, image->image);
        return;
    }
    m_wanted.reset();
    m_openedLast = 0;
    setMissing(*document, false);
    if (!document->path().isEmpty())
        Q_EMIT opened(document->path());
    makeCurrent(document, image);
}

void DocumentList::loadFailed(std::uint64_t id, const Error& error)
{
    Document* document = find(id);
    if (!document || m_wanted != id) // prefetched ones tell when they are asked for
        return;
    if (document == m_current.document()) {
        m_wanted.reset(); // read again in vain: what was read before stays
        Q_EMIT wantedChanged();
    } else if (document->isKept()) {
        m_wanted.reset();
        setMissing(*document, true);
        Q_EMIT wantedChanged();
        if (!m_current.document())
            showPresent(indexOf(document));
    } else {
        const int index = indexOf(document);
        close(index);
        const bool isNextOpenedToo = index < count() && at(index)->id() <= m_openedLast;
        if (isNextOpenedToo)
            want(at(index));
        else if (!m_current.document() && count() > 0)
            want(at(std::min(index, count() - 1)));
    }
    Q_EMIT failed(error);
}

void DocumentList::makeCurrent(Document* document, std::shared_ptr<const LoadedImage> loaded)
{
    Document* before = m_current.document();
    document->setLoaded(std::move(loaded));
    if (document != before) {
        Q_EMIT aboutToBeShown(document);
        m_current.setDocument(document);
        if (before) { // the cache keeps all of it as long as there is room
            before->setAnalysis(nullptr);
            if (!before->path().isEmpty())
                before->setLoaded(nullptr);
        }
    }
    Q_EMIT wantedChanged();
}

void DocumentList::close(int index)
{
    if (index < 0 || index >= count())
        return;
    Document* document = at(index);
    m_engine.forget(document->id());
    if (m_wanted == document->id())
        m_wanted.reset();
    const bool wasCurrent = document == m_current.document();
    Document* next = neighbour(document, 1);
    if (!next)
        next = neighbour(document, -1);
    if (wasCurrent)
        m_current.setDocument(nullptr);
    Q_EMIT aboutToBeRemoved(index);
    const std::unique_ptr<Document> gone = std::move(m_documents[static_cast<std::size_t>(index)]);
    m_documents.erase(m_documents.begin() + index);
    m_byId.remove(gone->id());
    m_byPath.remove(gone->path());
    if (!gone->path().isEmpty() && !gone->marking().isEmpty())
        m_markings.insert(gone->path(), gone->marking());
    Q_EMIT removed(index);
    Q_EMIT wantedChanged();
    if (wasCurrent && !m_wanted && next)
        want(next);
}

void DocumentList::cancelWanted()
{
    if (!m_wanted)
        return;
    const Document* document = find(*std::exchange(m_wanted, std::nullopt));
    if (document) {
        m_loader.cancel(*document);
        if (document->path().isEmpty())
            close(indexOf(document)); // nothing is left of a pasted image that was not taken over
    }
    Q_EMIT wantedChanged();
}

void DocumentList::prefetchNeighbour()
{
    const Document* next = m_current.document() ? neighbour(m_current.document(), m_direction) : nullptr;
    if (!m_wanted && next && !next->path().isEmpty() && !m_loader.find(*next))
        m_loader.load(*next, Lane::Prefetch);
}

} // namespace halflens
