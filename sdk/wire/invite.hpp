// SPDX-License-Identifier: Apache-2.0
// The configuration string that a person gives to a client (protocol.md 9). Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace junctor::wire {

/// Empty texts mean the client's default. All are UTF-8.
struct Invite {
  std::string host;
  std::string relay;
  std::string api;
  std::string key;

  friend bool operator==(const Invite&, const Invite&) = default;
};

std::string encode_invite(const Invite& invite);

/// nullopt where it is not such a string. Members that are missing are empty, other texts are passed over.
std::optional<Invite> decode_invite(std::string_view text);

}  // namespace junctor::wire
