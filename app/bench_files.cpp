// SPDX-License-Identifier: BSD-3-Clause
// Speed of decoding, and of starting the program.
#include "app/bench.h"

#include "app/bench_photo.h"
#include "core/base/installation.h"
#include "core/image/decode.h"

#include <QBuffer>
#include <QFile>
#include <QImage>
#include <QProcess>
#include <QTemporaryDir>
#include <QThread>
#include <memory>

namespace halflens {

namespace {

QByteArray encodedPhoto(const char* format)
{
    constexpr int Quality = 90;
    const Image photo = benchPhoto();
    const QImage image(photo.rgb.data(), photo.width, photo.height, 3 * photo.width, QImage::Format_RGB888);
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, format, Quality);
    return buffer.data();
}

Status failed(const char* reason)
{
    return Error{ErrorCode::Internal, "bench", reason, "please report this", {}};
}

/// Qt decodes with the same libraries; what differs is what is done around them.
Benchmark decodeBenchmark(const std::string& name, const char* format)
{
    auto bytes = std::make_shared<QByteArray>();
    Benchmark benchmark;
    benchmark.name = "decode/" + name + "/768x1024";
    benchmark.reference = "QImage decoding the same bytes to RGB";
    benchmark.prepare = [bytes, format]() -> Status {
        *bytes = encodedPhoto(format);
        return bytes->isEmpty() ? failed("Qt cannot write this format") : Status();
    };
    benchmark.run = [bytes]() -> Status {
        const std::span<const std::uint8_t> data(reinterpret_cast<const std::uint8_t*>(bytes->constData()),
                                                 static_cast<std::size_t>(bytes->size()));
        if (const auto image = decodeImage(data); !image)
            return image.error();
        return {};
    };
    benchmark.runReference = [bytes]() -> Status {
        const QImage image = QImage::fromData(*bytes).convertToFormat(QImage::Format_RGB888);
        return image.isNull() ? failed("Qt cannot read its own file") : Status();
    };
    return benchmark;
}

QString programFile()
{
    return QFile::decodeName(startedProgram().c_str());
}

/// Started like from a user's shell: without what this process has set for itself (app/launcher.cpp), plus `setting`.
Status runProcess(const QString& program, const QStringList& arguments, const QString& setting = {})
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.remove(QStringLiteral("OMP_WAIT_POLICY"));
    if (!setting.isEmpty())
        environment.insert(setting.section(u'=', 0, 0), setting.section(u'=', 1));
    QProcess process;
    process.setProcessEnvironment(environment);
    process.start(program, arguments);
    constexpr int Milliseconds = 60'000;
    if (!process.waitForFinished(Milliseconds) || process.exitCode() != 0)
        return failed("the program did not run to its end");
    return {};
}

Benchmark startBenchmark()
{
    return {"start/version",
            "starting the system's `true`",
            {},
            [] { return runProcess(programFile(), {QStringLiteral("--version")}); },
            [] { return runProcess(QStringLiteral("true"), {}); }};
}

/// photo.png in `folder`.
Status writePhoto(const QTemporaryDir& folder)
{
    QFile out(folder.filePath(QStringLiteral("photo.png")));
    const QByteArray bytes = encodedPhoto("PNG");
    const bool written = out.open(QIODevice::WriteOnly) && out.write(bytes) == bytes.size();
    return written ? Status() : failed("a temporary file could not be written");
}

Benchmark firstScoreBenchmark()
{
    auto folder = std::make_shared<QTemporaryDir>();
    const auto file = [folder] { return folder->filePath(QStringLiteral("photo.png")); };
    return {"start/first-score", "starting the program for --version", [folder] { return writePhoto(*folder); },
            [file] {
                return runProcess(programFile(), {QStringLiteral("score"), file(), QStringLiteral("--quiet")});
            },
            [] { return runProcess(programFile(), {QStringLiteral("--version")}); }};
}

/// Busy processes, twice as many as there are processors: what else a desktop does.
class OtherWork {
public:
    explicit OtherWork(bool present)
    {
        for (int i = 0; present && i < 2 * QThread::idealThreadCount(); ++i) {
            m_processes.push_back(std::make_unique<QProcess>());
            m_processes.back()->start(QStringLiteral("sh"),
                                      {QStringLiteral("-c"), QStringLiteral("while :; do :; done")});
            m_processes.back()->waitForStarted();
        }
    }
    ~OtherWork()
    {
        for (const auto& process : m_processes) {
            process->kill();
            process->waitForFinished();
        }
    }
    OtherWork(const OtherWork&) = delete;
    OtherWork& operator=(const OtherWork&) = delete;

private:
    std::vector<std::unique_ptr<QProcess>> m_processes;
};

/// Threads that sleep while they wait, and the runtime's own way: 300 000 turns of a loop first.
Benchmark waitingBenchmark(bool busy)
{
    constexpr int Photos = 8;
    auto folder = std::make_shared<QTemporaryDir>();
    const auto score = [folder, busy](const QString& setting) {
        QStringList arguments{QStringLiteral("score"), QStringLiteral("--quiet")};
        for (int i = 0; i < Photos; ++i)
            arguments << folder->filePath(QStringLiteral("photo.png"));
        const OtherWork others(busy);
        return runProcess(programFile(), arguments, setting);
    };
    return {busy ? "waiting/beside-other-work" : "waiting/alone", "scoring with OpenMP threads that spin as they wait",
            [folder] { return writePhoto(*folder); }, [score] { return score({}); },
            [score] { return score(QStringLiteral("GOMP_SPINCOUNT=300000")); }};
}

} // namespace

std::vector<Benchmark> fileBenchmarks()
{
    return {decodeBenchmark("jpeg", "JPEG"), decodeBenchmark("png", "PNG"), startBenchmark(),
            firstScoreBenchmark(),           waitingBenchmark(false),       waitingBenchmark(true)};
}

} // namespace halflens
