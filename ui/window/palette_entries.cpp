// SPDX-License-Identifier: BSD-3-Clause
#include "ui/window/palette_entries.h"

#include "ui/dialogs/help_library.h"

#include <QAction>
#include <QPointer>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

class Texts {
    Q_DECLARE_TR_FUNCTIONS(halflens::Palette)
};

void addCommands(std::vector<PaletteEntry>& entries, const QList<QAction*>& commands)
{
    for (QAction* action : commands) {
        if (!action->isEnabled())
            continue;
        QString name = action->text();
        name.remove(u'&');
        const QPointer<QAction> kept(action); // menus are filled anew
        entries.push_back(
            {PaletteKind::Command, name, action->shortcut().toString(QKeySequence::NativeText), action->icon(), [kept] {
                 if (kept)
                     kept->trigger();
             }});
    }
}

void addLayers(std::vector<PaletteEntry>& entries, LayerStack& layers)
{
    for (int number = 0; number < LayerCount; ++number) {
        const auto id = static_cast<OverlayId>(number);
        const bool isShown = layers.isOn() && layers.look(id).visible;
        entries.push_back({PaletteKind::Layer,
                           layerName(id),
                           isShown ? Texts::tr("shown: hide") : Texts::tr("show"),
                           {},
                           [&layers, id, isShown] {
                               layers.setVisible(id, !isShown);
                               if (isShown)
                                   return;
                               layers.setCurrent(id);
                               layers.setOn(true);
                           }});
    }
}

void addPhotos(std::vector<PaletteEntry>& entries, Viewer& viewer)
{
    const PhotoListModel& photos = viewer.photos;
    for (int place = 0; place < photos.photos(); ++place) {
        const Document& photo = *photos.photo(place);
        const std::uint64_t id = photo.id();
        entries.push_back({PaletteKind::Photo,
                           photo.title(),
                           Texts::tr("%1 of %2").arg(place + 1).arg(photos.photos()),
                           {},
                           [&viewer, id] {
                               DocumentList& documents = viewer.workspace.documents();
                               if (const Document* document = documents.find(id))
                                   documents.show(documents.indexOf(document));
                           }});
    }
}

void addSettings(std::vector<PaletteEntry>& entries, const Settings& settings,
                 const std::function<void(const QString&)>& open)
{
    for (const SettingSpec& spec : Settings::table()) {
        if (spec.label.isEmpty())
            continue;
        const qsizetype choice = spec.choices.indexOf(settings.word(spec.key));
        const QString value = choice >= 0               ? spec.choiceLabels.at(choice)
            : spec.fallback.typeId() == QMetaType::Bool ? (settings.flag(spec.key) ? Texts::tr("on") : Texts::tr("off"))
                                                        : settings.word(spec.key);
        entries.push_back({PaletteKind::Setting, spec.label, value, {}, [open, key = spec.key] { open(key); }});
    }
}

void addHelp(std::vector<PaletteEntry>& entries, const std::function<void(const QString&)>& open)
{
    for (const HelpPage& page : HelpLibrary::instance().pages()) {
        for (const HelpSection& section : page.sections) {
            const bool isPage = &section == &page.sections.front();
            entries.push_back(
                {PaletteKind::Help,
                 section.title,
                 isPage ? QString() : page.title,
                 {},
                 [open, address = isPage ? page.file : page.file + u'#' + section.anchor] { open(address); }});
        }
    }
}

} // namespace

std::vector<PaletteEntry> paletteEntries(Viewer& viewer, const PaletteTargets& targets)
{
    std::vector<PaletteEntry> entries;
    addCommands(entries, targets.commands);
    addLayers(entries, viewer.layers);
    addSettings(entries, viewer.settings, targets.openSetting);
    addPhotos(entries, viewer);
    addHelp(entries, targets.openHelp);
    return entries;
}

} // namespace halflens
