// SPDX-License-Identifier: BSD-3-Clause
#include "core/analysis/report_csv.h"

#include "core/base/numbers_text.h"
#include "core/masking/block_set.h"

namespace halflens {

namespace {

constexpr char SourceHead[] = "file,model,by,exact,samples,standard_error";

/// What every line begins with.
std::string sourceFields(const Analysis& analysis, const std::string& file)
{
    const MaskTable& table = *analysis.table;
    return csvField(file) + ',' + csvField(analysis.model.id) + ',' + toString(analysis.by)
        + (table.exact ? ",true," : ",false,") + std::to_string(table.samples) + ','
        + (table.exact ? std::string() : exact(table.standardError));
}

std::string field(const std::optional<BlockValues>& values, std::size_t block)
{
    return ',' + (values ? exact((*values)[block]) : std::string());
}

} // namespace

int importanceRank(BlockIndex block, const BlockValues& importance)
{
    const double mine = importance[static_cast<std::size_t>(block.value)];
    int before = 0;
    for (int other = 0; other < BlockCount; ++other) {
        const double theirs = importance[static_cast<std::size_t>(other)];
        before += theirs > mine || (theirs == mine && other < block.value) ? 1 : 0;
    }
    return before + 1;
}

std::string blocksToCsv(const Analysis& analysis, const std::string& file, BlockMask hidden, const Agreement& agreement,
                        std::span<const int> order)
{
    const BlockReport& report = *analysis.report;
    const MaskTable& table = *analysis.table;
    std::string text = SourceHead;
    text += ",block,row,column,hidden,rank,half,dmos,dmos2,plcc5,emd,shapley,banzhaf,score,score5,score_without,"
            "score5_without,agree,models\n";
    const std::string source = sourceFields(analysis, file);
    for (const int number : order) {
        const BlockIndex block{number};
        const BlockMask alone = BlockMask().with(block);
        const auto at = static_cast<std::size_t>(number);
        text += source + ',' + std::to_string(number) + ',' + std::to_string(block.row()) + ','
            + std::to_string(block.column()) + (hidden.contains(block) ? ",true," : ",false,")
            + std::to_string(importanceRank(block, report.importance.dmos))
            + (report.important.contains(block) ? ",important," : ",trivial,") + exact(report.importance.dmos[at]) + ','
            + exact(report.importance.dmos2[at]) + field(report.importance.plcc5, at) + field(report.importance.emd, at)
            + ',' + exact(report.shapley.values[at]) + ',' + exact(report.orders.banzhaf[at]) + ','
            + exact(table.score({})) + ',' + exact(table.score5({})) + ',' + exact(table.score(alone)) + ','
            + exact(table.score5(alone));
        text += agreement.models > 0
            ? ',' + std::to_string(agreement.counts[at]) + ',' + std::to_string(agreement.models)
            : std::string(",,");
        text += '\n';
    }
    return text;
}

std::string curveToCsv(const Analysis& analysis, const std::string& file)
{
    std::string text = SourceHead;
    text += ",visible,best,mean,worst,guaranteed,keep\n";
    const std::string source = sourceFields(analysis, file);
    for (const CurvePoint& point : analysis.report->curve)
        text += source + ',' + std::to_string(point.visible) + ',' + exact(point.best) + ',' + exact(point.mean) + ','
            + exact(point.worst) + ',' + (point.guaranteed ? exact(*point.guaranteed) : std::string()) + ','
            + csvField(blocksToString(point.keep)) + '\n';
    return text;
}

RemovalComparison compareRemoval(const BlockValues& order, const MaskTable& table)
{
    RemovalComparison result;
    result.curves = removalCurves(order, [&](BlockMask mask) { return table.score5(mask); });
    std::array<int, BlockCount + 1> masks{};
    for (std::uint32_t bits = 0; bits < MaskCount; ++bits) {
        const BlockMask mask(bits);
        const auto hidden = static_cast<std::size_t>(mask.count());
        result.randomDeletion[hidden] += table.score5(mask);
        ++masks[hidden];
    }
    for (std::size_t k = 0; k <= BlockCount; ++k)
        result.randomDeletion[k] /= masks[k];
    for (std::size_t k = 0; k < BlockCount; ++k)
        result.randomArea += (result.randomDeletion[k] + result.randomDeletion[k + 1]) / 2 / BlockCount;
    return result;
}

std::string removalToCsv(const RemovalComparison& removal, const Analysis& analysis, const std::string& file,
                         const std::string& by)
{
    std::string text = SourceHead;
    text += ",ranked_by,blocks,block,deletion,insertion,random_deletion,random_insertion,deletion_auc,insertion_auc,"
            "random_auc\n";
    const std::string source = sourceFields(analysis, file) + ',' + csvField(by);
    const std::string areas = ',' + exact(removal.curves.deletionArea) + ',' + exact(removal.curves.insertionArea) + ','
        + exact(removal.randomArea);
    for (std::size_t k = 0; k <= BlockCount; ++k)
        text += source + ',' + std::to_string(k) + ','
            + (k > 0 ? std::to_string(removal.curves.order[k - 1]) : std::string()) + ','
            + exact(removal.curves.deletion[k]) + ',' + exact(removal.curves.insertion[k]) + ','
            + exact(removal.randomDeletion[k]) + ',' + exact(removal.randomDeletion[BlockCount - k]) + areas + '\n';
    return text;
}

} // namespace halflens
