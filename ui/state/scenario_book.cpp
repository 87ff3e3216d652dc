// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/scenario_book.h"

#include "core/base/numbers_text.h"
#include "core/image/decode.h"
#include "ui/state/text.h"

#include <QFileInfo>
#include <QStringList>

#include <algorithm>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr Slot EffectSlot{0, Stage::Study, -1};

QString blockNumbers(BlockMask hidden)
{
    QStringList numbers;
    for (int block = 0; block < BlockCount; ++block) {
        if (hidden.contains({block}))
            numbers << QString::number(block);
    }
    return numbers.join(u' ');
}

QString blocksText(BlockMask hidden)
{
    return hidden.isEmpty() ? ScenarioBook::tr("nothing") : blockNumbers(hidden);
}

/// What a job of measureEffect() answers.
struct PhotoEffect {
    MaskEffect effect;
    std::string image; ///< Image::contentHash
};

/// Of one photo, not of the model, which would fare no better on the others.
bool isOfThePhoto(const Error& error)
{
    return error.code == ErrorCode::Io || error.code == ErrorCode::InvalidInput || error.code == ErrorCode::Unsupported;
}

const ScenarioScore* scoreBy(const std::vector<ScenarioScore>& scores, const std::string& model)
{
    const auto it = std::find_if(scores.begin(), scores.end(), [&](const auto& score) { return score.model == model; });
    return it == scores.end() ? nullptr : &*it;
}

} // namespace

ScenarioBook::ScenarioBook(Workspace& workspace, Comparison& comparison, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
    , m_comparison(comparison)
{
    connect(&comparison, &Comparison::changed, this, &ScenarioBook::followScores);
    connect(&workspace.image(), &CurrentImage::changed, this, &ScenarioBook::followScores);
    connect(&workspace.image(), &CurrentImage::analysisChanged, this, &ScenarioBook::followScores);
    connect(&workspace.image(), &CurrentImage::scoresChanged, this, &ScenarioBook::followScores);
}

void ScenarioBook::restore(std::vector<Scenario> scenarios)
{
    cancelEffect();
    m_scenarios = std::move(scenarios);
    m_rows.assign(m_scenarios.size(), {});
    Q_EMIT changed();
}

bool ScenarioBook::isPinnedOn(const std::string& image) const
{
    return std::any_of(m_scenarios.begin(), m_scenarios.end(),
                       [&](const Scenario& scenario) { return scenario.image == image; });
}

QString ScenarioBook::newName() const
{
    for (int number = count() + 1;; ++number) {
        const QString name = tr("Scenario %1").arg(number);
        if (std::none_of(m_scenarios.begin(), m_scenarios.end(),
                         [&](const Scenario& other) { return other.name == name.toStdString(); }))
            return name;
    }
}

int ScenarioBook::pin()
{
    Document* document = m_workspace.current();
    if (!document)
        return -1;
    document->endStroke();
    Scenario scenario;
    scenario.name = newName().toStdString();
    scenario.hidden = document->mask();
    scenario.photo = document->title().toStdString();
    scenario.image = document->imageHash();
    scenario.scores = shownScores(scenario);
    m_scenarios.push_back(std::move(scenario));
    m_rows.emplace_back();
    Q_EMIT changed();
    Q_EMIT pinned(count() - 1);
    return count() - 1;
}

void ScenarioBook::apply(int index)
{
    if (Document* document = m_workspace.current())
        document->changeMask(at(index).hidden, toQt(at(index).name));
}

void ScenarioBook::rename(int index, const QString& name)
{
    const std::string text = name.simplified().left(Scenario::LongestNote).toStdString();
    if (text.empty() || text == at(index).name)
        return;
    m_scenarios[static_cast<std::size_t>(index)].name = text;
    Q_EMIT changed();
}

void ScenarioBook::setNote(int index, const QString& note)
{
    const std::string text = note.left(Scenario::LongestNote).toStdString();
    if (text == at(index).note)
        return;
    m_scenarios[static_cast<std::size_t>(index)].note = text;
    Q_EMIT changed();
}

void ScenarioBook::remove(int index)
{
    if (m_run && m_run->scenario == index)
        cancelEffect();
    else if (m_run && m_run->scenario > index)
        --m_run->scenario;
    m_scenarios.erase(m_scenarios.begin() + index);
    m_rows.erase(m_rows.begin() + index);
    Q_EMIT changed();
}

std::vector<ScenarioScore> ScenarioBook::shownScores(const Scenario& scenario) const
{
    std::vector<ScenarioScore> scores;
    const auto add = [&](const std::string& name, const Analysis& analysis, const std::optional<MaskedScore>& masked) {
        if (masked)
            scores.push_back({analysis.model.id, name, analysis.prediction.score5, masked->score5, masked->isEstimate});
    };
    const Analysis* chosen = m_workspace.image().analysis();
    for (const ComparedModel& model : m_comparison.models()) {
        if (chosen && chosen->model.id == model.entry.id)
            add(model.entry.name, *chosen, m_workspace.image().scoreFor(scenario.hidden));
        else if (model.analysis)
            add(model.entry.name, *model.analysis, m_comparison.scoreFor(model, scenario.hidden));
    }
    return scores;
}

/// News of the photo a scenario was pinned on: what is known replaces what was estimated or unknown.
void ScenarioBook::followScores()
{
    const Document* document = m_workspace.current();
    if (!document || document->imageHash().empty())
        return;
    bool isNew = false;
    for (Scenario& scenario : m_scenarios) {
        if (scenario.image != document->imageHash())
            continue;
        for (const ScenarioScore& score : shownScores(scenario)) {
            const ScenarioScore* known = scoreBy(scenario.scores, score.model);
            if (known && (*known == score || (score.isEstimate && !known->isEstimate)))
                continue;
            if (known)
                scenario.scores[static_cast<std::size_t>(known - scenario.scores.data())] = score;
            else
                scenario.scores.push_back(score);
            isNew = true;
        }
    }
    if (isNew)
        Q_EMIT changed();
}

QString ScenarioBook::comparisonText(int a, int b) const
{
    const Scenario& first = at(a);
    const Scenario& second = at(b);
    const QString names[] = {toQt(first.name), toQt(second.name)};
    QStringList lines;
    const BlockMask both(first.hidden.bits() & second.hidden.bits());
    const BlockMask onlyFirst(first.hidden.bits() & ~static_cast<std::uint32_t>(second.hidden.bits()));
    const BlockMask onlySecond(second.hidden.bits() & ~static_cast<std::uint32_t>(first.hidden.bits()));
    if (onlyFirst.isEmpty() && onlySecond.isEmpty())
        lines << tr("Both hide the same blocks: %1.").arg(blocksText(both));
    else
        lines << tr("Both hide: %1. Only “%2”: %3. Only “%4”: %5.")
                     .arg(blocksText(both), names[0], blocksText(onlyFirst), names[1], blocksText(onlySecond));
    std::vector<ScenarioScore> ofFirst = shownScores(first);
    std::vector<ScenarioScore> ofSecond = shownScores(second);
    QString photo = m_workspace.current() ? m_workspace.current()->title() : QString();
    if ((ofFirst.empty() || ofSecond.empty()) && first.image == second.image) {
        ofFirst = first.scores; // of the photo both were pinned on
        ofSecond = second.scores;
        photo = toQt(first.photo);
    }
    for (const ScenarioScore& one : ofFirst) {
        const ScenarioScore* other = scoreBy(ofSecond, one.model);
        if (!other)
            continue;
        const double difference = other->masked - one.masked;
        const QString estimate = estimateMark(one.isEstimate || other->isEstimate);
        QString words;
        if (scoreText(one.masked) == scoreText(other->masked))
            words = tr("the same to two decimals");
        else if (difference > 0)
            words = tr("“%1” is %2%3 better").arg(names[1], estimate, scoreText(difference));
        else
            words = tr("“%1” is %2%3 worse").arg(names[1], estimate, scoreText(-difference));
        lines << tr("%1 on %2: %3 with “%4”, %5 with “%6” — %7.")
                     .arg(toQt(one.name), photo, estimate + scoreText(one.masked), names[0],
                          estimate + scoreText(other->masked), names[1], words);
    }
    if (lines.size() == 1)
        lines << tr("No model knows both scores on one photo yet.");
    return lines.join(u'\n');
}

void ScenarioBook::measureEffect(int index)
{
    cancelEffect();
    m_workspace.documents().finishListing();
    Run run;
    run.scenario = index;
    run.model = m_workspace.modelId().toStdString();
    for (const ModelEntry& entry : m_workspace.models().models()) {
        if (entry.id == run.model)
            run.modelName = entry.name;
    }
    for (int i = 0; i < m_workspace.count(); ++i) {
        const Document* document = m_workspace.at(i);
        run.photos.push_back({document->id(), document->path(), document->title().toStdString()});
    }
    if (run.model.empty() || run.photos.empty())
        return;
    m_run = std::move(run);
    submitNext();
}

void ScenarioBook::cancelEffect()
{
    if (!m_run)
        return;
    m_run.reset();
    m_workspace.engine().cancel(EffectSlot);
    Q_EMIT effectProgressed();
}

void ScenarioBook::submitNext()
{
    if (m_run->next == wantedPhotos()) {
        finishEffect();
        return;
    }
    const Photo& photo = m_run->photos[static_cast<std::size_t>(m_run->next)];
    const Document* document = m_workspace.documents().find(photo.document);
    std::shared_ptr<const Image> image = document ? m_workspace.imageOf(*document) : nullptr;
    const QString text =
        tr("“%1” on photo %2 of %3").arg(toQt(at(m_run->scenario).name)).arg(m_run->next + 1).arg(wantedPhotos());
    m_workspace.engine().submit(
        {EffectSlot,
         Lane::Batch,
         {},
         [image, path = toPath(photo.path), model = m_run->model, hidden = at(m_run->scenario).hidden,
          &models = m_workspace.models(), fraction = m_run->next / static_cast<double>(wantedPhotos()),
          words = text.toStdString()](const JobContext& context) -> Outcome {
             context.report(fraction, words);
             Result<std::shared_ptr<const Image>> read =
                 image ? Result<std::shared_ptr<const Image>>(image) : readImage(path);
             if (!read)
                 return std::move(read).error();
             const Result<MaskEffect> effect = maskEffect(**read, model, hidden, models, context.stop());
             if (!effect)
                 return effect.error();
             return Artifact(std::make_shared<const PhotoEffect>(PhotoEffect{*effect, (*read)->contentHash}));
         }},
        {[this](const Outcome& outcome) { arrived(outcome); }, {}});
    Q_EMIT effectProgressed();
}

void ScenarioBook::arrived(const Outcome& outcome)
{
    if (!m_run)
        return;
    if (!outcome && !isOfThePhoto(outcome.error())) {
        const Error error = outcome.error();
        cancelEffect();
        m_workspace.report(error);
        return;
    }
    if (outcome) {
        const auto photo = outcome->as<PhotoEffect>();
        m_run->effects.push_back(photo->effect);
        m_run->rows.push_back({m_run->photos[static_cast<std::size_t>(m_run->next)].name,
                               photo->image,
                               {m_run->model, m_run->modelName, photo->effect.whole, photo->effect.masked, false}});
    } else {
        ++m_run->without;
    }
    ++m_run->next;
    submitNext();
}

void ScenarioBook::finishEffect()
{
    const Run run = *std::move(m_run);
    m_run.reset();
    Q_EMIT effectProgressed();
    if (run.effects.empty()) {
        m_workspace.report({ErrorCode::InvalidInput,
                            "scenario",
                            tr("no photo of the list could be scored").toStdString(),
                            tr("open photos that are there and can be read").toStdString(),
                            {}});
        return;
    }
    Scenario& scenario = m_scenarios[static_cast<std::size_t>(run.scenario)];
    const MaskEffects all = summarize(run.effects);
    std::erase_if(scenario.effects, [&](const ScenarioEffect& effect) { return effect.model == run.model; });
    scenario.effects.push_back({run.model, run.modelName, all.photos, all.mean, all.deviation, all.plcc, run.without});
    std::vector<Row>& rows = m_rows[static_cast<std::size_t>(run.scenario)];
    std::erase_if(rows, [&](const Row& row) { return row.score.model == run.model; });
    rows.insert(rows.end(), run.rows.begin(), run.rows.end());
    Q_EMIT changed();
}

std::string ScenarioBook::toCsv() const
{
    std::string text = "scenario,hidden_blocks,mask,photo,model,whole,masked,change,estimate,note\n";
    const auto add = [&](const Scenario& scenario, const std::string& photo, const ScenarioScore& score) {
        text += csvField(scenario.name) + ',' + blockNumbers(scenario.hidden).toStdString() + ','
            + std::to_string(scenario.hidden.bits()) + ',' + csvField(photo) + ',' + csvField(score.model) + ','
            + exact(score.whole) + ',' + exact(score.masked) + ',' + exact(score.masked - score.whole)
            + (score.isEstimate ? ",1," : ",0,") + csvField(scenario.note) + '\n';
    };
    for (std::size_t i = 0; i < m_scenarios.size(); ++i) {
        const Scenario& scenario = m_scenarios[i];
        const auto isMeasured = [&](const ScenarioScore& score) {
            return std::any_of(m_rows[i].begin(), m_rows[i].end(), [&](const Row& row) {
                return row.image == scenario.image && row.score.model == score.model;
            });
        };
        for (const ScenarioScore& score : scenario.scores) {
            if (!isMeasured(score)) // else it is among the rows, and no estimate
                add(scenario, scenario.photo, score);
        }
        for (const Row& row : m_rows[i])
            add(scenario, row.photo, row.score);
    }
    return text;
}

} // namespace halflens
