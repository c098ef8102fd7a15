// SPDX-License-Identifier: Apache-2.0
// What of the model is kept in memory, so that signalling and heartbeats are answered without I/O (design.md 12).
// Values.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/model/access.hpp"
#include "accounts/model/assignment.hpp"
#include "accounts/model/book_rights.hpp"
#include "accounts/model/strategies.hpp"
#include "wire/address.hpp"

namespace junctor::accounts {

/// Of the uuid's bytes; all zero: none is stored yet.
using UuidMark = std::array<uint8_t, 16>;
UuidMark uuid_mark(std::string_view uuid);
bool same_mark(const UuidMark& a, const UuidMark& b);

uint32_t pk_mark(std::string_view pk);

/// Of a token as it is stored: the token itself is kept nowhere.
using TokenHash = std::array<uint8_t, 32>;
TokenHash token_hash(std::string_view token);

struct UserCard {
  std::string name;
  std::string guid;
  bool enabled = true;
  bool administrator = false;
  bool may_initiate = true;
  std::vector<Ref> groups;  ///< his group, then the extra ones
  Ref control_role = kNoRef;
  Ref strategy = kNoRef;
};

struct UserGroupCard {
  std::string name;
  bool open = true;                     ///< members reach each other
  std::vector<wire::Network> networks;  ///< narrower than the site's; empty: no narrower one
};

struct DeviceGroupCard {
  std::string name;
  Ref strategy = kNoRef;
};

/// A million of them must fit: 256 bytes each with what points to them.
struct DeviceCard {
  std::string id;
  UuidMark uuid{};
  Ref ref = kNoRef;
  Ref owner = kNoRef;
  Ref group = kNoRef;
  Ref strategy = kNoRef;
  DeviceState state = DeviceState::kActive;
  AssignedBy owner_by = AssignedBy::kNobody;
  bool orphan = false;
  bool incoming_only = false;
  bool has_sysinfo = false;
  bool beat_noted = false;      ///< its last heartbeat waits to be stored
  bool sent_noted = false;      ///< what it was sent waits to be stored
  uint32_t pk = 0;              ///< of its key the first bytes: a new one is seen
  uint32_t last_heartbeat = 0;  ///< Unix seconds
  std::vector<Ref> extra_groups;
  std::unique_ptr<SentStrategy> sent;
};

struct SessionCard {
  Ref user = kNoRef;
  std::string device;      ///< id that it was opened on; empty: none
  int64_t expires = 0;     ///< Unix seconds, at the latest; 0: never
  int64_t idle_until = 0;  ///< unless it is used; 0: never

  bool alive(int64_t now) const { return (expires == 0 || expires > now) && (idle_until == 0 || idle_until > now); }
};

/// A shared book that gives access.
struct BookCard {
  Ref owner = kNoRef;
  std::vector<BookRule> rules;
  std::vector<std::string> ids;  ///< of its entries
};

}  // namespace junctor::accounts
