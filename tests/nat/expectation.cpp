// SPDX-License-Identifier: Apache-2.0
// The clients' rules, applied to two places. Pure; any thread.
#include "expectation.hpp"

namespace junctor::nat {
namespace {

/// The family that a client reaches the site by.
const Path& main_path(const Paths& place) { return place.v4.exists ? place.v4 : place.v6; }

/// A's SYN comes through to B, and B's SYN/ACK back.
bool tcp_passes(const Path& a, const Path& b) {
  if (!a.tcp || !b.tcp) return false;
  if (!b.filters) return true;
  const bool hole_is_where_a_knocks = !a.pooled && !b.pooled;
  return hole_is_where_a_knocks && !a.resets && !b.strict;  // RST from A's side closes B's hole before A knocks
}

/// B is told A's address of TCP with A's port of UDP. B's own is told by the datagram that comes from it.
bool udp_passes(const Path& a, const Path& b) { return a.udp && b.udp && !a.pooled; }

bool v6_passes(const Path& a, const Path& b) { return a.exists && b.exists && a.udp && b.udp; }

}  // namespace

const char* word(Way way) {
  constexpr const char* kWords[] = {"tcp", "udp", "v6", "lan", "relay"};
  return kWords[static_cast<size_t>(way)];
}

Expectation expected(Place a, Place b, Modes modes) {
  const Paths &at_a = paths(a), &at_b = paths(b);
  const Path &main_a = main_path(at_a), &main_b = main_path(at_b);
  const bool b_punches = at_a.v4.exists == at_b.v4.exists && !main_a.symmetric && !main_b.symmetric;
  Expectation expectation;
  if (modes.v6 && v6_passes(at_a.v6, at_b.v6)) expectation.ways.insert(Way::kV6);  // beside the relay, too
  if (b_punches && tcp_passes(main_a, main_b)) expectation.ways.insert(Way::kTcp);
  if (b_punches && modes.udp && udp_passes(main_a, main_b)) expectation.ways.insert(Way::kUdp);
  if (!expectation.ways.empty()) return expectation;
  const bool refused = main_a.tcp && main_b.resets;  // by B's side, so that A does not wait
  return {{Way::kRelay}, !b_punches || refused, b_punches};
}

const char* name(Near near) {
  constexpr const char* kNames[] = {"one LAN", "two homes, one carrier address", "two homes, carrier with hairpin",
                                    "two homes, carrier without hairpin"};
  return kNames[static_cast<size_t>(near)];
}

Expectation expected(Near near, Modes modes) {
  switch (near) {
    case Near::kSameLan:
      return {{Way::kLan}};
    case Near::kSameCarrier:  // one public address: A is given B's local one, of another home
      return {{Way::kRelay}, false, false};
    case Near::kCarrierHairpin:
      return modes.udp ? Expectation{{Way::kTcp, Way::kUdp}} : Expectation{{Way::kTcp}};
    case Near::kCarrierNoHairpin:
      return {{Way::kRelay}, false, true};
  }
  return {};
}

}  // namespace junctor::nat
