// SPDX-License-Identifier: BSD-3-Clause
#include "ui/dialogs/figure_formats.h"

#include <QCheckBox>
#include <QFileInfo>
#include <QHBoxLayout>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr std::array Suffixes{"png", "svg", "pdf"};

} // namespace

FigureFormats::FigureFormats(QWidget* parent)
    : QWidget(parent)
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    for (std::size_t i = 0; i < Suffixes.size(); ++i) {
        const auto suffix = QString::fromLatin1(Suffixes[i]);
        m_boxes[i] = new QCheckBox(suffix.toUpper(), this);
        m_boxes[i]->setObjectName(u"figureFormat"_s + suffix.toUpper());
        m_boxes[i]->setAccessibleName(tr("Write the figure as %1").arg(suffix.toUpper()));
        layout->addWidget(m_boxes[i]);
    }
    m_boxes[0]->setChecked(true);
    layout->addStretch();
}

QStringList FigureFormats::chosen() const
{
    QStringList suffixes;
    for (std::size_t i = 0; i < Suffixes.size(); ++i) {
        if (m_boxes[i]->isChecked())
            suffixes << QString::fromLatin1(Suffixes[i]);
    }
    return suffixes.isEmpty() ? QStringList{QString::fromLatin1(Suffixes[0])} : suffixes;
}

QStringList FigureFormats::filesOf(const QString& path) const
{
    const QString own = QFileInfo(path).suffix().toLower();
    const bool hasSuffix = own == u"png"_s || own == u"svg"_s || own == u"pdf"_s;
    const QString base = hasSuffix ? path.chopped(own.size() + 1) : path;
    QStringList files;
    if (hasSuffix)
        files << path;
    for (const QString& suffix : chosen()) {
        if (suffix != own)
            files << base + u'.' + suffix;
    }
    return files;
}

QString figureName(const QString& photo, const QString& figure)
{
    const QString base = QFileInfo(photo).completeBaseName();
    return (base.isEmpty() ? u"figure"_s : base) + u'-' + figure;
}

} // namespace halflens
