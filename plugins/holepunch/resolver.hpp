// SPDX-License-Identifier: Apache-2.0
// Names to addresses without blocking a loop: one look-up at a time on the pool, and what was found last is used while
// the next one runs, so that a slow name service delays nobody twice. Lives on the home loop.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "relay.hpp"
#include "wire/names.hpp"

namespace junctor::holepunch {

using wire::Addresses;

class Resolver {
 public:
  using LookUp = std::function<Addresses(const std::string& host)>;
  /// Runs `work` elsewhere, then `done` on this loop; false: not now.
  using Offload = std::function<bool(std::function<void()> work, std::function<void()> done)>;
  /// Empty: there is no such name; nullopt: it could not be asked for now.
  using Found = std::function<void(const std::optional<Addresses>&)>;

  Resolver(LookUp look_up, Offload offload) : look_up_{std::move(look_up)}, offload_{std::move(offload)} {}

  /// found: once, inline for what is known already, else later. With the port.
  void resolve(const Server& server, Found found);
  /// Names that are asked for no more.
  void keep_only(const std::vector<std::string>& hosts);

 private:
  struct Waiting {
    std::string host;
    std::vector<Found> found;
  };
  void refresh(const std::string& host, Found found);
  void next();
  void answered(const std::optional<Addresses>& addresses);

  LookUp look_up_;
  Offload offload_;
  std::map<std::string, Addresses> known_;
  std::deque<Waiting> queue_;  // the first is under way
  bool running_ = false;
};

}  // namespace junctor::holepunch
