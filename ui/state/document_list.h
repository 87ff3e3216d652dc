// SPDX-License-Identifier: BSD-3-Clause
// The opened images in their order: opening, closing, and which of them is shown next.
#pragma once

#include "ui/state/current_image.h"
#include "ui/state/engine_client.h"
#include "ui/state/image_loader.h"

#include <QHash>
#include <QImage>
#include <QObject>
#include <QStringList>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace halflens {

/// An order to go through the photos in, other than that of opening; photos it leaves out are passed over.
class PhotoSequence {
public:
    PhotoSequence() = default;
    PhotoSequence(const PhotoSequence&) = delete;
    PhotoSequence& operator=(const PhotoSequence&) = delete;
    virtual ~PhotoSequence() = default;

    virtual int photos() const = 0;
    virtual Document* photo(int place) const = 0;
    virtual int placeOf(const Document* document) const = 0; ///< -1: left out
};

/// GUI thread; nothing here waits. Files are known by their path, so that none is listed twice.
/// The shown image changes only when the wanted one could be decoded: a broken file leaves the picture as it is,
/// is reported by failed() and leaves the list; the next of those opened with it is shown in its place. A photo that
/// was taken off the list has its mark and note again when it is listed again.
class DocumentList final : public QObject {
    Q_OBJECT

public:
    /// All outlive the list.
    DocumentList(CurrentImage& current, ImageLoader& loader, EngineClient& engine, QObject* parent = nullptr);
    ~DocumentList() override;

    /// Adds files, and the images of folders, and shows the first. Known files are shown again, read anew when
    /// they have changed. Folders are looked into in the background, and thousands are listed bit by bit.
    void open(const QStringList& paths);
    /// Opens what there is of an incomplete file, as a person asked.
    void openPartial(const QString& path);
    /// Lists these files alone, in this order and without looking at them, and shows the one at `place`. Those that
    /// are known already begin anew.
    void replace(const QStringList& files, int place);
    /// Lists the other images of the document's folder around it, in the order of names; what is shown stays.
    void addSiblings(const Document& document);
    void closeAll();
    /// What is on its way into the list is listed at once.
    void finishListing();
    bool isListing() const { return !m_coming.isEmpty(); }
    /// Adds an image that has no file, such as a pasted one.
    void openImage(const QImage& image, const QString& title);

    int count() const { return static_cast<int>(m_documents.size()); }
    Document* at(int index) const { return m_documents[static_cast<std::size_t>(index)].get(); }
    int indexOf(const Document* document) const; ///< -1: none
    Document* find(std::uint64_t id) const { return m_byId.value(id); } ///< null: none

    int currentIndex() const { return indexOf(m_current.document()); }
    int wantedIndex() const; ///< shown soon, when it is being decoded; else the current
    void show(int index);
    void step(int by); ///< next (+1), previous (-1) in the order that is followed; stops at the ends
    /// The order of step(), of what is fetched ahead, and of what is shown after a close. Outlives the list, or null is
    /// given before it goes.
    void follow(const PhotoSequence* sequence) { m_sequence = sequence; }
    void close(int index);
    /// Reads the shown image again if its file has changed; false when there is no need.
    bool refresh();
    /// Ends the wait for the wanted image; what is shown stays.
    void cancelWanted();
    /// Has the neighbour in the direction of the last step decoded while nobody waits for anything.
    void prefetchNeighbour();

Q_SIGNALS:
    void added(int first, int last);
    void missingChanged(int index);
    void markingChanged(halflens::Document* document); ///< its mark or its note
    void aboutToBeRemoved(int index);
    void removed(int index);
    void wantedChanged();
    void aboutToBeShown(halflens::Document* document); ///< it has its pixels; what else is known can be given to it
    void opened(const QString& path); ///< a file could be read
    /// Decoded ahead of need.
    void prefetched(std::uint64_t document, const std::shared_ptr<const halflens::Image>& image);
    void failed(const halflens::Error& error);

private:
    std::unique_ptr<Document> make(const QString& path);
    Document* add(const QString& path);
    void insert(int place, const QStringList& files);
    Document* neighbour(const Document* document, int by) const;
    void goTo(Document* document, int direction);
    void append(const QStringList& files);
    void takeComing();
    void setMissing(Document& document, bool missing);
    void showPresent(int index);
    void want(Document* document);
    void wantOnly(Document* document);
    void makeCurrent(Document* document, std::shared_ptr<const LoadedImage> loaded);
    void loaded(std::uint64_t id, const std::shared_ptr<const LoadedImage>& image);
    void loadFailed(std::uint64_t id, const Error& error);

    CurrentImage& m_current;
    ImageLoader& m_loader;
    EngineClient& m_engine;
    std::vector<std::unique_ptr<Document>> m_documents;
    QHash<QString, Document*> m_byPath;
    QHash<std::uint64_t, Document*> m_byId;
    QHash<QString, PhotoMarking> m_markings; ///< by path, of photos taken off the list: they come back with them
    std::uint64_t m_nextId = 1;
    QStringList m_coming; ///< files of a large opening that are not listed yet
    int m_listings = 0; ///< slots of folders that are being looked into
    std::uint64_t m_openedLast = 0; ///< of what was opened together, while the first good one is searched; else 0
    std::optional<std::uint64_t> m_wanted; ///< being decoded to be shown
    int m_direction = 1; ///< of the last step, for prefetching
    const PhotoSequence* m_sequence = nullptr; ///< null: the order of opening
};

} // namespace halflens
