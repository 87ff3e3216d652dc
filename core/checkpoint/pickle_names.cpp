// SPDX-License-Identifier: BSD-3-Clause
#include "core/checkpoint/pickle_names.h"

#include <algorithm>
#include <array>

namespace halflens::detail {

namespace {

struct KnownGlobal {
    std::string_view module;
    std::string_view name;
    PickleGlobal global;
    ElementType element = ElementType::Float32;
};

constexpr std::array KnownGlobals{
    KnownGlobal{"collections", "OrderedDict", PickleGlobal::OrderedDict},
    KnownGlobal{"torch._utils", "_rebuild_tensor", PickleGlobal::RebuildTensor},
    KnownGlobal{"torch._utils", "_rebuild_tensor_v2", PickleGlobal::RebuildTensor},
    KnownGlobal{"torch._utils", "_rebuild_tensor_v3", PickleGlobal::RebuildTypedTensor},
    KnownGlobal{"torch._utils", "_rebuild_parameter", PickleGlobal::RebuildParameter},
    KnownGlobal{"torch._utils", "_rebuild_parameter_with_state", PickleGlobal::RebuildParameter},
    KnownGlobal{"torch._tensor", "_rebuild_from_type", PickleGlobal::RebuildFromType},
    KnownGlobal{"torch._tensor", "_rebuild_from_type_v2", PickleGlobal::RebuildFromType},
    KnownGlobal{"torch._utils", "_rebuild_from_type_v2", PickleGlobal::RebuildFromType},
    KnownGlobal{"torch", "FloatStorage", PickleGlobal::StorageType, ElementType::Float32},
    KnownGlobal{"torch", "DoubleStorage", PickleGlobal::StorageType, ElementType::Float64},
    KnownGlobal{"torch", "HalfStorage", PickleGlobal::StorageType, ElementType::Float16},
    KnownGlobal{"torch", "BFloat16Storage", PickleGlobal::StorageType, ElementType::BFloat16},
    KnownGlobal{"torch", "LongStorage", PickleGlobal::StorageType, ElementType::Int64},
    KnownGlobal{"torch", "IntStorage", PickleGlobal::StorageType, ElementType::Int32},
    KnownGlobal{"torch", "ShortStorage", PickleGlobal::StorageType, ElementType::Int16},
    KnownGlobal{"torch", "CharStorage", PickleGlobal::StorageType, ElementType::Int8},
    KnownGlobal{"torch", "ByteStorage", PickleGlobal::StorageType, ElementType::UInt8},
    KnownGlobal{"torch", "BoolStorage", PickleGlobal::StorageType, ElementType::Bool},
    KnownGlobal{"torch", "ComplexFloatStorage", PickleGlobal::StorageType, ElementType::Complex64},
    KnownGlobal{"torch", "ComplexDoubleStorage", PickleGlobal::StorageType, ElementType::Complex128},
    KnownGlobal{"torch.storage", "UntypedStorage", PickleGlobal::StorageType, ElementType::UInt8},
    KnownGlobal{"torch", "UntypedStorage", PickleGlobal::StorageType, ElementType::UInt8},
    KnownGlobal{"torch", "float32", PickleGlobal::Dtype, ElementType::Float32},
    KnownGlobal{"torch", "float64", PickleGlobal::Dtype, ElementType::Float64},
    KnownGlobal{"torch", "float16", PickleGlobal::Dtype, ElementType::Float16},
    KnownGlobal{"torch", "bfloat16", PickleGlobal::Dtype, ElementType::BFloat16},
    KnownGlobal{"torch", "float8_e4m3fn", PickleGlobal::Dtype, ElementType::Float8E4M3},
    KnownGlobal{"torch", "float8_e5m2", PickleGlobal::Dtype, ElementType::Float8E5M2},
    KnownGlobal{"torch", "uint16", PickleGlobal::Dtype, ElementType::UInt16},
    KnownGlobal{"torch", "uint32", PickleGlobal::Dtype, ElementType::UInt32},
    KnownGlobal{"torch", "uint64", PickleGlobal::Dtype, ElementType::UInt64},
};

} // namespace

std::optional<PickleName> knownGlobal(std::string_view module, std::string_view name)
{
    for (const KnownGlobal& known : KnownGlobals) {
        if (module == known.module && name == known.name)
            return PickleName{known.global, known.element};
    }
    return std::nullopt;
}

bool isAttack(std::string_view module, std::string_view name)
{
    static constexpr std::array<std::string_view, 14> Modules{"os",     "posix",   "nt",     "subprocess", "pty",
                                                              "socket", "shutil",  "ctypes", "runpy",      "importlib",
                                                              "sys",    "marshal", "pip",    "webbrowser"};
    static constexpr std::array<std::string_view, 7> Builtins{"eval",       "exec", "execfile", "compile",
                                                              "__import__", "open", "input"};
    const std::string_view top = module.substr(0, module.find('.'));
    if (top == "builtins" || top == "__builtin__")
        return std::find(Builtins.begin(), Builtins.end(), name) != Builtins.end();
    return std::find(Modules.begin(), Modules.end(), top) != Modules.end();
}

} // namespace halflens::detail
