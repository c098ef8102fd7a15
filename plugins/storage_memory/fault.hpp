// SPDX-License-Identifier: Apache-2.0
// What can be wrong with a database, in a stable word and in a sentence for the operator. Any thread.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace junctor::storage {

/// `reason`: one of the backend's words, for logs and metrics. `text`: what was found, where, and the mend.
struct Fault {
  std::string reason;
  std::string text;
};

/// A database that cannot be used: at start the plugin refuses with its text.
class DatabaseError : public std::runtime_error {
 public:
  explicit DatabaseError(Fault fault) : std::runtime_error(fault.text), fault_{std::move(fault)} {}
  const Fault& fault() const { return fault_; }

 private:
  Fault fault_;
};

[[noreturn]] inline void fail(const char* reason, std::string text) { throw DatabaseError{{reason, std::move(text)}}; }

}  // namespace junctor::storage
