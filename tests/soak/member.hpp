// SPDX-License-Identifier: Apache-2.0
// One device of the soak: what it does, and what the server must know of it. One thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "site.hpp"

namespace junctor::soak {

using SteadyTime = std::chrono::steady_clock::time_point;
using site::Site;

/// A fault of the server.
struct Fault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Member {
 public:
  enum class State {
    kNever,   // has not registered yet
    kUdp,     // sends heartbeats
    kTcp,     // holds a connection
    kFading,  // was on UDP and says nothing any more: offline once online_timeout is over
    kGone,    // its connection was closed
  };

  Member(Site& site, int number);

  const std::string& id() const { return peer_.id; }
  State state() const { return state_; }
  SteadyTime since() const { return since_; }
  bool is_reachable() const { return state_ == State::kUdp || state_ == State::kTcp; }

  /// Register, perhaps from an address that it never had; an earlier way of reaching it is given up. Nothing changes
  /// where the server says that it is too frequent.
  void go_udp(bool elsewhere);
  void go_tcp(bool elsewhere);
  /// A new connection while the old one is still there.
  void reconnect();
  /// Ends what it has, without a word.
  void leave();

  /// Heartbeats when they are due. Takes in what has come.
  void live();
  /// The push that follows from a request; nothing where none came in time.
  std::optional<hbb::PunchHole> await_push(wire::Millis patience);
  /// Answers one, as B does.
  void answer(const hbb::PunchHole& push);

 private:
  void become(State state);
  std::string address(bool elsewhere);
  std::optional<hbb::RendezvousMessage> receive(wire::Millis patience);

  Site& site_;
  const wire::Peer peer_;
  const int number_;
  int moves_ = 0;
  State state_ = State::kNever;
  SteadyTime since_{};
  SteadyTime beaten_{};
  std::optional<wire::UdpClient> udp_;
  std::optional<wire::TcpClient> tcp_;
};

}  // namespace junctor::soak
