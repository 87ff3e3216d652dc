// SPDX-License-Identifier: BSD-3-Clause
// Result<T> and Error: how expected failures travel through HalfLens.
#pragma once

#include <exception>
#include <new>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace halflens {

enum class ErrorCode { InvalidInput, Unsupported, Io, Model, OutOfMemory, Cancelled, Internal };

/// What went wrong, in the four parts every message and every JSON error shows.
/// `reason` and `remedy` are whole sentences without a closing full stop.
struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string stage; ///< one word: "open", "decode", "checkpoint", "manifest", "model", "table", "write", ...
    std::string reason;
    std::string remedy;
    std::string file; ///< file the failure belongs to; empty when none

    /// "FILE: STAGE: REASON (REMEDY)" without the empty parts.
    std::string message() const;

    /// The same error with `path` filled in where no file was named yet.
    Error withFile(std::string path) &&
    {
        if (file.empty())
            file = std::move(path);
        return std::move(*this);
    }
};

Error cancelledError();

/// Value or Error. Member names follow std::expected so that a C++23 switch is mechanical.
template<class T> class [[nodiscard]] Result {
public:
    Result(T value) // NOLINT(google-explicit-constructor)
        : m_state(std::in_place_index<0>, std::move(value))
    { }
    Result(Error error) // NOLINT(google-explicit-constructor)
        : m_state(std::in_place_index<1>, std::move(error))
    { }
    bool has_value() const noexcept { return m_state.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }
    const T& value() const& { return std::get<0>(m_state); }
    T& value() & { return std::get<0>(m_state); }
    T&& value() && { return std::get<0>(std::move(m_state)); }
    const T& operator*() const& { return value(); }
    T& operator*() & { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    const T* operator->() const { return &value(); }
    T* operator->() { return &value(); }
    const Error& error() const& { return std::get<1>(m_state); }
    Error&& error() && { return std::get<1>(std::move(m_state)); }

private:
    std::variant<T, Error> m_state;
};

template<> class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) // NOLINT(google-explicit-constructor)
        : m_error(std::move(error))
        , m_failed(true)
    { }
    bool has_value() const noexcept { return !m_failed; }
    explicit operator bool() const noexcept { return has_value(); }
    const Error& error() const& { return m_error; }
    Error&& error() && { return std::move(m_error); }

private:
    Error m_error;
    bool m_failed = false;
};

using Status = Result<void>;

template<class T> bool isCancelled(const Result<T>& result)
{
    return !result.has_value() && result.error().code == ErrorCode::Cancelled;
}

/// Runs `step` and turns anything it throws into an Error of the given stage: the net under
/// every adapter to a library that throws.
template<class Step> auto guarded(const char* stage, Step&& step) -> std::invoke_result_t<Step>
{
    try {
        return std::forward<Step>(step)();
    } catch (const std::bad_alloc&) {
        return Error{
            ErrorCode::OutOfMemory, stage, "not enough memory", "close other programs or use a smaller image", {}};
    } catch (const std::exception& e) {
        return Error{ErrorCode::Internal, stage, e.what(), "please report this with the file that caused it", {}};
    } catch (...) {
        return Error{
            ErrorCode::Internal, stage, "unknown exception", "please report this with the file that caused it", {}};
    }
}

} // namespace halflens
