// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/work_indicator.h"

#include "ui/state/text.h"

#include <QCoreApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

namespace halflens {

namespace {

constexpr int PatienceMs = 100;
constexpr int Steps = 1000;

} // namespace

WorkIndicator::WorkIndicator(QWidget* parent)
    : QWidget(parent)
    , m_text(new QLabel(this))
    , m_bar(new QProgressBar(this))
    , m_cancel(new QToolButton(this))
{
    setObjectName(QStringLiteral("workIndicator"));
    m_text->setTextFormat(Qt::PlainText);
    m_bar->setTextVisible(false);
    m_bar->setFixedWidth(120);
    m_bar->setMaximumHeight(12);
    m_bar->setAccessibleName(tr("Progress"));
    m_cancel->setObjectName(QStringLiteral("cancelWork"));
    m_cancel->setText(tr("Cancel"));
    m_cancel->setAutoRaise(true);
    connect(m_cancel, &QToolButton::clicked, this, &WorkIndicator::cancelRequested);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(6, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(m_bar);
    layout->addWidget(m_text);
    layout->addWidget(m_cancel);
    m_delay.setSingleShot(true);
    m_delay.setInterval(PatienceMs);
    connect(&m_delay, &QTimer::timeout, this, &QWidget::show);
    hide();
}

void WorkIndicator::setBusy(bool busy)
{
    if (!busy) {
        m_delay.stop();
        hide();
    } else if (!isVisible() && !m_delay.isActive()) {
        setProgress({-1, "Working"});
        m_delay.start();
    }
}

void WorkIndicator::setProgress(const Progress& progress)
{
    m_bar->setRange(0, progress.fraction < 0 ? 0 : Steps);
    m_bar->setValue(static_cast<int>(progress.fraction * Steps));
    // The texts of core's jobs are looked up in the translations of "Work".
    m_text->setText(QCoreApplication::translate("Work", progress.text.c_str()) + QStringLiteral("…"));
}

} // namespace halflens
