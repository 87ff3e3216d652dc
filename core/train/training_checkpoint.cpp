// SPDX-License-Identifier: BSD-3-Clause
#include "core/train/training_checkpoint.h"

#include "core/checkpoint/safetensors.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace halflens::train {

namespace {

using nlohmann::json;

constexpr const char* Kind = "halflens-training-1";
constexpr const char* NetworkPrefix = "network.";
constexpr const char* BestPrefix = "best.";

Error damaged(const std::filesystem::path& file)
{
    return {ErrorCode::InvalidInput, "checkpoint", "the file is not a training checkpoint of this program",
            "start anew in another folder", file.string()};
}

} // namespace

Status writeCheckpoint(const std::filesystem::path& file, const TrainingCheckpoint& checkpoint)
{
    StateDict tensors;
    for (const auto& [name, tensor] : checkpoint.network)
        tensors[NetworkPrefix + name] = tensor;
    for (const auto& [name, tensor] : checkpoint.bestWeights)
        tensors[BestPrefix + name] = tensor;
    const json facts{{"step", checkpoint.step},
                     {"recipe", checkpoint.recipeHash},
                     {"rows", checkpoint.rowsHash},
                     {"seconds", checkpoint.seconds},
                     {"loss_sum", checkpoint.lossSum},
                     {"loss_count", checkpoint.lossCount},
                     {"plcc", checkpoint.best.plcc},
                     {"srocc", checkpoint.best.srocc},
                     {"rmse", checkpoint.best.rmse},
                     {"best_epoch", checkpoint.bestEpoch},
                     {"without_gain", checkpoint.withoutGain}};
    return writeSafetensors(file, tensors, {{"kind", Kind}, {"facts", facts.dump()}});
}

Result<TrainingCheckpoint> readTrainingCheckpoint(const std::filesystem::path& file)
{
    Result<TensorArchive> archive = readCheckpoint(file);
    if (!archive)
        return std::move(archive).error();
    const auto kind = archive->metadata.find("kind");
    const auto text = archive->metadata.find("facts");
    if (kind == archive->metadata.end() || kind->second != Kind || text == archive->metadata.end())
        return damaged(file);
    const json facts = json::parse(text->second, nullptr, false);
    if (!facts.is_object())
        return damaged(file);
    TrainingCheckpoint checkpoint;
    try {
        checkpoint.step = facts.at("step").get<std::int64_t>();
        checkpoint.recipeHash = facts.at("recipe").get<std::string>();
        checkpoint.rowsHash = facts.value("rows", std::string());
        checkpoint.seconds = facts.at("seconds").get<double>();
        checkpoint.lossSum = facts.at("loss_sum").get<double>();
        checkpoint.lossCount = facts.at("loss_count").get<std::int64_t>();
        checkpoint.best = {facts.at("plcc").get<double>(), facts.at("srocc").get<double>(),
                           facts.at("rmse").get<double>()};
        checkpoint.bestEpoch = facts.at("best_epoch").get<double>();
        checkpoint.withoutGain = facts.at("without_gain").get<int>();
    } catch (const json::exception&) {
        return damaged(file);
    }
    if (checkpoint.step < 0 || checkpoint.lossCount < 0 || checkpoint.withoutGain < 0)
        return damaged(file);
    for (NamedTensor& entry : archive->tensors) {
        if (entry.name.starts_with(NetworkPrefix))
            checkpoint.network[entry.name.substr(std::string(NetworkPrefix).size())] = std::move(entry.tensor);
        else if (entry.name.starts_with(BestPrefix))
            checkpoint.bestWeights[entry.name.substr(std::string(BestPrefix).size())] = std::move(entry.tensor);
        else
            return damaged(file);
    }
    return checkpoint;
}

} // namespace halflens::train
