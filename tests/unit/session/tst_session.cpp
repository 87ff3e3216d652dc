// SPDX-License-Identifier: BSD-3-Clause
// Session files: there and back, hostile ones, and photos found here and on another machine.
#include "core/base/file.h"
#include "core/session/figure_session.h"
#include "core/session/session_files.h"
#include "tests/support/test_case.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace halflens;
namespace fs = std::filesystem;

namespace {

Scenario sky()
{
    Scenario scenario;
    scenario.name = "Sky";
    scenario.note = "what if it were plain?";
    scenario.hidden = BlockMask(0b1111);
    scenario.photo = "a.jpg";
    scenario.image = "ab12";
    scenario.scores = {{"one", "One", 4.25, 3.5, false}, {"two", "Two", 3, 3.25, true}};
    scenario.effects = {{"one", "One", 12, -0.5, 0.25, 0.875, 2}, {"two", "Two", 1, 0.25, {}, {}}};
    return scenario;
}

Session wholeSession()
{
    Session session;
    session.viewer.model = "lite-koncept";
    session.viewer.view = {false, 2.5, 0.25, 0.75};
    session.versions.second = "/photos/b.jpg";
    SessionPhoto first;
    first.path = "/photos/älg.jpg";
    first.bytes = 123;
    first.sha256 = std::string(64, 'a');
    first.masks = {BlockMask(1), {{BlockMask(3), "Hide block 1"}, {BlockMask(7), "Hide block 2"}}, 1};
    first.mark = PhotoMark::Reject;
    first.note = "blurred";
    SessionPhoto second;
    second.path = "/photos/\xff%\xfe no text.jpg"; // a name that is no UTF-8
    session.photos = {first, second};
    session.place = 1;
    session.scenarios = {sky()};
    session.file = "/photos/trip.halflens";
    session.isModified = true;
    return session;
}

class Folder {
public:
    explicit Folder(const QTemporaryDir& parent, const char* name)
        : path(toPath(parent.filePath(QLatin1String(name))))
    {
        fs::create_directories(path);
    }
    static fs::path toPath(const QString& text) { return text.toStdString(); }
    fs::path write(const fs::path& name, const std::string& content) const
    {
        fs::create_directories((path / name).parent_path());
        if (!writeFileAtomically(path / name, content))
            qFatal("cannot write");
        return path / name;
    }
    fs::path path;
};

SessionPhoto photoOf(const fs::path& file)
{
    SessionPhoto photo;
    photo.path = file;
    photo.bytes = static_cast<std::int64_t>(fs::file_size(file));
    photo.sha256 = *sha256HexOfFile(file);
    return photo;
}

} // namespace

class TestSession : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void thereAndBack()
    {
        const Session session = wholeSession();
        const Result<Session> again = sessionFromText(toText(session));
        QVERIFY2(again, again ? "" : again.error().reason.c_str());
        QVERIFY(*again == session);
        QVERIFY(again->photos[0].masks.shown() == BlockMask(3));
        QVERIFY(*sessionFromText(toText(Session())) == Session());
    }

    void whereOneLooksIsNoWork()
    {
        const Session session = wholeSession();
        Session other = session;
        other.place = 0;
        other.viewer.view.zoom = 4;
        other.viewer.model = "another";
        QVERIFY(isSameWork(session, other));
        other.photos[0].masks.done = 2;
        QVERIFY(!isSameWork(session, other));
        other = session;
        other.photos[1].note = "sharp";
        QVERIFY(!isSameWork(session, other));
        other = session;
        other.photos[0].mark = PhotoMark::Keep;
        QVERIFY(!isSameWork(session, other));
        other = session;
        other.scenarios[0].note.clear();
        QVERIFY(!isSameWork(session, other));
        other = session;
        other.scenarios[0].scores.pop_back(); // they come again with the photo
        QVERIFY(isSameWork(session, other));
        other.scenarios[0].effects.pop_back(); // these took time
        QVERIFY(!isSameWork(session, other));
        other = session;
        other.photos.pop_back();
        QVERIFY(!isSameWork(session, other));
    }

    void wrongOnesAreRefusedByKey_data()
    {
        QTest::addColumn<QByteArray>("more");
        QTest::addColumn<QByteArray>("reason");
        const auto row = [](const char* name, const char* more, const char* reason) {
            QTest::newRow(name) << QByteArray(more) << QByteArray(reason);
        };
        row("unknown key", "\"photoes\": []", "photoes is not a known key");
        row("no list", "\"photos\": {}", "photos is not a list");
        row("no object", "\"photos\": [1]", "photos[0] is not an object");
        row("no path", "\"photos\": [{}]", "photos[0].path is missing");
        row("relative path", "\"photos\": [{\"path\": \"a.jpg\"}]", "photos[0].path is not an absolute path");
        row("zero in a path", "\"photos\": [{\"path\": \"/a\\u0000b\"}]", "photos[0].path is not");
        row("zero in an address", "\"photos\": [{\"path\": \"file:///a%00b\"}]", "photos[0].path is not");
        row("absolute", "\"photos\": [{\"path\": \"/a\", \"relative\": \"/b\"}]",
            "photos[0].relative is not a relative path");
        row("hash", "\"photos\": [{\"path\": \"/a\", \"sha256\": \"xyz\"}]", "photos[0].sha256 is not 64");
        row("size", "\"photos\": [{\"path\": \"/a\", \"bytes\": -5}]", "photos[0].bytes is not");
        row("mark", "\"photos\": [{\"path\": \"/a\", \"mark\": 4}]", "photos[0].mark is not");
        row("mask", "\"photos\": [{\"path\": \"/a\", \"masks\": {\"first\": 4096}}]", "photos[0].masks.first is not");
        row("undo", "\"photos\": [{\"path\": \"/a\", \"masks\": {\"done\": 1}}]", "photos[0].masks.done is not");
        row("step", "\"photos\": [{\"path\": \"/a\", \"masks\": {\"steps\": [{\"x\": 1}]}}]",
            "photos[0].masks.steps[0].x");
        row("place", "\"photos\": [{\"path\": \"/a\"}], \"place\": 1", "place is not a whole number");
        row("scenario", "\"scenarios\": [{\"hidden\": 1}]", "scenarios[0].name is missing");
        row("score", "\"scenarios\": [{\"name\": \"a\", \"scores\": [{\"model\": \"m\", \"whole\": 1e300}]}]",
            "scenarios[0].scores[0].whole is not");
        row("plcc", "\"scenarios\": [{\"name\": \"a\", \"effects\": [{\"model\": \"m\", \"plcc\": 2}]}]",
            "scenarios[0].effects[0].plcc is not");
        row("viewer", "\"viewer\": {\"hidden\": 4096}", "viewer.hidden is not");
    }
    void wrongOnesAreRefusedByKey()
    {
        QFETCH(QByteArray, more);
        QFETCH(QByteArray, reason);
        const QByteArray text = "{\"format\": \"halflens-session\", \"version\": 1," + more + '}';
        const Result<Session> session = sessionFromText(text.toStdString());
        QVERIFY(!session);
        QCOMPARE(session.error().stage, std::string("session"));
        QVERIFY(session.error().code == ErrorCode::InvalidInput);
        QVERIFY2(QByteArray::fromStdString(session.error().reason).contains(reason), session.error().reason.c_str());
    }

    /// What was written before photos had marks.
    void filesWithoutMarks()
    {
        const Result<Session> session =
            sessionFromText("{\"format\": \"halflens-session\", \"version\": 1, \"photos\": [{\"path\": \"/a\"}]}");
        QVERIFY(session);
        QVERIFY(session->photos.at(0).mark == PhotoMark::None);
        QVERIFY(session->photos.at(0).note.empty());
        QVERIFY(toText(*session).find("mark") == std::string::npos); // which earlier programs can read
    }

    void otherFilesAreRefused()
    {
        QVERIFY(!sessionFromText(""));
        QVERIFY(!sessionFromText("[]"));
        QVERIFY(!sessionFromText("{}"));
        QVERIFY(!sessionFromText("{\"format\": \"other\", \"version\": 1}"));
        QVERIFY(!sessionFromText("{\"format\": \"halflens-session\"}"));
        QVERIFY(!sessionFromText(std::string(100000, '[')));
        QVERIFY(!sessionFromText(std::string(MaxSessionBytes + 1, ' ')));
        const Result<Session> newer =
            sessionFromText("{\"format\": \"halflens-session\", \"version\": 2, \"new\": []}");
        QVERIFY(!newer && newer.error().code == ErrorCode::Unsupported);
        QVERIFY(QByteArray::fromStdString(newer.error().reason).contains("newer"));
    }

    void photosAreFoundByRelativePathOnAnotherMachine()
    {
        const QTemporaryDir root;
        const Folder here(root, "here");
        Session session;
        session.photos = {photoOf(here.write("in/a.jpg", "aaaa")), photoOf(here.write("b.jpg", "bb"))};
        QVERIFY(writeSession(here.path / "trip.halflens", session));
        const fs::path there = Folder::toPath(root.filePath(QStringLiteral("there")));
        fs::rename(here.path, there);
        const Result<OpenedSession> opened = openSession(there / "trip.halflens", {}, {});
        QVERIFY(opened);
        QVERIFY(opened->session.photos[0].path == there / "in/a.jpg");
        QVERIFY(opened->session.photos[1].path == there / "b.jpg");
        QVERIFY(opened->isMissing == std::vector<bool>({false, false}));
        QCOMPARE(opened->elsewhere, 0);
    }

    void photosAreFoundByContentInTheFolder()
    {
        const QTemporaryDir root;
        const Folder old(root, "old");
        Session session;
        session.photos = {photoOf(old.write("a.jpg", "first")), photoOf(old.write("b.jpg", "other")),
                          photoOf(old.write("c.jpg", "third"))};
        const Folder now(root, "new");
        QVERIFY(writeSession(now.path / "trip.halflens", session));
        fs::remove_all(old.path);
        now.write("renamed.jpg", "first");
        now.write("below/deeper/c.jpg", "third");
        now.write("b.jpg", "OTHER"); // the size alone is not enough
        const Result<OpenedSession> opened = openSession(now.path / "trip.halflens", {}, {});
        QVERIFY(opened);
        QVERIFY(opened->session.photos[0].path == now.path / "renamed.jpg");
        QVERIFY(opened->session.photos[1].path == old.path / "b.jpg"); // stays in the list, as missing
        QVERIFY(opened->session.photos[2].path == now.path / "below/deeper/c.jpg");
        QVERIFY(opened->isMissing == std::vector<bool>({false, true, false}));
        QCOMPARE(opened->elsewhere, 2);
    }

    void aFileIsOnePhoto()
    {
        const QTemporaryDir root;
        const Folder old(root, "old");
        const Folder now(root, "new");
        Session session;
        session.photos = {photoOf(now.write("a.jpg", "same")), photoOf(old.write("b.jpg", "same")),
                          photoOf(old.write("c.jpg", "same"))};
        QVERIFY(writeSession(now.path / "trip.halflens", session));
        fs::remove_all(old.path);
        now.write("copy.jpg", "same");
        const Result<OpenedSession> opened = openSession(now.path / "trip.halflens", {}, {});
        QVERIFY(opened);
        QVERIFY(opened->session.photos[0].path == now.path / "a.jpg");
        QVERIFY(opened->session.photos[1].path == now.path / "copy.jpg"); // not a.jpg, which is there itself
        QVERIFY(opened->session.photos[2].path == old.path / "c.jpg");
        QVERIFY(opened->isMissing == std::vector<bool>({false, false, true}));
        QCOMPARE(opened->elsewhere, 1);
    }

    void ofTwoFilesTheOneOfTheStoredSizeIsMeant()
    {
        const QTemporaryDir root;
        const Folder here(root, "here");
        const Folder copy(root, "copy");
        Session session;
        session.photos = {photoOf(here.write("a.jpg", "long content"))};
        QVERIFY(writeSession(here.path / "trip.halflens", session));
        copy.write("a.jpg", "short");
        fs::copy_file(here.path / "trip.halflens", copy.path / "trip.halflens");
        QVERIFY(openSession(copy.path / "trip.halflens", {}, {})->session.photos[0].path == here.path / "a.jpg");
        copy.write("a.jpg", "long content"); // the one beside the session comes first
        QVERIFY(openSession(copy.path / "trip.halflens", {}, {})->session.photos[0].path == copy.path / "a.jpg");
    }

    void figureBecomesASession()
    {
        const QTemporaryDir root;
        const Folder here(root, "here");
        here.write("a.jpg", "aaaa");
        const Folder other(root, "other");
        other.write("b.jpg", "bbbb");
        const std::string json =
            "{\"format\": \"halflens-figure\", \"models\": [{\"id\": \"lite\"}], \"future\": 1, \"images\": ["
            "{\"file\": \"a.jpg\", \"content_hash\": \"cd\", \"masks\": {\"important\": 1650}}, {\"file\": \"b.jpg\"}, "
            "{\"file\": \"c.jpg\"}]}";
        const Result<Session> session = sessionFromProvenance(json, here.path);
        QVERIFY2(session, session ? "" : session.error().reason.c_str());
        QCOMPARE(session->viewer.model, std::string("lite"));
        QCOMPARE(session->scenarios.size(), std::size_t(1));
        QCOMPARE(session->scenarios[0].name, std::string("important: a.jpg"));
        QVERIFY(session->scenarios[0].hidden == BlockMask(1650));
        const OpenedSession opened = findPhotos(*session, here.path, {other.path}, {});
        QVERIFY(opened.isMissing == std::vector<bool>({false, false, true}));
        QVERIFY(opened.session.photos[1].path == other.path / "b.jpg");
        QVERIFY(!sessionFromProvenance("{\"format\": \"halflens-figure\", \"images\": [{\"file\": 1}]}", here.path));
        here.write("x.png", "no figure");
        const Result<OpenedSession> none = openSession(here.path / "x.png", {}, {});
        QVERIFY(!none && none.error().code == ErrorCode::Unsupported);
        QVERIFY(!openSession(here.path / "absent.halflens", {}, {}));
    }
};

HALFLENS_TEST(TestSession)
#include "tst_session.moc"
