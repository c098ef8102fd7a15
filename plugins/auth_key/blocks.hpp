// SPDX-License-Identifier: Apache-2.0
// Ids and networks that an operator has blocked, for a time or for good. One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth_key/network.hpp"

namespace junctor::auth {

struct Block {
  std::string text;   ///< for the user; empty: a general one
  int64_t since = 0;  ///< seconds since 1970
  int64_t until = 0;  ///< 0: for good

  bool holds(int64_t now) const { return until == 0 || now < until; }
};

/// A network, or else an id.
struct Target {
  std::optional<Network> network;
  std::string id;

  /// What reads as an address or a network is one.
  static Target parse(std::string_view word);
  std::string text() const { return network ? network->text() : id; }
  auto operator<=>(const Target&) const = default;
};

/// `now`: seconds since 1970.
class Blocks {
 public:
  void put(const Target& target, Block block);
  void remove(const Target& target);
  /// Null where it is not blocked, or no longer. Good until the next change.
  const Block* of_id(std::string_view id, int64_t now) const;
  const Block* of_address(const Address& address, int64_t now) const;
  bool has(const Target& target) const;

  size_t size() const { return ids_.size() + networks_.size(); }
  /// fn(const Target&, const Block&) for each, networks first.
  template <class Fn>
  void each(Fn&& fn) const {
    for (const auto& [network, block] : networks_) fn(Target{network, {}}, block);
    for (const auto& [id, block] : ids_) fn(Target{std::nullopt, id}, block);
  }
  std::vector<Target> expired(int64_t now) const;

 private:
  using Shape = std::pair<uint8_t, unsigned>;  // family, bits

  std::map<std::string, Block, std::less<>> ids_;
  std::map<Network, Block> networks_;
  std::map<Shape, size_t> shapes_;  ///< of the networks: a look-up is one for each shape, not one for each network
};

}  // namespace junctor::auth
