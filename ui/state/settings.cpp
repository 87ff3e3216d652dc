// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/settings.h"

#include "ui/state/window_settings.h"

#include <algorithm>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

/// The value in the type of the specification, or nothing when it does not fit.
QVariant accepted(const SettingSpec& spec, QVariant value)
{
    if (!value.isValid() || !value.convert(spec.fallback.metaType()))
        return {};
    if (!spec.choices.isEmpty() && !spec.choices.contains(value.toString()))
        return {};
    if (spec.minimum.isValid()
        && !(value.toDouble() >= spec.minimum.toDouble() && value.toDouble() <= spec.maximum.toDouble()))
        return {};
    return value;
}

} // namespace

const std::vector<SettingSpec>& Settings::table()
{
    static const std::vector<SettingSpec> specs{
        {setting::Theme,
         u"system"_s,
         {},
         {},
         {u"system"_s, u"light"_s, u"dark"_s},
         {tr("As the system"), tr("Light"), tr("Dark")},
         tr("Colours"),
         tr("Light or dark window colours.")},
        {setting::Epsilon,
         0.1,
         0.01,
         2.0,
         {},
         {},
         tr("Tolerance"),
         tr("How far the score may move, on the scale from 1 to 5, for a set of blocks to count as enough.")},
        {setting::Indicator,
         u"dmos"_s,
         {},
         {},
         {u"dmos"_s, u"dmos2"_s, u"plcc5"_s, u"emd"_s},
         {tr("Score change"), tr("Squared score change"), tr("Correlation of the grades"),
          tr("Distance of the grades")},
         tr("Importance by"),
         tr("What decides which six blocks are the important half.")},
        {setting::HiddenStyle,
         u"black"_s,
         {},
         {},
         {u"black"_s, u"hatched"_s, u"dimmed"_s},
         {tr("Black"), tr("Hatched"), tr("Dimmed")},
         tr("Hidden blocks"),
         tr("How blocks the model does not see are drawn; black is the paper's way. The score does not depend on it.")},
        {setting::Layers, QByteArray(), {}, {}, {}, {}, {}, {}},
        {setting::Grid, true, {}, {}, {}, {}, {}, {}},
        {setting::Numbers, true, {}, {}, {}, {}, {}, {}},
        {setting::CacheMegabytes,
         768,
         64,
         65536,
         {},
         {},
         tr("Memory for images"),
         tr("Megabytes kept for images and results that were looked at before.")},
        {setting::Model, QString(), {}, {}, {}, {}, {}, {}},
        {setting::RecentFiles, QStringList(), {}, {}, {}, {}, {}, {}},
        {setting::LastFolder, QString(), {}, {}, {}, {}, {}, {}},
        {setting::FigureOptions, QByteArray(), {}, {}, {}, {}, {}, {}},
        {setting::FigureFolder, QString(), {}, {}, {}, {}, {}, {}},
        {setting::ScorePhotos, true, {}, {}, {}, {}, {}, {}},
        {setting::PhotoColumns, QStringList(), {}, {}, {}, {}, {}, {}},
        {setting::Geometry, QByteArray(), {}, {}, {}, {}, {}, {}},
        {setting::WindowState, QByteArray(), {}, {}, {}, {}, {}, {}},
    };
    return specs;
}

const SettingSpec& Settings::spec(const QString& key)
{
    const auto& specs = table();
    const auto it = std::find_if(specs.begin(), specs.end(), [&](const SettingSpec& s) { return s.key == key; });
    Q_ASSERT(it != specs.end());
    return *it;
}

Settings::Settings(std::unique_ptr<QSettings> storage, QObject* parent)
    : QObject(parent)
    , m_storage(std::move(storage))
{
    for (const SettingSpec& s : table()) {
        const QVariant stored = m_storage ? accepted(s, m_storage->value(s.key)) : QVariant();
        m_values.insert(s.key, stored.isValid() ? stored : s.fallback);
    }
}

QVariant Settings::value(const QString& key) const
{
    return m_values.value(key);
}

bool Settings::change(const QString& key, const QVariant& value)
{
    const QVariant fitting = accepted(spec(key), value);
    if (!fitting.isValid() || fitting == m_values.value(key))
        return false;
    m_values.insert(key, fitting);
    Q_EMIT changed(key);
    return true;
}

void Settings::setValue(const QString& key, const QVariant& value)
{
    if (change(key, value) && m_storage)
        m_storage->setValue(key, m_values.value(key));
}

void Settings::setForThisRun(const QString& key, const QVariant& value)
{
    change(key, value);
}

} // namespace halflens
