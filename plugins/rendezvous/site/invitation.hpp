// SPDX-License-Identifier: Apache-2.0
// What clients have to be told of a site. Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace junctor::rendezvous {

struct Invitation {
  std::string host;           ///< as clients enter it; empty: nobody has said
  std::string key;            ///< empty: the site has none
  std::string configuration;  ///< protocol.md 9; this and link are empty without a host
  std::string link;
};

/// `public_host`: HOST or HOST:PORT, or empty; without a port clients are given `base_port` where it is not their
/// default. nullopt where it is something else.
std::optional<Invitation> make_invitation(const std::string& public_host, int64_t base_port, const std::string& key);

}  // namespace junctor::rendezvous
