// SPDX-License-Identifier: BSD-3-Clause
#include "core/study/paper_values.h"

#include <array>

namespace halflens {

namespace {

struct NetworkRow {
    const char* family;
    std::array<double, 5>
        koniq; ///< whole and opinion; important zeroed: whole, opinion; trivial zeroed: whole, opinion
    std::array<double, 5> spaq;
};

constexpr std::array<NetworkRow, 5> TableOne{{
    {"triq", {0.922, 0.680, 0.671, 0.972, 0.902}, {0.916, 0.695, 0.675, 0.969, 0.907}},
    {"aihiqnet", {0.929, 0.816, 0.804, 0.959, 0.896}, {0.928, 0.810, 0.801, 0.958, 0.912}},
    {"koncept", {0.916, 0.817, 0.813, 0.960, 0.901}, {0.831, 0.802, 0.788, 0.957, 0.811}},
    {"dbcnn", {0.856, 0.804, 0.796, 0.963, 0.887}, {0.894, 0.808, 0.797, 0.960, 0.868}},
    {"swin-iqa", {0.956, 0.835, 0.811, 0.974, 0.921}, {0.933, 0.804, 0.782, 0.963, 0.902}},
}};
constexpr std::array TableOneColumns{"plcc_mos", "important_pred", "important_mos", "trivial_pred", "trivial_mos"};

struct MeasureRow {
    const char* measure;
    std::array<double, 5> degrees;
};
constexpr std::array<MeasureRow, 4> TableTwo{{
    {"saliency", {100, 96, 69.2, 52.4, 37.8}},
    {"frequency", {100, 99, 70.1, 60.1, 40.8}},
    {"objectness", {100, 100, 77.3, 66.6, 44.7}},
    {"averaged", {100, 100, 70.5, 65.0, 45.6}},
}};
constexpr std::array TableTwoColumns{"t1", "t2", "t3", "t4", "t5"};

} // namespace

std::vector<PaperValue> paperValues(const std::string& dataset)
{
    const bool isKoniq = dataset == "koniq";
    if (!isKoniq && dataset != "spaq")
        return {};
    std::vector<PaperValue> values;
    for (const NetworkRow& row : TableOne) {
        const auto& figures = isKoniq ? row.koniq : row.spaq;
        for (std::size_t i = 0; i < figures.size(); ++i)
            values.push_back({"table1", row.family, TableOneColumns[i], figures[i]});
    }
    values.push_back({"halves", "triq", "trivial", isKoniq ? 0.97 : 0.96});
    values.push_back({"halves", "triq", "important", isKoniq ? 0.67 : 0.68});
    for (const MeasureRow& row : TableTwo) {
        for (std::size_t i = 0; i < row.degrees.size(); ++i)
            values.push_back({"table2", row.measure, TableTwoColumns[i], row.degrees[i]});
    }
    values.push_back({"averaged", "mean", "upper_zeroed", 0.803});
    values.push_back({"averaged", "mean", "lower_zeroed", 0.885});
    return values;
}

} // namespace halflens
