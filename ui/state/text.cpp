// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/text.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr QChar Minus(0x2212);
constexpr QChar PlusMinus(0x00B1);

} // namespace

QString scoreText(double score)
{
    if (!std::isfinite(score))
        return u"–"_s;
    QString text = QString::number(std::abs(score), 'f', 2);
    if (score < 0 && text != "0.00"_L1)
        text.prepend(Minus);
    return text;
}

QString estimateMark(bool isEstimate)
{
    return isEstimate ? u"~"_s : QString();
}

QString changeText(double change)
{
    if (!std::isfinite(change))
        return u"–"_s;
    const QString text = QString::number(std::abs(change), 'f', 2);
    if (text == "0.00"_L1)
        return PlusMinus + text;
    return (change < 0 ? Minus : QChar(u'+')) + text;
}

QString blockName(BlockIndex block)
{
    return QCoreApplication::translate("Blocks", "Block %1").arg(block.value);
}

QString durationText(double seconds)
{
    if (seconds < 0.1)
        return QCoreApplication::translate("Units", "%1 ms")
            .arg(std::max(1, static_cast<int>(std::lround(seconds * 1000))));
    return QCoreApplication::translate("Units", "%1 s").arg(seconds, 0, 'f', seconds < 10 ? 2 : 1);
}

} // namespace halflens
