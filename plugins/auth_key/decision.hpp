// SPDX-License-Identifier: Apache-2.0
// What auth_key says to a request by its lists, blocks and key. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth_key/lists.hpp"
#include "auth_key/site_key.hpp"

namespace junctor::auth {

/// The kinds of service/auth.h; kinds of later revisions are kOther and allowed.
enum class Kind { kRegister, kReach, kStart, kRelay, kHttp, kRename, kStay, kOther };

struct Request {
  Kind kind = Kind::kOther;
  std::string_view id;
  Address address;
  std::string_view licence_key;
  std::string_view old_id;  ///< kRename
  bool relayed = false;     ///< kStay: a side of a relay session
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
inline constexpr Decision kIdDenied{"id_denied", "This ID is not served by this server."};
inline constexpr Decision kBlocked{"blocked", "This ID or address is blocked on this server."};
inline constexpr Decision kNotAdmitted{"not_admitted", "This device is not admitted on this server yet."};
inline constexpr Decision kRejected{"rejected", "This device is not admitted on this server."};
inline constexpr Decision kIdReserved{"id_reserved", "This ID is meant for another device."};
inline constexpr Decision kUuidMismatch{"uuid_mismatch", "This ID belongs to another device."};
inline constexpr Decision kUnavailable{"auth_unavailable", "The server cannot check this now; please try again."};

/// Every denial that there is.
inline constexpr Decision kDenials[] = {kNetworkDenied, kWrongKey,   kIdDenied,     kBlocked,    kNotAdmitted,
                                        kRejected,      kIdReserved, kUuidMismatch, kUnavailable};

/// What an operator has blocked of a request: nothing, or the text for the user, which may be empty.
struct Blocked {
  std::optional<std::string> address;
  std::optional<std::string> id;
};

/// Networks first, then the key, then ids: so nobody without the key learns which ids are listed. The key is asked of
/// whoever starts a session and of both sides of a relayed one (protocol.md 5, 6.5). The texts of `blocked` may stand
/// in the answer.
Decision decide(const Request& request, const SiteKey& key, const Lists& lists, const Blocked& blocked);

}  // namespace junctor::auth
