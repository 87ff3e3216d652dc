// SPDX-License-Identifier: BSD-3-Clause
// Ctrl+Shift+P: commands, layers, photos, settings and sections of the help, by a few letters of their names.
#pragma once

#include <QDialog>
#include <QIcon>
#include <QString>

#include <cstdint>
#include <functional>
#include <vector>

class QLineEdit;
class QTreeWidget;

namespace halflens {

/// What stands in the list beside its name.
enum class PaletteKind : std::uint8_t { Command, Layer, Photo, Setting, Help };

struct PaletteEntry {
    PaletteKind kind = PaletteKind::Command;
    QString name;
    QString detail; ///< muted, behind the name: the keys of a command, the state of a layer
    QIcon icon;
    std::function<void()> run;
};

class CommandPalette final : public QDialog {
    Q_OBJECT

public:
    static constexpr int Most = 200; ///< rows: nobody reads further, and a list may have ten thousand photos

    explicit CommandPalette(std::vector<PaletteEntry> entries, QWidget* parent = nullptr);

    /// How well a name fits: 0 begins with it, 1 contains it, 2 contains its words, 3 has its
    /// letters in this order, -1 not at all. The case does not count.
    static int rank(const QString& name, const QString& typed);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void filter(const QString& typed);
    void runCurrent();

    QLineEdit* m_input;
    QTreeWidget* m_list;
    std::vector<PaletteEntry> m_entries;
};

} // namespace halflens
