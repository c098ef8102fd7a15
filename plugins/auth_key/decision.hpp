// SPDX-License-Identifier: Apache-2.0
// What auth_key says to a request: lists first, then the key, then the id. Any thread.
#pragma once

#include <string_view>

#include "auth_key/lists.hpp"
#include "auth_key/site_key.hpp"

namespace junctor::auth {

/// The kinds of service/auth.h; kinds of later revisions are kOther and allowed.
enum class Kind { kRegister, kReach, kStart, kRelay, kHttp, kOther };

struct Request {
  Kind kind = Kind::kOther;
  std::string_view id;
  Address address;
  std::string_view licence_key;
};

/// reason: a stable word, empty when allowed; text: for the user.
struct Decision {
  std::string_view reason;
  std::string_view text;
  bool allowed() const { return reason.empty(); }
};

inline constexpr Decision kAllowed{};
inline constexpr Decision kNetworkDenied{"network_denied", "This server does not serve your network."};
inline constexpr Decision kWrongKey{"wrong_key", "The key in your settings is not this server's key."};
inline constexpr Decision kIdDenied{"id_denied", "This ID is blocked on this server."};

/// The key is asked of whoever starts a session and of both sides of a relayed one (protocol.md 5, 6.5). It is judged
/// before the id, so that nobody without it learns which ids are listed.
Decision decide(const Request& request, const SiteKey& key, const Lists& lists);

}  // namespace junctor::auth
