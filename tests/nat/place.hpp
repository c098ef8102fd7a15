// SPDX-License-Identifier: Apache-2.0
// The places where a client may sit, and what its packets meet there. Data alone: the lab builds them, `expected`
// reasons about them. Any thread.
#pragma once

#include <array>

namespace junctor::nat {

enum class Place {
  kOpen,        ///< a public IPv4 address, nothing in between
  kPreserving,  ///< a home router: NAT that keeps ports, liberal TCP tracking
  kStrict,      ///< the same with the kernel's default, strict TCP tracking
  kRejecting,   ///< a home router that answers what nobody asked for with RST
  kSymmetric,   ///< a NAT with a new random port for each destination
  kTwoLevels,   ///< a home router behind a carrier's NAT
  kPool,        ///< a home router behind a carrier that uses a different address for each kind of traffic
  kV6Only,      ///< a public IPv6 address and no IPv4
  kV6Firewall,  ///< IPv6 alone, behind a router that lets nothing in
  kDual,        ///< symmetric IPv4 NAT, and IPv6 behind a router that lets nothing in
  kUdpBlocked,  ///< as kPreserving, and no UDP gets out
  kOnePort,     ///< as kPreserving, and nothing but TCP to port 443 gets out
};

inline constexpr std::array kPlaces = {Place::kOpen,       Place::kPreserving, Place::kStrict,    Place::kRejecting,
                                       Place::kSymmetric,  Place::kTwoLevels,  Place::kPool,      Place::kV6Only,
                                       Place::kV6Firewall, Place::kDual,       Place::kUdpBlocked};

/// What one family's packets meet on their way between a client and the world.
struct Path {
  bool exists = false;
  bool filters = false;    ///< nothing comes in that was not asked for
  bool resets = false;     ///< a SYN that nobody asked for is answered with RST
  bool strict = false;     ///< a SYN/ACK that does not fit the hole's SYN is dropped
  bool symmetric = false;  ///< the outer port depends on the destination
  bool pooled = false;     ///< the outer address depends on protocol and destination
  bool udp = false;        ///< gets out
  bool tcp = false;        ///< gets out to any port
};

struct Paths {
  const char* name = "";
  Path v4;
  Path v6;
};

const Paths& paths(Place place);

}  // namespace junctor::nat
