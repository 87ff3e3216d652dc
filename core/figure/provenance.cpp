// SPDX-License-Identifier: BSD-3-Clause
#include "core/figure/provenance.h"

#include "core/figure/figure_metadata.h"

#include <QXmlStreamReader>

#include <nlohmann/json.hpp>

namespace halflens {

namespace {

using Json = nlohmann::ordered_json;

Json toJsonObject(const Provenance::Source& source)
{
    Json masks = Json::object();
    for (const auto& [name, mask] : source.masks)
        masks[name] = mask.bits();
    return {{"file", source.file}, {"content_hash", source.contentHash}, {"masks", std::move(masks)}};
}

Error notOurs()
{
    return {ErrorCode::Unsupported,
            "figure",
            "the file holds no figure of HalfLens",
            "open a PNG, SVG or PDF that HalfLens wrote",
            {}};
}

/// The element's text between its tags, found without parsing the rest of the file.
Result<std::string> readXmlElement(const QByteArray& bytes)
{
    const QByteArray open = QByteArray("<") + ProvenanceElement;
    const QByteArray close = QByteArray("</") + ProvenanceElement + '>';
    const qsizetype begin = bytes.indexOf(open);
    const qsizetype end = begin < 0 ? -1 : bytes.indexOf(close, begin);
    if (end < 0)
        return notOurs();
    QXmlStreamReader reader(bytes.mid(begin, end - begin + close.size()));
    if (!reader.readNextStartElement())
        return notOurs();
    const QString text = reader.readElementText(QXmlStreamReader::ErrorOnUnexpectedElement);
    if (reader.hasError() || text.isEmpty())
        return notOurs();
    return text.toStdString();
}

} // namespace

std::string documentTitle(const Provenance& provenance)
{
    return provenance.title.empty() ? "HalfLens figure" : provenance.title;
}

std::string toJson(const Provenance& provenance)
{
    Json models = Json::array();
    for (const auto& model : provenance.models)
        models.push_back({{"id", model.id}, {"weights_sha256", model.weightsHash}});
    Json images = Json::array();
    for (const auto& source : provenance.sources)
        images.push_back(toJsonObject(source));
    const Json json{
        {"format", "halflens-figure"},       {"format_version", 1},         {"version", provenance.version},
        {"figure", provenance.figure},       {"title", provenance.title},   {"grid", {GridRows, GridColumns}},
        {"models", std::move(models)},       {"by", provenance.by},         {"fill", provenance.fill},
        {"indicator", provenance.indicator}, {"images", std::move(images)}, {"settings", provenance.settings}};
    return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string keywords(const Provenance& provenance)
{
    std::string text = "HalfLens " + provenance.version;
    const auto add = [&](const std::string& label, const std::string& value) {
        if (!value.empty())
            text += "; " + label + ' ' + value;
    };
    add("figure", provenance.figure);
    for (const auto& model : provenance.models) {
        add("model", model.id);
        add("weights", model.weightsHash);
    }
    add("masked by", provenance.by);
    add("fill", provenance.fill);
    add("indicator", provenance.indicator);
    add("grid", std::to_string(GridRows) + 'x' + std::to_string(GridColumns));
    for (const auto& source : provenance.sources) {
        add("image", source.file);
        for (const auto& [name, mask] : source.masks)
            add(name, "mask " + std::to_string(mask.bits()));
    }
    return text;
}

Result<std::string> readProvenance(std::span<const std::uint8_t> bytes)
{
    const auto data =
        QByteArray::fromRawData(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()));
    if (!data.startsWith(QByteArray(PngSignature)))
        return readXmlElement(data);
    const QByteArray text = pngText(data, ProvenanceKey);
    if (text.isEmpty())
        return notOurs();
    return text.toStdString();
}

} // namespace halflens
