// SPDX-License-Identifier: Apache-2.0
// All devices of the soak, what happens to them, and the checks: no push is lost, nobody is shown online or offline
// who is not. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "member.hpp"

namespace junctor::soak {

class Population {
 public:
  Population(Site& site, int size, uint32_t seed, wire::Millis online_timeout);

  /// One thing that happens to somebody. Throws Fault.
  void step();
  /// Everybody's heartbeats.
  void live();
  /// Asks for all states at once and compares.
  void check_states();

  struct Tally {
    uint64_t connected = 0, refused = 0, moved = 0, left = 0, states = 0;
    uint64_t repeated = 0;  // requests that needed the client's second try
  };
  const Tally& tally() const { return tally_; }

 private:
  Member& anybody();
  void connect_to(Member& b);
  hbb::RendezvousMessage ask(wire::TcpClient& a, Member& b);
  /// 1, 0, or -1 while it may be either.
  int expected(const Member& member) const;

  Site& site_;
  const wire::Millis online_timeout_;
  std::mt19937 random_;
  std::vector<std::unique_ptr<Member>> all_;
  const std::string key_;
  Tally tally_;
};

}  // namespace junctor::soak
