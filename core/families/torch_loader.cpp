// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/torch_loader.h"

#include "core/base/installation.h"

#include <QFile>
#include <QLibrary>

namespace halflens {

Result<ModuleFunction> moduleFunction(const char* module, const char* function)
{
    const std::filesystem::path file = moduleFolder() / (std::string("lib") + module + ".so");
    QLibrary library(QFile::decodeName(file.c_str()));
    if (const QFunctionPointer found = library.resolve(function))
        return ModuleFunction{found};
    return Error{ErrorCode::Unsupported,
                 "model",
                 "the LibTorch module cannot be loaded: " + library.errorString().toStdString(),
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
    static const Result<const torch_module::Functions*> loaded = loadTorchModule();
    return loaded;
}

} // namespace halflens
