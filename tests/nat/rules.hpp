// SPDX-License-Identifier: Apache-2.0
// What the lab's routers do with packets, as nftables rule sets. A router's way out is `wan0`. Pure; any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "place.hpp"

namespace junctor::nat {

/// Nothing comes in or leaves but what `path` lets through.
std::string gate_rules(const Path& path);

/// All that leaves has the router's own address.
std::string masquerade_rules(bool random_ports);

/// A carrier with three addresses: datagrams leave by the first, connections to `site` by the second, all else by the
/// third. Ports are kept.
std::string pool_rules(const std::string& site, const std::vector<std::string>& outer);

/// A carrier that gives each home (inner, outer address) one of its own. With `hairpin`, what one home sends to the
/// other's outer address is led back in, and seems to come from the sender's outer address.
std::string per_home_rules(const std::vector<std::pair<std::string, std::string>>& homes, bool hairpin);

}  // namespace junctor::nat
