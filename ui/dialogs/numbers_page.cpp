// SPDX-License-Identifier: BSD-3-Clause
#include "ui/dialogs/numbers_page.h"

#include "ui/panels/card.h"

#include <QCoreApplication>
#include <QVBoxLayout>

namespace halflens {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("Numbers", text);
}

} // namespace

QList<NumberHelp> numbersHelp()
{
    return {
        {tr("Score"), tr("Predicted quality, on the model's own scale and on 1 to 5."),
         tr("q = Σ k·p_k over the grades k = 1..5, or the single output; score5 = 1 + 4·(q − low)/(high − low)")},
        {tr("Change"), tr("What hiding blocks does to the score."), tr("q(hidden blocks) − q(nothing hidden)")},
        {tr("n of 12 blocks decide"),
         tr("With these visible the score stays within ±ε, whatever part of the rest is hidden."),
         tr("fewest blocks K with max over m ⊆ (all but K) of |q5(m hidden) − q5(nothing hidden)| ≤ ε")},
        {tr("Hiding these breaks it"), tr("The fewest blocks whose hiding alone takes the score out of ±ε."),
         tr("smallest m with |q5(m hidden) − q5(nothing hidden)| > ε and no part of m that does")},
        {tr("Importance"), tr("What the score depends on: the paper's question. A damaged block counts as trivial."),
         tr("mean over the 2047 masks that hide the block, and not all, of |q(masked) − q(whole)|")},
        {tr("Halves, close call"),
         tr("The six most important blocks and the others; a close call where the border could as well run elsewhere."),
         tr("(importance ranked 6 − ranked 7) / importance ranked 6 below 2 %")},
        {tr("Contribution"), tr("What holds the score up (+), what pulls it down (−); exact."),
         tr("Shapley value: Σ over sets S of other visible blocks of |S|!(11−|S|)!/12! · (q(S ∪ b) − q(S))")},
        {tr("Contribution to a change"),
         tr("Two versions A and B: what block b of B adds to the change; exact where "
            "all composites are computed."),
         tr("the Shapley value of \"b comes from B\"; their sum is q(B) − q(A)")},
        {tr("Blocks that carry the change"),
         tr("With these from B the score stays near B's, wherever the other blocks come from."),
         tr("fewest blocks C with max over m ⊇ C of |q5(m from B) − q5(B)| ≤ max(0.1, half the change)")},
        {tr("Banzhaf value"), tr("What a block adds, all sets of others counting alike."),
         tr("mean over the 2048 sets S of other visible blocks of q(S ∪ b) − q(S)")},
        {tr("Pair interaction"), tr("What two blocks add together beyond what each adds by itself."),
         tr("Σ over S of |S|!(10−|S|)!/11! · (q(S ∪ ij) − q(S ∪ i) − q(S ∪ j) + q(S))")},
        {tr("On their own to n %, in pairs to m %"),
         tr("How much of the score one number a block can tell; below 50 % no such list can be trusted."),
         tr("shares of Σ x(S)², |S| = 1, 2, with x(S) = 2⁻¹² Σ over masks m of (−1)^|m ∩ S| q(m)")},
        {tr("Fine contributions, orders"),
         tr("Contributions of 6 × 8 cells, an estimate; grey where less than two standard errors from 0."),
         tr("mean over random orders and their reverses of q(cells up to c) − q(cells before c); error: deviation of "
            "the "
            "P/2 pair means / √(P/2)")},
        {tr("LIME, R²"), tr("Segments whose presence raises or lowers the score; look at R² first."),
         tr("coefficients of a weighted ridge fit to scores with random segments hidden; R² = explained part of their "
            "variance")},
        {tr("Tiles: whole, sharpest, worst"),
         tr("Windows of the model's input size at the photo's own pixels: local quality, never the score."),
         tr("score of each window, half a window apart; the map is the mean of the windows over a pixel")},
        {tr("Rectangle"), tr("A part of the photo scored as a photo of its own."),
         tr("q of the pixels cut out, fed as the model's input says")},
        {tr("Leak"), tr("How much say a hidden block still has, because the network looks across borders."),
         tr("Σ |q(damaged, hidden) − q(clean, hidden)| / Σ |q(damaged) − q(clean)| over photos with 2×2 damaged "
            "blocks")},
        {tr("n of 6 (measures)"), tr("Important blocks in the upper half of a measure; chance gives 3."),
         tr("|important half ∩ six blocks with the largest means|")},
        {tr("Insertion, deletion"), tr("A layer that knows what matters makes the score fall and rise early."),
         tr("mean score while blocks are hidden (shown) in the order of the layer, largest first")},
    };
}

QWidget* makeNumbersPage()
{
    auto* page = new QWidget;
    page->setObjectName(QStringLiteral("numbersPage"));
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(20, 12, 20, 16);
    layout->setSpacing(2);
    for (const NumberHelp& number : numbersHelp()) {
        auto* name = new QLabel(number.name, page);
        name->setTextFormat(Qt::PlainText);
        name->setFont(scaledFont(*page, 1.0, true));
        auto* meaning = new QLabel(number.meaning, page);
        meaning->setTextFormat(Qt::PlainText);
        meaning->setWordWrap(true);
        QLabel* formula = mutedLabel(page);
        formula->setText(number.formula);
        formula->setWordWrap(true);
        formula->setContentsMargins(0, 0, 0, 8);
        for (QLabel* label : {name, meaning, formula}) {
            label->setTextInteractionFlags(Qt::TextSelectableByMouse);
            layout->addWidget(label);
        }
    }
    layout->addStretch();
    return page;
}

} // namespace halflens
