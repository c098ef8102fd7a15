// SPDX-License-Identifier: Apache-2.0
// What operators have said, in memory, and as the key-value pairs that keep it (storage/1, space: the instance's name).
// Both loading and commands change it by such pairs only. One thread at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth_key/admission.hpp"
#include "auth_key/blocks.hpp"

namespace junctor::auth {

/// A pair to be stored; without a value: to be removed.
struct Change {
  std::string key;
  std::optional<std::string> value;
};

Change to_keep(const std::string& id, const Ruling& ruling);
Change to_forget(const std::string& id);
Change to_keep(const Target& target, const Block& block);
Change to_forget(const Target& target);

struct State {
  explicit State(const Waiting::Limits& limits) : admission{limits} {}

  /// False, and nothing has changed, where it is not one of ours.
  bool apply(const Change& change);
  /// Of a request by this address about these ids, either of which may be empty.
  Blocked blocked(const Address& address, std::string_view id, std::string_view old_id, int64_t now) const;
  size_t kept() const { return admission.rulings().size() + blocks.size(); }

  Admission admission;
  Blocks blocks;
};

}  // namespace junctor::auth
