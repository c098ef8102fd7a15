// SPDX-License-Identifier: Apache-2.0
// What each place does to packets. Constants; any thread.
#include "place.hpp"

namespace junctor::nat {
namespace {

constexpr Path kNone{};
constexpr Path kPublic{.exists = true, .resets = true, .udp = true, .tcp = true};  // no listener there: RST
constexpr Path kRouter{.exists = true, .filters = true, .udp = true, .tcp = true};

constexpr Path with_rst(Path path) { return path.resets = true, path; }
constexpr Path strictly(Path path) { return path.strict = true, path; }
constexpr Path symmetrically(Path path) { return path.symmetric = true, path; }
constexpr Path from_a_pool(Path path) { return path.pooled = true, path; }
constexpr Path without_udp(Path path) { return path.udp = false, path; }
constexpr Path one_port(Path path) { return path.udp = path.tcp = false, path; }

constexpr Paths kOpen{"open", kPublic, kNone};
constexpr Paths kPreserving{"home", kRouter, kNone};
constexpr Paths kStrict{"home, strict", strictly(kRouter), kNone};
constexpr Paths kRejecting{"home, RST", with_rst(kRouter), kNone};
constexpr Paths kSymmetric{"symmetric", symmetrically(kRouter), kNone};
constexpr Paths kTwoLevels{"carrier", kRouter, kNone};
constexpr Paths kPool{"carrier pool", from_a_pool(kRouter), kNone};
constexpr Paths kV6Only{"IPv6", kNone, kPublic};
constexpr Paths kV6Firewall{"IPv6 firewall", kNone, strictly(kRouter)};
constexpr Paths kDual{"dual stack", symmetrically(kRouter), kRouter};
constexpr Paths kUdpBlocked{"no UDP", without_udp(kRouter), kNone};
constexpr Paths kOnePort{"one port", one_port(kRouter), kNone};

}  // namespace

const Paths& paths(Place place) {
  switch (place) {
    case Place::kOpen:
      return kOpen;
    case Place::kPreserving:
      return kPreserving;
    case Place::kStrict:
      return kStrict;
    case Place::kRejecting:
      return kRejecting;
    case Place::kSymmetric:
      return kSymmetric;
    case Place::kTwoLevels:
      return kTwoLevels;
    case Place::kPool:
      return kPool;
    case Place::kV6Only:
      return kV6Only;
    case Place::kV6Firewall:
      return kV6Firewall;
    case Place::kDual:
      return kDual;
    case Place::kUdpBlocked:
      return kUdpBlocked;
    case Place::kOnePort:
      return kOnePort;
  }
  return kOpen;
}

}  // namespace junctor::nat
