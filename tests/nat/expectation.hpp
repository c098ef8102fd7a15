// SPDX-License-Identifier: Apache-2.0
// What the clients' rules of protocol.md 6.4 allow between two places. Pure; any thread.
#pragma once

#include <set>
#include <string>

#include "place.hpp"

namespace junctor::nat {

/// What both clients have switched on beside TCP punching.
struct Modes {
  bool udp = false;
  bool v6 = false;
};

enum class Way { kTcp, kUdp, kV6, kLan, kRelay };
const char* word(Way way);

struct Expectation {
  std::set<Way> ways;          ///< whichever is first; the relay alone where nothing direct is possible
  bool at_once = true;         ///< else after the 18 s of a direct connection that does not come
  bool server_learns = false;  ///< that a TCP punch is lost on the two, and sends the next one to the relay at once
  bool direct() const { return ways.count(Way::kRelay) == 0; }
};

Expectation expected(Place a, Place b, Modes modes);

/// Two clients that share a router.
enum class Near {
  kSameLan,           ///< one home
  kSameCarrier,       ///< two homes behind one address of a carrier
  kCarrierHairpin,    ///< two homes with an address each of one carrier, which leads them back to each other
  kCarrierNoHairpin,  ///< the same, and it does not
};
const char* name(Near near);
Expectation expected(Near near, Modes modes);

}  // namespace junctor::nat
