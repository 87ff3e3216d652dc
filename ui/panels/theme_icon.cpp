// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/theme_icon.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>

#include <memory>
#include <utility>

namespace halflens {

namespace {

/// Draws the vector picture at the size asked for.
class ThemeIconEngine final : public QIconEngine {
public:
    ThemeIconEngine(QByteArray svg, QColor color)
        : m_svg(std::move(svg))
        , m_color(color)
    { }

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        QByteArray colored = m_svg;
        colored.replace("currentColor", m_color.name().toLatin1());
        QSvgRenderer renderer(colored);
        renderer.setAspectRatioMode(Qt::KeepAspectRatio);
        painter->save();
        painter->setOpacity(mode == QIcon::Disabled ? 0.4 : 1);
        renderer.render(painter, rect);
        painter->restore();
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

    QIconEngine* clone() const override { return new ThemeIconEngine(*this); }

private:
    QByteArray m_svg;
    QColor m_color;
};

} // namespace

QIcon themeIcon(const QString& name, const QColor& color)
{
    QFile file(QStringLiteral(":/halflens/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QIcon(new ThemeIconEngine(file.readAll(), color));
}

} // namespace halflens
