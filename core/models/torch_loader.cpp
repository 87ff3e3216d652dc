// SPDX-License-Identifier: BSD-3-Clause
#include "core/models/torch_loader.h"

#include <QCoreApplication>
#include <QLibrary>

namespace halflens {

namespace {

Result<const torch_module::Functions*> loadTorchModule()
{
    const QString name = QStringLiteral("halflens_torch");
    const QString own = QCoreApplication::instance() ? QCoreApplication::applicationDirPath() : QStringLiteral(".");
    QString problem;
    for (const QString& folder :
         {own, own + QStringLiteral("/../lib/halflens"), QStringLiteral(HALFLENS_TORCH_MODULE_DIR)}) {
        QLibrary library(folder + u'/' + name);
        if (const auto entry = reinterpret_cast<torch_module::Entry>(library.resolve(torch_module::EntryPoint)))
            return entry();
        problem = library.errorString();
    }
    return Error{ErrorCode::Unsupported,
                 "model",
                 "the LibTorch module cannot be loaded: " + problem.toStdString(),
                 "install HalfLens completely",
                 {}};
}

} // namespace

const Result<const torch_module::Functions*>& torchFunctions()
{
    static const Result<const torch_module::Functions*> Loaded = loadTorchModule();
    return Loaded;
}

} // namespace halflens
