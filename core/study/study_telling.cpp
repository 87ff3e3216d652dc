// SPDX-License-Identifier: BSD-3-Clause
#include "core/study/study_telling.h"

#include "core/base/numbers_text.h"
#include "core/chart/svg_chart.h"
#include "core/image/decode.h"
#include "core/image/encode_jpeg.h"
#include "core/image/resize.h"

#include <QByteArray>

#include <algorithm>
#include <cmath>

namespace halflens {

const char* const TellingStyleSheet =
    ".photos{display:grid;grid-template-columns:repeat(auto-fill,minmax(15.5rem,1fr));gap:1rem}"
    "figure{margin:0;border:1px solid var(--line);border-radius:6px;overflow:hidden;break-inside:avoid}"
    "figure .picture{display:flex;align-items:center;justify-content:center;height:11rem;background:var(--zebra)}"
    "figure .picture a{display:flex}figure "
    "img{max-width:100%;max-height:11rem;object-fit:contain}figcaption{padding:.5rem "
    ".7rem;font-size:13px;overflow-wrap:anywhere}"
    "figcaption p{margin:0}figcaption .name{font-weight:600}"
    "figcaption code{display:block;margin-top:.3rem;font-size:11px;color:var(--soft);user-select:all}"
    "@media print{figcaption code{display:none}}\n";

namespace {

constexpr int LongestSide = 240;
constexpr int JpegQuality = 72;

/// As a word of a POSIX shell.
std::string quoted(const std::string& word)
{
    std::string text = "'";
    for (const char c : word)
        text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

/// A data URI; empty where the photo cannot be read.
std::string smallPicture(const std::filesystem::path& file)
{
    const Result<std::shared_ptr<const Image>> photo = readImage(file);
    if (!photo)
        return {};
    const Image& image = **photo;
    const double scale = std::min(1., static_cast<double>(LongestSide) / std::max(image.width, image.height));
    const auto scaled = [scale](int side) { return std::max(1, static_cast<int>(std::lround(scale * side))); };
    const Result<Image> small = resizedImage(image, scaled(image.width), scaled(image.height));
    if (!small)
        return {};
    const Result<std::vector<std::uint8_t>> bytes = encodeJpeg(*small, JpegQuality);
    if (!bytes)
        return {};
    const QByteArray raw(reinterpret_cast<const char*>(bytes->data()), static_cast<qsizetype>(bytes->size()));
    return "data:image/jpeg;base64," + raw.toBase64().toStdString();
}

std::string link(const std::filesystem::path& file)
{
    return "file://" + QByteArray::fromStdString(file.string()).toPercentEncoding("/").toStdString();
}

std::string signedText(double value)
{
    return (value < 0 ? "−" : "+") + fixed(std::abs(value), 2);
}

std::string figure(const OverviewPhoto& photo, std::size_t judge)
{
    const OverviewModel& model = photo.models[judge];
    std::string html = "<figure><div class=\"picture\">";
    const std::string picture = photo.file.empty() ? std::string() : smallPicture(photo.file);
    if (!picture.empty())
        html += "<a href=\"" + forHtml(link(photo.file)) + "\"><img src=\"" + picture + "\" alt=\""
            + forHtml(photo.name) + "\"></a>";
    else
        html += "<span class=\"soft\">the photo is not at hand</span>";
    html += "</div><figcaption><p class=\"name\">" + forHtml(photo.name) + "</p><p>score " + fixed(model.score, 2);
    if (photo.mos5)
        html += " · opinion " + fixed(*photo.mos5, 2);
    html += "</p>";
    if (std::isfinite(model.fall()))
        html += "<p>without the important half " + fixed(model.withoutImportant, 2) + " (" + signedText(-model.fall())
            + ")</p>";
    if (!photo.file.empty())
        html += "<code>halflens " + forHtml(quoted(photo.file.string())) + "</code>";
    return html + "</figcaption></figure>\n";
}

} // namespace

std::vector<const OverviewPhoto*> tellingPhotos(const std::vector<OverviewPhoto>& photos, std::size_t judge)
{
    std::vector<const OverviewPhoto*> chosen;
    const auto take = [&](const auto& worth, std::size_t upTo) {
        std::vector<std::pair<double, const OverviewPhoto*>> order;
        for (const OverviewPhoto& photo : photos) {
            if (judge >= photo.models.size() || std::find(chosen.begin(), chosen.end(), &photo) != chosen.end())
                continue;
            if (const double value = worth(photo); std::isfinite(value))
                order.emplace_back(value, &photo);
        }
        std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
        for (const auto& [value, photo] : order) {
            if (chosen.size() < upTo)
                chosen.push_back(photo);
        }
    };
    take([judge](const OverviewPhoto& photo) { return photo.models[judge].fall(); }, TellingPhotos / 2);
    take([judge](const OverviewPhoto& photo) { return std::abs(photo.disagreement(judge)); }, TellingPhotos);
    return chosen;
}

std::string tellingSection(const StudyOverview& study)
{
    const std::size_t judge = study.judge();
    const std::vector<const OverviewPhoto*> photos = tellingPhotos(study.photos, judge);
    if (photos.empty())
        return {};
    std::string html = "<h2>Telling photos</h2>\n<p class=\"soft\">By " + forHtml(study.facts.models[judge])
        + ": the largest falls of the score without the important half, then the largest distances between score and "
          "opinion. A click on a picture opens the file; the line below it is the command that opens it in the viewer "
          "(one click selects it). In the viewer, <em>File &gt; Open study…</em> with this folder lists all "
          "photos.</p>\n<div class=\"photos\">\n";
    for (const OverviewPhoto* photo : photos)
        html += figure(*photo, judge);
    return html + "</div>\n";
}

} // namespace halflens
