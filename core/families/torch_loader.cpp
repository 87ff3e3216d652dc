// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/torch_loader.h"

#include <QCoreApplication>
#include <QLibrary>

namespace halflens {

Result<ModuleFunction> moduleFunction(const char* module, const char* function)
{
    const QString name = QString::fromLatin1(module);
    const QString own = QCoreApplication::instance() ? QCoreApplication::applicationDirPath() : QStringLiteral(".");
    QString problem;
    for (const QString& folder :
         {own, own + QStringLiteral("/../lib/halflens"), QStringLiteral(HALFLENS_TORCH_MODULE_DIR)}) {
        QLibrary library(folder + u'/' + name);
        if (const QFunctionPointer found = library.resolve(function))
            return ModuleFunction{found};
        problem = library.errorString();
    }
    return Error{ErrorCode::Unsupported,
                 "model",
                 "the LibTorch module cannot be loaded: " + problem.toStdString(),
                 "install HalfLens completely",
                 {}};
}

namespace {

Result<const torch_module::Functions*> loadTorchModule()
{
    const Result<ModuleFunction> entry = moduleFunction("halflens_torch", torch_module::EntryPoint);
    if (!entry)
        return entry.error();
    return reinterpret_cast<torch_module::Entry>(entry->address)();
}

} // namespace

const Result<const torch_module::Functions*>& torchFunctions()
{
    static const Result<const torch_module::Functions*> Loaded = loadTorchModule();
    return Loaded;
}

} // namespace halflens
