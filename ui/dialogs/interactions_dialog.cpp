// SPDX-License-Identifier: BSD-3-Clause
#include "ui/dialogs/interactions_dialog.h"

#include "ui/panels/card.h"
#include "ui/panels/help_point.h"
#include "ui/panels/interaction_table.h"
#include "ui/panels/orders_bar.h"

#include <QHideEvent>
#include <QVBoxLayout>

namespace halflens {

using namespace Qt::StringLiterals;

InteractionsDialog::InteractionsDialog(CurrentImage& image, QWidget* parent)
    : QDialog(parent)
{
    setObjectName(u"interactionsDialog"_s);
    setHelpTopic(*this, HelpTopic::PairInteraction);
    setWindowTitle(tr("Pairs of blocks"));
    auto* table = new InteractionTable(image, this);
    auto* about = mutedLabel(this);
    about->setWordWrap(true);
    about->setText(tr("What two blocks add to the score together beyond what each adds by itself. Red: they need one "
                      "another. Blue: one stands in for the other. Σ over sets S of the ten others of "
                      "|S|!(10−|S|)!/11! · (q(S ∪ ij) − q(S ∪ i) − q(S ∪ j) + q(S))."));
    auto* words = new QLabel(this);
    words->setObjectName(u"pairWords"_s);
    words->setTextFormat(Qt::PlainText);
    words->setWordWrap(true);
    words->setMinimumHeight(2 * fontMetrics().lineSpacing()); // the table keeps its place
    words->setFont(scaledFont(*this, 1.0, true));
    words->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(about);
    layout->addWidget(table, 1);
    layout->addWidget(words);
    layout->addWidget(new OrdersBar(image, this));
    connect(table, &InteractionTable::pairShown, this, [this, table, words](const QModelIndex& pair) {
        words->setText(table->interactions().words(pair));
        Q_EMIT pairShown(InteractionModel::pairOf(pair));
    });
    words->setText(table->interactions().words({}));
    table->setFocus();
}

void InteractionsDialog::hideEvent(QHideEvent* event)
{
    QDialog::hideEvent(event);
    if (!event->spontaneous())
        Q_EMIT pairShown(BlockMask());
}

} // namespace halflens
