// SPDX-License-Identifier: BSD-3-Clause
// A main window on the fake models, in a folder of its own, with images made on the spot.
#pragma once

#include "tests/support/fake_models.h"
#include "tests/support/test_case.h"
#include "ui/canvas/canvas_view.h"
#include "ui/panels/layer_delegate.h"
#include "ui/panels/layer_list_model.h"
#include "ui/state/window_settings.h"
#include "ui/window/main_window.h"
#include "ui/window/theme_controller.h"

#include <QDir>
#include <QFile>
#include <QLabel>
#include <QListView>
#include <QPainter>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

namespace halflens::test {

class GuiFixture {
public:
    GuiFixture()
        : settings(nullptr)
        , theme(settings)
    {
        settings.setValue(setting::Theme, QStringLiteral("light"));
        settings.setValue(setting::ScorePhotos, false); // tests that count what models do ask for it
    }

    /// Shown, active, laid out at a fixed size.
    MainWindow& open() { return open(models); }
    /// The same with other models, which outlive the fixture's window.
    MainWindow& open(ModelSource& others)
    {
        close();
        viewer = std::make_unique<Viewer>(others, settings, scoreFile);
        window = std::make_unique<MainWindow>(*viewer);
        window->resize(1280, 800);
        window->show();
        if (!QTest::qWaitForWindowActive(window.get(), PatienceMs))
            qFatal("the window does not get active");
        return *window;
    }

    /// Ends window and work, as the end of the program does.
    void close()
    {
        window.reset();
        viewer.reset();
    }

    /// A picture of `width` x `height` with a colour of its own in every block.
    QString image(const QString& name, int width = 400, int height = 300) const
    {
        QImage picture(width, height, QImage::Format_RGB888);
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                const int block = blockAt(y, x, height, width).value;
                picture.setPixelColor(x, y, QColor(20 * block, 255 - 20 * block, 100));
            }
        }
        const QString path = folder.filePath(name);
        if (!picture.save(path))
            qFatal("cannot write the picture");
        return path;
    }

    QString brokenImage(const QString& name) const
    {
        QFile file(folder.filePath(name));
        if (!file.open(QIODevice::WriteOnly))
            qFatal("cannot write the file");
        file.write("this is no image at all");
        return file.fileName();
    }

    /// Opens and waits until the table is there.
    Document* openAndWait(const QString& path)
    {
        window->workspace().open({path});
        const auto isReady = [&] {
            const Document* document = window->workspace().current();
            return document && document->path() == path && document->analysis() && document->analysis()->report;
        };
        if (!QTest::qWaitFor(isReady, PatienceMs))
            qFatal("the image does not come");
        return window->workspace().current();
    }

    CanvasView& canvas() const { return window->canvas(); }

    /// Middle of a block on the canvas.
    QPoint at(int block) const { return blockViewRect({block}, canvas().view()).center().toPoint(); }

    /// Row of a layer in the dock's list, in coordinates of the list's viewport.
    QRect layerRow(OverlayId id) const
    {
        auto* list = window->findChild<QListView*>(QStringLiteral("layerList"));
        const auto* model = static_cast<LayerListModel*>(list->model());
        const QModelIndex index = model->indexOf(id);
        list->scrollTo(index);
        return list->visualRect(index);
    }
    QWidget* layerViewport() const { return window->findChild<QListView*>(QStringLiteral("layerList"))->viewport(); }
    /// A click on the box that shows and hides the layer.
    void clickLayerBox(OverlayId id) const
    {
        QTest::mouseClick(layerViewport(), Qt::LeftButton, {}, LayerDelegate::boxRect(layerRow(id)).center());
    }
    /// A click on the name, which makes the layer the current one.
    void clickLayerName(OverlayId id) const
    {
        QTest::mouseClick(layerViewport(), Qt::LeftButton, {}, layerRow(id).center());
    }
    template<class T> T* find(const char* name) const { return window->findChild<T*>(QLatin1String(name)); }

    QString label(const char* name) const
    {
        const auto* found = window->findChild<QLabel*>(QLatin1String(name));
        return found ? found->text() : QStringLiteral("(no such label)");
    }

    QTemporaryDir folder;
    std::filesystem::path scoreFile; ///< where scores of photos are kept; empty: nowhere
    FakeModels models;
    Settings settings;
    ThemeController theme;
    std::unique_ptr<Viewer> viewer; // gone before models and settings
    std::unique_ptr<MainWindow> window; // gone before what it looks at
};

} // namespace halflens::test
