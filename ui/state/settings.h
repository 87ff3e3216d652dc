// SPDX-License-Identifier: BSD-3-Clause
// What the user chose: one table of keys, types, defaults, ranges and help feeds the stored
// settings and the preferences page.
#pragma once

#include <QObject>
#include <QSettings>
#include <QStringList>
#include <QVariant>

#include <memory>
#include <vector>

namespace halflens {

struct SettingSpec {
    QString key;
    QVariant fallback; ///< its type is the type of the setting
    QVariant minimum; ///< numbers only
    QVariant maximum;
    QStringList choices; ///< words only: what is allowed
    QStringList choiceLabels; ///< the same for people
    QString label; ///< empty: not on the preferences page
    QString help;
};

namespace setting {
inline const QString Theme = QStringLiteral("view/theme");
inline const QString Model = QStringLiteral("model");
inline const QString Epsilon = QStringLiteral("analysis/epsilon");
inline const QString Indicator = QStringLiteral("analysis/indicator");
inline const QString HiddenStyle = QStringLiteral("view/hiddenBlocks");
inline const QString Layers = QStringLiteral("view/layers");
inline const QString Grid = QStringLiteral("view/grid");
inline const QString Numbers = QStringLiteral("view/blockNumbers");
inline const QString CacheMegabytes = QStringLiteral("memory/cacheMegabytes");
inline const QString RecentFiles = QStringLiteral("recentFiles");
inline const QString LastFolder = QStringLiteral("lastFolder");
inline const QString Geometry = QStringLiteral("window/geometry");
inline const QString WindowState = QStringLiteral("window/state");
} // namespace setting

/// GUI thread. A stored value of the wrong type, outside its range or not among the choices
/// reads as the default, so a damaged settings file never breaks a start.
class Settings final : public QObject {
    Q_OBJECT

public:
    /// `storage` null: kept in memory only.
    explicit Settings(std::unique_ptr<QSettings> storage, QObject* parent = nullptr);

    static const std::vector<SettingSpec>& table();
    static const SettingSpec& spec(const QString& key); ///< the key must be in the table

    QVariant value(const QString& key) const;
    /// Ignored when the value is not valid for the key.
    void setValue(const QString& key, const QVariant& value);
    /// The same for this run of the program only: nothing is stored.
    void setForThisRun(const QString& key, const QVariant& value);
    void reset(const QString& key) { setValue(key, spec(key).fallback); }

    QString word(const QString& key) const { return value(key).toString(); }
    double number(const QString& key) const { return value(key).toDouble(); }
    bool flag(const QString& key) const { return value(key).toBool(); }

Q_SIGNALS:
    void changed(const QString& key);

private:
    bool change(const QString& key, const QVariant& value);

    std::unique_ptr<QSettings> m_storage;
    QVariantHash m_values;
};

} // namespace halflens
