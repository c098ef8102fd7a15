// SPDX-License-Identifier: Apache-2.0
// The C++ layer's ground: views, errors and the barrier that no exception passes. Header-only, C++20; any thread.
#pragma once

#if !defined(__cplusplus) || __cplusplus < 202002L
#error "Junctor's C++ layer needs C++20: compile with -std=c++20. The C headers (*.h) need C++11 or C11."
#endif

#include <chrono>
#include <cstddef>
#include <exception>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "abi.h"
#include "status_text.h"

namespace junctor {

using Duration = std::chrono::nanoseconds;
using Bytes = std::span<const std::byte>;

inline std::string_view view(jct_str text) {
  return text.size == 0 ? std::string_view{} : std::string_view{text.data, static_cast<size_t>(text.size)};
}
/// The bytes as text, for Protobuf and for what is compared.
inline std::string_view view(jct_bytes bytes) {
  return bytes.size == 0 ? std::string_view{}
                         : std::string_view{reinterpret_cast<const char*>(bytes.data), static_cast<size_t>(bytes.size)};
}
inline jct_str str(std::string_view text) { return {text.data(), text.size()}; }
inline jct_bytes bytes(std::string_view text) { return {reinterpret_cast<const uint8_t*>(text.data()), text.size()}; }

inline std::string_view status_text(jct_status status) { return jct_status_text(status); }

/// Thrown on control calls (create, start, check); its text reaches the operator.
class Error : public std::runtime_error {
 public:
  Error(jct_status code, const std::string& text) : std::runtime_error(text), code_{code} {}
  jct_status code() const { return code_; }

 private:
  jct_status code_;
};

/// Throws unless status is JCT_OK. For control calls; data-path calls look at their status.
inline void require(jct_status status, std::string_view what) {
  if (status != JCT_OK) throw Error{status, std::string{what} + ": " + std::string{status_text(status)}};
}

namespace detail {

inline void fill(jct_error* error, jct_status code, std::string_view text) {
  if (error == nullptr || error->size < sizeof(jct_error)) return;
  error->code = code;
  const size_t length = text.size() < sizeof(error->text) - 1 ? text.size() : sizeof(error->text) - 1;
  text.copy(error->text, length);
  error->text[length] = '\0';
}

/// Runs `body`; what it throws becomes a status and, where there is one, the error's text.
template <class Body>
jct_status guard(jct_error* error, Body&& body) noexcept {
  try {
    body();
    return JCT_OK;
  } catch (const Error& e) {
    fill(error, e.code(), e.what());
    return e.code();
  } catch (const std::bad_alloc&) {
    fill(error, JCT_E_NO_MEMORY, "out of memory");
    return JCT_E_NO_MEMORY;
  } catch (const std::exception& e) {
    fill(error, JCT_E_FAULT, e.what());
    return JCT_E_FAULT;
  } catch (...) {
    fill(error, JCT_E_FAULT, "an exception of unknown type");
    return JCT_E_FAULT;
  }
}

/// A function table as large as the plugin was compiled for: what an older provider lacks is null.
template <class Table>
Table adopt(const void* raw) {
  Table table{};
  const auto* theirs = static_cast<const unsigned char*>(raw);
  uint32_t size = 0;
  __builtin_memcpy(&size, theirs, sizeof size);
  __builtin_memcpy(&table, theirs, size < sizeof(Table) ? size : sizeof(Table));
  return table;
}

}  // namespace detail
}  // namespace junctor
