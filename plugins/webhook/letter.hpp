// SPDX-License-Identifier: Apache-2.0
// An event as it is sent, and its signature by the Standard Webhooks specification (standardwebhooks.com, 1.0.0), which
// receivers have libraries for. Pure.
#pragma once

#include <junctor/event.h>

#include <cstdint>
#include <optional>
#include <string>

namespace junctor::webhook {

struct Letter {
  std::string id;    ///< the same for each try: a receiver drops what it has had
  std::string name;  ///< of the event
  std::string body;  ///< JSON
  int64_t made = 0;  ///< Unix seconds
};

/// {"type": name, "timestamp": RFC 3339, "data": {"instance": .., the event's fields}}
std::string body_of(const jct_event& event);

/// The bytes behind "whsec_BASE64", else the text itself; nullopt for a broken one.
std::optional<std::string> signing_key(const std::string& secret);
/// "v1,BASE64" over "ID.TIMESTAMP.BODY".
std::string signature(const std::string& key, const std::string& id, int64_t timestamp, const std::string& body);

}  // namespace junctor::webhook
