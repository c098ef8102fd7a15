// SPDX-License-Identifier: Apache-2.0
// What an operator allows: bandwidth and numbers of sessions, in all, for each address and id, and for named groups.
// Values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "junctor/result.hpp"
#include "wire/address_list.hpp"

namespace junctor::relay {

/// Sessions one of whose addresses is in a network, or whose id (B's) fits a pattern with `*` and `?`.
struct Group {
  std::string name;
  std::vector<wire::Network> networks;
  std::vector<std::string> ids;
  uint64_t rate = 0;          ///< of all its sessions; 0: no bound
  uint64_t session_rate = 0;  ///< in place of Rules::rate; 0: that
  size_t max_sessions = 0;    ///< 0: no bound
  bool deny = false;

  bool has(const wire::Address& address) const;
  bool has_id(std::string_view id) const;
};

/// The stock's care of long sessions (protocol.md 6.7): one whose mean since its begin is above `percent` of its rate
/// goes on with less.
struct Slowing {
  uint64_t rate = 0;  ///< of a session that is slowed; 0: none is
  Duration after{};
  int64_t percent = 66;
};

/// Rates in bits a second, 0: no bound. Session rates are of each direction, the others of both together.
struct Rules {
  uint64_t rate = 0;
  uint64_t total_rate = 0;
  uint64_t address_rate = 0;
  uint64_t id_rate = 0;
  size_t address_sessions = 0;  ///< 0: no bound, and so the next
  size_t id_sessions = 0;
  Slowing slowing;
  std::vector<Group> groups;
  wire::AddressList slowed;   ///< slowed from the begin
  wire::AddressList refused;  ///< and these are not served
  std::set<std::string> refused_ids;

  /// The first group that the session is in; null: none.
  const Group* group_of(const wire::Address& a, const wire::Address& b, std::string_view id) const;
  /// The word for why this side is not served; null: it may be. `id` is empty where it did not say one.
  const char* denial(const wire::Address& peer, std::string_view id) const;
};

/// "128Mbit", "500kbit", "0"; whole numbers with one of the units of the configuration. nullopt: none of them.
std::optional<uint64_t> parse_rate(std::string_view text);
/// As parse_rate takes it.
std::string rate_text(uint64_t rate);

}  // namespace junctor::relay
