// SPDX-License-Identifier: BSD-3-Clause
// What a request yields: a shared immutable value of any type, asked for by its type.
#pragma once

#include "core/base/result.h"

#include <memory>
#include <typeindex>
#include <utility>

namespace halflens {

/// A `shared_ptr<const T>` that forgot T but still checks it. The queue, the cache and the worker
/// move artifacts without knowing what stages exist; only the two ends name the type.
class Artifact {
public:
    Artifact() = default;

    template<class T>
    Artifact(std::shared_ptr<const T> value) // NOLINT(google-explicit-constructor)
        : m_value(std::move(value))
        , m_type(typeid(T))
    { }

    /// The value, or null when this is empty or holds another type.
    template<class T> std::shared_ptr<const T> as() const
    {
        return m_type == std::type_index(typeid(T)) ? std::static_pointer_cast<const T>(m_value) : nullptr;
    }

    explicit operator bool() const { return m_value != nullptr; }

private:
    std::shared_ptr<const void> m_value;
    std::type_index m_type = typeid(void);
};

using Outcome = Result<Artifact>;

} // namespace halflens
