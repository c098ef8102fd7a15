// SPDX-License-Identifier: Apache-2.0
// One connection until it is paired. Belongs to the lobby of its loop; moves with its stream.
#pragma once

#include <string>
#include <string_view>

#include "greeting.hpp"
#include "junctor/net.hpp"
#include "junctor/service/signal.h"
#include "link.hpp"
#include "waiting.hpp"

namespace junctor::relay {

class Lobby;

/// The owner of a link: hands everything to the lobby that it is in.
struct Side {
  enum class State {
    kGreeting,    // has not said what it wants
    kAsking,      // auth plugins are asked
    kMoving,      // on its way to the loop of its uuid
    kEnding,      // its connection has ended, and is yet to tell so with the last that it sent
    kParked,      // waits for the other side
    kUnticketed,  // both are there, their ticket is not
    kParting,     // its partner came and went before it: it has what that one said, and is yet to end itself
    kLeaving      // closed or refused; on_close is due
  };

  Side(Lobby* where, SideKey number, const Link& way, const jct_addr& address, size_t max_message)
      : lobby{where}, key{number}, link{way}, peer{address}, greeting{max_message} {}

  inline const Host& host() const;
  inline size_t on_data(std::string_view data);
  void on_writable() {}
  inline void on_end();
  inline void on_close(jct_status reason);

  Lobby* lobby;
  SideKey key;
  Link link;
  jct_addr peer;
  uint32_t transport = JCT_CHANNEL_TCP;
  State state = State::kGreeting;
  bool attached = false;        // events come to this object; else whoever offered it still owns the link
  bool ended = false;           // the peer has half-closed, or gone
  bool gone = false;            // there is no connection any more, only what it has said
  jct_status refusal = JCT_OK;  // why, where it was refused before it was attached
  Duration since{};             // accepted
  Duration parked{};            // first seated; zero: not yet
  Duration stays_until{};       // kParked and ended, or kParting; else zero
  std::string early;            // what it has said behind its request, before it was joined
  Greeting greeting;
  Request request;
};

}  // namespace junctor::relay
