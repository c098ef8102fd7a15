// SPDX-License-Identifier: Apache-2.0
// Who may use the site, by network and by id. Immutable once made; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace junctor::auth {

/// family: 0 none, 4 (the first four octets of ip) or 6; an IPv4-mapped IPv6 address is given as IPv4.
struct Address {
  std::array<uint8_t, 16> ip{};
  uint8_t family = 0;
};

/// "10.0.0.0/8", "2001:db8::/32"; a bare address is a network of one. Bits beyond the prefix are ignored.
class Network {
 public:
  static std::optional<Network> parse(std::string_view text);
  bool contains(const Address& address) const;

 private:
  Address base_;
  unsigned bits_ = 0;
};

class Lists {
 public:
  struct Texts {
    std::vector<std::string> allow_networks;
    std::vector<std::string> deny_networks;
    std::vector<std::string> deny_ids;
  };

  Lists() = default;
  /// Throws std::invalid_argument with the text that is no network.
  explicit Lists(const Texts& texts);

  /// Denial wins; with an allow list only its networks may. An address without a family is not judged.
  bool allows(const Address& address) const;
  /// An empty id is not judged.
  bool allows_id(std::string_view id) const { return id.empty() || deny_ids_.find(id) == deny_ids_.end(); }

 private:
  std::vector<Network> allow_, deny_;
  std::set<std::string, std::less<>> deny_ids_;
};

}  // namespace junctor::auth
