// SPDX-License-Identifier: BSD-3-Clause
#include "core/study/study_run.h"

#include "core/image/decode.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <future>
#include <map>

namespace halflens {

namespace {

using ReadPhoto = Result<std::shared_ptr<const Image>>;

/// Reads one photo ahead on a thread of its own.
class ReadAhead {
public:
    ReadAhead(const StudyPlan& plan, std::vector<std::size_t> numbers)
        : m_plan(plan)
        , m_numbers(std::move(numbers))
    {
        start();
    }

    bool isAtEnd() const { return m_next > m_numbers.size() || !m_running.valid(); }

    /// The photo read last, and starts with the one after it.
    std::pair<std::size_t, ReadPhoto> take()
    {
        ReadPhoto photo = m_running.get();
        const std::size_t number = m_numbers[m_next - 1];
        start();
        return {number, std::move(photo)};
    }

private:
    void start()
    {
        if (m_next >= m_numbers.size())
            return;
        m_running = std::async(std::launch::async, [file = m_plan.photos[m_numbers[m_next]].file] {
            return guarded("decode", [&]() -> ReadPhoto { return readImage(file); });
        });
        ++m_next;
    }

    const StudyPlan& m_plan;
    std::vector<std::size_t> m_numbers;
    std::size_t m_next = 0;
    std::future<ReadPhoto> m_running;
};

std::vector<std::size_t> missing(const StudyPlan& plan, Shard shard, const std::vector<std::size_t>& done,
                                 std::size_t& total)
{
    std::vector<std::size_t> numbers;
    total = 0;
    for (auto number = static_cast<std::size_t>(shard.index); number < plan.photos.size();
         number += static_cast<std::size_t>(shard.count)) {
        ++total;
        if (!std::binary_search(done.begin(), done.end(), number))
            numbers.push_back(number);
    }
    return numbers;
}

} // namespace

Result<Shard> shardFromString(const std::string& text)
{
    Shard shard;
    int part = 0;
    const char* end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, part);
    if (first.ec == std::errc() && first.ptr != end && *first.ptr == '/') {
        const auto second = std::from_chars(first.ptr + 1, end, shard.count);
        if (second.ec == std::errc() && second.ptr == end && shard.count >= 1 && part >= 1 && part <= shard.count) {
            shard.index = part - 1;
            return shard;
        }
    }
    return Error{ErrorCode::InvalidInput,
                 "study",
                 "\"" + text + "\" is no part of a study",
                 "write i/n with 1 <= i <= n, such as 1/3",
                 {}};
}

double StudyProgress::photosPerSecond() const
{
    return wallSeconds > 0 ? static_cast<double>(computed) / wallSeconds : 0;
}

double StudyProgress::secondsLeft() const
{
    const double rate = photosPerSecond();
    return rate > 0 ? static_cast<double>(total - done) / rate : 0;
}

Result<StudyProgress> runStudy(const StudyPlan& plan, StudyStore& store, Shard shard, ModelSource& models,
                               const JobContext& context, const StudySink& sink)
{
    const Result<std::vector<std::size_t>> done = store.done();
    if (!done)
        return done.error();
    StudyProgress progress;
    const std::vector<std::size_t> numbers = missing(plan, shard, *done, progress.total);
    progress.done = progress.total - numbers.size();
    std::map<std::string, ScoreScale> scales;
    for (const PlannedModel& model : plan.models) { // before the clock starts, and before any photo is blamed for it
        const auto loaded = models.load(model.id);
        if (!loaded)
            return loaded.error();
        scales[model.id] = (*loaded)->info().scale;
    }
    if (Status noted = store.note(plan, scales); !noted)
        return std::move(noted).error();
    const auto start = std::chrono::steady_clock::now();
    for (ReadAhead reader(plan, numbers); !reader.isAtEnd();) {
        if (context.isStopped())
            return cancelledError();
        auto [number, image] = reader.take();
        const PlannedPhoto& photo = plan.photos[number];
        Result<PhotoFindings> found = image
            ? guarded("study", [&, &read = *image] { return studyPhoto(*read, photo, plan, models, context); })
            : Result<PhotoFindings>(image.error());
        if (isCancelled(found))
            return cancelledError();
        if (!found) {
            const Error error = Error(found.error()).withFile(photo.file.string());
            if (sink.failed)
                sink.failed(photo.name, error);
            ++progress.failed;
            PhotoFindings failure;
            failure.error = error.stage + ": " + error.reason;
            found = std::move(failure);
        }
        if (Status kept = store.insert(number, photo, *found); !kept)
            return std::move(kept).error();
        ++progress.done;
        ++progress.computed;
        progress.networkSeconds += found->networkSeconds;
        progress.wallSeconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        if (sink.progress)
            sink.progress(progress);
    }
    return progress;
}

} // namespace halflens
