// SPDX-License-Identifier: BSD-3-Clause
// Speed of decoding, and of starting the program.
#include "app/bench.h"

#include "app/bench_photo.h"
#include "core/image/decode.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QImage>
#include <QProcess>
#include <QTemporaryDir>
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

Status runProcess(const QString& program, const QStringList& arguments)
{
    QProcess process;
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
            [] { return runProcess(QCoreApplication::applicationFilePath(), {QStringLiteral("--version")}); },
            [] { return runProcess(QStringLiteral("true"), {}); }};
}

Benchmark firstScoreBenchmark()
{
    auto folder = std::make_shared<QTemporaryDir>();
    const auto file = [folder] { return folder->filePath(QStringLiteral("photo.png")); };
    return {"start/first-score", "starting the program for --version",
            [file]() -> Status {
                QFile out(file());
                const QByteArray bytes = encodedPhoto("PNG");
                const bool written = out.open(QIODevice::WriteOnly) && out.write(bytes) == bytes.size();
                return written ? Status() : failed("a temporary file could not be written");
            },
            [file] {
                return runProcess(QCoreApplication::applicationFilePath(),
                                  {QStringLiteral("score"), file(), QStringLiteral("--quiet")});
            },
            [] { return runProcess(QCoreApplication::applicationFilePath(), {QStringLiteral("--version")}); }};
}

} // namespace

std::vector<Benchmark> fileBenchmarks()
{
    return {decodeBenchmark("jpeg", "JPEG"), decodeBenchmark("png", "PNG"), startBenchmark(), firstScoreBenchmark()};
}

} // namespace halflens
