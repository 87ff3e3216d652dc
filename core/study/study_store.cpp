// SPDX-License-Identifier: BSD-3-Clause
#include "core/study/study_store.h"

#include "core/base/json_object.h"

#include <QLockFile>
#include <cmath>
#include <sqlite3.h>

namespace halflens {

namespace {

constexpr std::int64_t FormatVersion = 1;
constexpr int BusyMilliseconds = 10'000;
constexpr const char* FileName = "rows.sqlite";

constexpr const char* Schema = R"(
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE photos (number INTEGER PRIMARY KEY, name TEXT NOT NULL, split INTEGER NOT NULL, mos REAL, error TEXT NOT NULL,
    hash TEXT NOT NULL, important INTEGER, random INTEGER NOT NULL, saliency INTEGER, frequency INTEGER,
    objectness INTEGER, averaged INTEGER, seconds REAL NOT NULL);
CREATE TABLE models (number INTEGER, model TEXT, score REAL NOT NULL, oracle INTEGER, PRIMARY KEY (number, model)) WITHOUT ROWID;
CREATE TABLE masked (number INTEGER, model TEXT, hidden_by INTEGER, hidden INTEGER, score REAL NOT NULL,
    PRIMARY KEY (number, model, hidden_by, hidden)) WITHOUT ROWID;
CREATE TABLE enough (number INTEGER, model TEXT, epsilon REAL, guaranteed INTEGER NOT NULL, best INTEGER NOT NULL,
    PRIMARY KEY (number, model, epsilon)) WITHOUT ROWID;
CREATE TABLE tables (number INTEGER, model TEXT, scores BLOB NOT NULL, PRIMARY KEY (number, model));
CREATE TABLE aucs (number INTEGER, model TEXT, kind INTEGER, region INTEGER, full INTEGER, explainer TEXT, auc REAL NOT NULL,
    PRIMARY KEY (number, model, kind, region, full, explainer)) WITHOUT ROWID;
CREATE TABLE damage (number INTEGER, model TEXT, kind INTEGER, region INTEGER, full INTEGER, clean REAL NOT NULL,
    damaged REAL NOT NULL, hidden REAL NOT NULL, only_damaged REAL NOT NULL, clean_hidden REAL NOT NULL,
    PRIMARY KEY (number, model, kind, region, full)) WITHOUT ROWID;
)";
/// Came later: files of this form may lack it.
constexpr const char* FilesSchema = "CREATE TABLE IF NOT EXISTS files (number INTEGER PRIMARY KEY, path TEXT NOT NULL)";
constexpr std::array Tables{"photos", "models", "masked", "enough", "tables", "aucs", "damage"};

std::int64_t numberOf(std::size_t value)
{
    return static_cast<std::int64_t>(value);
}

/// Binds nothing, which SQLite reads as NULL, where there is no value.
void bindMask(SqliteStatement& statement, int index, const std::optional<BlockMask>& mask)
{
    if (mask)
        statement.bind(index, std::int64_t{mask->bits()});
}

/// NULL is told from 0 through a second column, because the handle reads numbers alone.
std::optional<BlockMask> maskAt(SqliteStatement& row, int column)
{
    const std::int64_t bits = row.integer(column);
    return bits < 0 ? std::nullopt : std::optional(BlockMask(static_cast<std::uint32_t>(bits)));
}

Damage damageAt(SqliteStatement& row, int column)
{
    return {static_cast<DamageKind>(row.integer(column)), static_cast<DamageRegion>(row.integer(column + 1)),
            row.integer(column + 2) != 0};
}

/// {"model": [low, high], ...}
std::string scalesText(const std::map<std::string, ScoreScale>& scales)
{
    nlohmann::json ends = nlohmann::json::object();
    for (const auto& [model, scale] : scales)
        ends[model] = {scale.low, scale.high};
    return ends.dump();
}

/// Runs a statement to its end once.
int runOnce(SqliteStatement& statement)
{
    const int code = statement.step();
    statement.reset();
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

class PhotoWriter {
public:
    PhotoWriter(SqliteDatabase& database, std::size_t number)
        : m_database(database)
        , m_number(numberOf(number))
    { }

    int write(const PlannedPhoto& photo, const PhotoFindings& found)
    {
        writePhoto(photo, found);
        for (const ModelFindings& model : found.models)
            writeModel(model);
        for (const DamageAuc& auc : found.aucs)
            run(statement("INSERT INTO aucs VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", auc.model, auc.damage)
                    .bind(6, auc.explainer)
                    .bind(7, auc.auc));
        for (const DamageFindings& damage : found.damage)
            run(statement("INSERT INTO damage VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", damage.model,
                          damage.damage)
                    .bind(6, damage.scores.clean)
                    .bind(7, damage.scores.damaged)
                    .bind(8, damage.scores.hidden)
                    .bind(9, damage.scores.onlyDamaged)
                    .bind(10, damage.scores.cleanHidden));
        return m_code;
    }

private:
    void writePhoto(const PlannedPhoto& photo, const PhotoFindings& found)
    {
        SqliteStatement row(m_database,
                            "INSERT INTO photos VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
        row.bind(1, m_number).bind(2, photo.name).bind(3, static_cast<std::int64_t>(photo.split));
        if (photo.mos5)
            row.bind(4, *photo.mos5);
        row.bind(5, found.error).bind(6, found.contentHash);
        bindMask(row, 7, found.important);
        row.bind(8, std::int64_t{found.random.bits()});
        for (std::size_t i = 0; i < found.upper.size(); ++i)
            bindMask(row, 9 + static_cast<int>(i), found.upper[i]);
        row.bind(13, found.networkSeconds);
        run(row);
    }

    void writeModel(const ModelFindings& found)
    {
        SqliteStatement row(m_database, "INSERT INTO models VALUES (?1, ?2, ?3, ?4)");
        row.bind(1, m_number).bind(2, found.model).bind(3, found.score);
        bindMask(row, 4, found.oracle);
        run(row);
        for (const HiddenScore& masked : found.masked) {
            // The random half may be one of the others: the same set of blocks has the same score.
            SqliteStatement entry(m_database, "INSERT OR IGNORE INTO masked VALUES (?1, ?2, ?3, ?4, ?5)");
            entry.bind(1, m_number).bind(2, found.model).bind(3, static_cast<std::int64_t>(masked.by));
            entry.bind(4, std::int64_t{masked.hidden.bits()}).bind(5, masked.score);
            run(entry);
        }
        for (const EnoughCount& count : found.enough) {
            SqliteStatement entry(m_database, "INSERT INTO enough VALUES (?1, ?2, ?3, ?4, ?5)");
            entry.bind(1, m_number).bind(2, found.model).bind(3, count.epsilon);
            entry.bind(4, std::int64_t{count.guaranteed}).bind(5, std::int64_t{count.best});
            run(entry);
        }
        if (found.table.empty())
            return;
        SqliteStatement table(m_database, "INSERT INTO tables VALUES (?1, ?2, ?3)");
        table.bind(1, m_number).bind(2, found.model);
        table.bind(
            3,
            std::span(reinterpret_cast<const std::uint8_t*>(found.table.data()), found.table.size() * sizeof(double)));
        run(table);
    }

    SqliteStatement& statement(const char* text, const std::string& model, const Damage& damage)
    {
        m_statement.emplace(m_database, text);
        m_statement->bind(1, m_number).bind(2, model).bind(3, static_cast<std::int64_t>(damage.kind));
        return m_statement->bind(4, static_cast<std::int64_t>(damage.region)).bind(5, std::int64_t{damage.full});
    }

    void run(SqliteStatement& row)
    {
        if (m_code == SQLITE_OK)
            m_code = runOnce(row);
    }

    SqliteDatabase& m_database;
    std::int64_t m_number;
    std::optional<SqliteStatement> m_statement;
    int m_code = SQLITE_OK;
};

/// Reads what belongs to one photo.
class PhotoReader {
public:
    explicit PhotoReader(SqliteDatabase& database)
        : m_models(database, "SELECT model, score, coalesce(oracle, -1) FROM models WHERE number = ?1")
        , m_masked(database, "SELECT hidden_by, hidden, score FROM masked WHERE number = ?1 AND model = ?2")
        , m_enough(database,
                   "SELECT epsilon, guaranteed, best FROM enough WHERE number = ?1 AND model = ?2 ORDER BY epsilon")
        , m_aucs(database, "SELECT model, kind, region, full, explainer, auc FROM aucs WHERE number = ?1")
        , m_damage(database,
                   "SELECT model, kind, region, full, clean, damaged, hidden, only_damaged, clean_hidden "
                   "FROM damage WHERE number = ?1")
    { }

    void read(std::int64_t number, PhotoFindings& found)
    {
        m_models.reset();
        m_models.bind(1, number);
        while (m_models.step() == SQLITE_ROW)
            found.models.push_back({m_models.text(0), m_models.real(1), {}, maskAt(m_models, 2), {}, {}});
        for (ModelFindings& model : found.models) {
            for (SqliteStatement* part : {&m_masked, &m_enough}) {
                part->reset();
                part->bind(1, number).bind(2, model.model);
            }
            while (m_masked.step() == SQLITE_ROW)
                model.masked.push_back({static_cast<HiddenBy>(m_masked.integer(0)),
                                        BlockMask(static_cast<std::uint32_t>(m_masked.integer(1))), m_masked.real(2)});
            while (m_enough.step() == SQLITE_ROW)
                model.enough.push_back(
                    {m_enough.real(0), static_cast<int>(m_enough.integer(1)), static_cast<int>(m_enough.integer(2))});
        }
        m_aucs.reset();
        m_aucs.bind(1, number);
        while (m_aucs.step() == SQLITE_ROW)
            found.aucs.push_back({m_aucs.text(0), damageAt(m_aucs, 1), m_aucs.text(4), m_aucs.real(5)});
        m_damage.reset();
        m_damage.bind(1, number);
        while (m_damage.step() == SQLITE_ROW)
            found.damage.push_back(
                {m_damage.text(0),
                 damageAt(m_damage, 1),
                 {m_damage.real(4), m_damage.real(5), m_damage.real(6), m_damage.real(7), m_damage.real(8)}});
    }

private:
    SqliteStatement m_models;
    SqliteStatement m_masked;
    SqliteStatement m_enough;
    SqliteStatement m_aucs;
    SqliteStatement m_damage;
};

} // namespace

StudyStore::StudyStore() = default;
StudyStore::~StudyStore() = default;

Status StudyStore::failed(int code, const char* doing) const
{
    std::string reason = std::string(doing) + " failed: " + SqliteDatabase::words(code);
    std::string remedy = "check the folder's disk and permissions; what was computed so far is kept";
    ErrorCode kind = ErrorCode::Io;
    if (code == SQLITE_FULL) {
        remedy = "free space on the disk and run the same command again; it goes on where it stopped";
    } else if (code == SQLITE_READONLY || code == SQLITE_CANTOPEN || code == SQLITE_PERM) {
        remedy = "name a folder that can be written with --out";
    } else if (SqliteDatabase::isDamage(code)) {
        kind = ErrorCode::InvalidInput;
        remedy = "the file is damaged; move it away, or name another folder with --out";
    }
    return Error{kind, "study", std::move(reason), std::move(remedy), m_file.string()};
}

Status StudyStore::lock(const std::filesystem::path& folder)
{
    m_lock = std::make_unique<QLockFile>(QString::fromStdString((folder / "rows.lock").string()));
    m_lock->setStaleLockTime(0); // the lock of a killed run is taken over at once: its process is gone
    if (m_lock->tryLock(0))
        return {};
    if (m_lock->error() == QLockFile::LockFailedError)
        return Error{ErrorCode::InvalidInput, "study", "another run is working in this folder",
                     "wait for it, or name another folder with --out", folder.string()};
    return Error{ErrorCode::Io, "study", "the folder cannot be written", "name a folder that can be written with --out",
                 folder.string()};
}

Status StudyStore::create(const std::filesystem::path& folder, const StudyFacts& facts)
{
    std::error_code unmade;
    std::filesystem::create_directories(folder, unmade);
    if (unmade)
        return Error{ErrorCode::Io, "study", "the folder cannot be made: " + unmade.message(),
                     "name a folder that can be written with --out", folder.string()};
    if (Status locked = lock(folder); !locked)
        return locked;
    m_file = folder / FileName;
    const bool isNew = !std::filesystem::exists(m_file);
    if (const int code = m_database.open(m_file, BusyMilliseconds); code != SQLITE_OK)
        return failed(code, "opening");
    // A killed run leaves whole photos only, a crash of the machine at worst the last ones out.
    (void)m_database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    int code = SQLITE_OK;
    if (isNew || m_database.number("SELECT count(*) FROM sqlite_master", code) == 0) {
        code = m_database.execute(("BEGIN IMMEDIATE;" + std::string(Schema)).c_str());
        const auto note = [&](const char* key, const std::string& value) {
            SqliteStatement row(m_database, "INSERT INTO meta VALUES (?1, ?2)");
            row.bind(1, std::string(key)).bind(2, value);
            if (code == SQLITE_OK)
                code = runOnce(row);
        };
        note("format", std::to_string(FormatVersion));
        note("identity", facts.identity);
        note("recipe", facts.recipe);
        note("judge", facts.judge);
        note("models", nlohmann::json(facts.models).dump());
        note("photos", std::to_string(facts.photos));
        note("scales", scalesText(facts.scales));
        if (code == SQLITE_OK)
            code = m_database.execute("COMMIT");
        if (code != SQLITE_OK)
            return failed(code, "writing");
    }
    if (Status read = readFacts(); !read)
        return read;
    if (m_facts.identity != facts.identity)
        return Error{ErrorCode::InvalidInput, "study",
                     "this folder holds another study: recipe, photos, opinions or weights differ",
                     "name another folder with --out, or remove this one", folder.string()};
    return {};
}

Status StudyStore::open(const std::filesystem::path& folder)
{
    m_file = folder / FileName;
    if (!std::filesystem::exists(m_file))
        return Error{ErrorCode::InvalidInput, "study", "there is no study in this folder",
                     "name the folder given to --out of halflens study", folder.string()};
    if (const int code = m_database.open(m_file, BusyMilliseconds); code != SQLITE_OK)
        return failed(code, "opening");
    return readFacts();
}

Status StudyStore::readFacts()
{
    int code = SQLITE_OK;
    const std::int64_t format = m_database.number("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'format'", code);
    if (code != SQLITE_OK)
        return failed(code, "reading");
    if (format != FormatVersion)
        return Error{ErrorCode::Unsupported, "study",
                     "the rows were written in form " + std::to_string(format) + ", this version writes form "
                         + std::to_string(FormatVersion),
                     "use the version that wrote them, or start anew in another folder", m_file.string()};
    std::map<std::string, std::string> values;
    SqliteStatement rows(m_database, "SELECT key, value FROM meta");
    while (rows.step() == SQLITE_ROW)
        values[rows.text(0)] = rows.text(1);
    const nlohmann::json models = nlohmann::json::parse(values["models"], nullptr, false);
    const auto photos = static_cast<std::size_t>(std::max(0LL, std::atoll(values["photos"].c_str())));
    m_facts = {values["identity"], values["recipe"], values["judge"], {}, photos, {}};
    const nlohmann::json scales = nlohmann::json::parse(values["scales"], nullptr, false);
    if (scales.is_object()) {
        for (const auto& [model, ends] : scales.items()) {
            if (ends.is_array() && ends.size() == 2 && ends[0].is_number() && ends[1].is_number() && ends[0] != ends[1])
                m_facts.scales[model] = {ends[0].get<double>(), ends[1].get<double>()};
        }
    }
    if (models.is_array()) {
        for (const nlohmann::json& model : models) {
            if (model.is_string())
                m_facts.models.push_back(model.get<std::string>());
        }
    }
    return {};
}

Result<std::vector<std::size_t>> StudyStore::done()
{
    std::vector<std::size_t> numbers;
    SqliteStatement rows(m_database, "SELECT number FROM photos ORDER BY number");
    int code = rows.step();
    for (; code == SQLITE_ROW; code = rows.step())
        numbers.push_back(static_cast<std::size_t>(rows.integer(0)));
    if (code != SQLITE_DONE)
        return failed(code, "reading").error();
    return numbers;
}

Status StudyStore::note(const StudyPlan& plan, const std::map<std::string, ScoreScale>& scales)
{
    int code = m_database.execute((std::string("BEGIN IMMEDIATE;") + FilesSchema).c_str());
    if (code == SQLITE_OK) {
        SqliteStatement row(m_database, "INSERT OR REPLACE INTO meta VALUES ('scales', ?1)");
        row.bind(1, scalesText(scales));
        code = runOnce(row);
    }
    SqliteStatement row(m_database, "INSERT OR REPLACE INTO files VALUES (?1, ?2)");
    for (std::size_t i = 0; i < plan.photos.size() && code == SQLITE_OK; ++i) {
        row.bind(1, numberOf(i)).bind(2, std::filesystem::absolute(plan.photos[i].file).string());
        code = runOnce(row);
    }
    if (code == SQLITE_OK)
        code = m_database.execute("COMMIT");
    if (code != SQLITE_OK) {
        (void)m_database.execute("ROLLBACK");
        return failed(code, "writing");
    }
    m_facts.scales = scales;
    return {};
}

bool StudyStore::hasFiles(const char* schema)
{
    int code = SQLITE_OK;
    const std::string text = std::string("SELECT count(*) FROM ") + schema + ".sqlite_master WHERE name = 'files'";
    return m_database.number(text.c_str(), code) > 0;
}

Status StudyStore::insert(std::size_t number, const PlannedPhoto& photo, const PhotoFindings& findings)
{
    int code = m_database.execute("BEGIN IMMEDIATE");
    if (code == SQLITE_OK)
        code = PhotoWriter(m_database, number).write(photo, findings);
    if (code == SQLITE_OK)
        code = m_database.execute("COMMIT");
    if (code == SQLITE_OK)
        return {};
    (void)m_database.execute("ROLLBACK");
    return failed(code, "writing");
}

Status StudyStore::forEach(const std::function<Status(StudiedPhoto)>& take)
{
    PhotoReader reader(m_database);
    const std::string text =
        std::string("SELECT number, name, split, coalesce(mos, -1e9), error, hash, coalesce(important, -1), random, "
                    "coalesce(saliency, -1), coalesce(frequency, -1), coalesce(objectness, -1), "
                    "coalesce(averaged, -1), seconds, ")
        + (hasFiles("main") ? "coalesce(path, '') FROM photos LEFT JOIN files USING (number)" : "'' FROM photos")
        + " ORDER BY number";
    SqliteStatement rows(m_database, text.c_str());
    int code = rows.step();
    for (; code == SQLITE_ROW; code = rows.step()) {
        StudiedPhoto photo;
        photo.number = static_cast<std::size_t>(rows.integer(0));
        photo.name = rows.text(1);
        photo.split = static_cast<Split>(rows.integer(2));
        if (rows.real(3) > -1e8)
            photo.mos5 = rows.real(3);
        PhotoFindings& found = photo.findings;
        found.error = rows.text(4);
        found.contentHash = rows.text(5);
        found.important = maskAt(rows, 6);
        found.random = BlockMask(static_cast<std::uint32_t>(rows.integer(7)));
        for (std::size_t i = 0; i < found.upper.size(); ++i)
            found.upper[i] = maskAt(rows, 8 + static_cast<int>(i));
        found.networkSeconds = rows.real(12);
        photo.file = rows.text(13);
        reader.read(rows.integer(0), found);
        if (Status taken = take(std::move(photo)); !taken)
            return taken;
    }
    return code == SQLITE_DONE ? Status() : failed(code, "reading");
}

Status StudyStore::forEachTable(const std::string& model, const std::function<void(std::span<const double>)>& take)
{
    SqliteStatement rows(m_database,
                         "SELECT scores FROM tables JOIN photos USING (number) WHERE model = ?1 AND error = '' "
                         "ORDER BY number");
    rows.bind(1, model);
    std::vector<double> scores(MaskCount);
    int code = rows.step();
    for (; code == SQLITE_ROW; code = rows.step()) {
        const std::span<const std::uint8_t> bytes = rows.blob(0);
        if (bytes.size() != scores.size() * sizeof(double))
            return failed(SQLITE_CORRUPT, "reading");
        std::memcpy(scores.data(), bytes.data(), bytes.size());
        take(scores);
    }
    return code == SQLITE_DONE ? Status() : failed(code, "reading");
}

Status StudyStore::merge(const std::filesystem::path& folder)
{
    StudyStore other;
    if (Status opened = other.open(folder); !opened)
        return opened;
    if (other.facts().identity != m_facts.identity)
        return Error{ErrorCode::InvalidInput, "study", "this is a part of another study",
                     "merge parts of one recipe, data set and set of weights only", folder.string()};
    SqliteStatement attach(m_database, "ATTACH ?1 AS part");
    attach.bind(1, (folder / FileName).string());
    if (const int code = runOnce(attach); code != SQLITE_OK)
        return failed(code, "merging");
    std::string text = "BEGIN IMMEDIATE; CREATE TEMP TABLE fresh AS SELECT number FROM part.photos "
                       "WHERE number NOT IN (SELECT number FROM main.photos);";
    for (const char* table : Tables)
        text += std::string("INSERT INTO main.") + table + " SELECT * FROM part." + table
            + " WHERE number IN (SELECT number FROM fresh);";
    if (hasFiles("part"))
        text += std::string(FilesSchema)
            + ";INSERT OR REPLACE INTO main.files SELECT * FROM part.files WHERE number IN (SELECT number FROM fresh);";
    text += "DROP TABLE fresh; COMMIT";
    const int code = m_database.execute(text.c_str());
    if (code != SQLITE_OK)
        (void)m_database.execute("ROLLBACK");
    (void)m_database.execute("DETACH part");
    return code == SQLITE_OK ? Status() : failed(code, "merging");
}

} // namespace halflens
