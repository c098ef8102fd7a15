// SPDX-License-Identifier: Apache-2.0
// Who needs whom: the order in which instances start, and every fault that makes one impossible. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "config/fault.hpp"
#include "config/snapshot.hpp"

namespace junctor::plugin {

struct Graph {
  /// Indices into Snapshot::instances, enabled ones only: providers before users, else in file order.
  std::vector<size_t> order;
  /// For each instance of the snapshot: the indices of those whose services it uses.
  std::vector<std::vector<size_t>> uses;
  /// The same of those that it finds from its start on (`~`): they set no order.
  std::vector<std::vector<size_t>> late;
};

/// Resolves `needs` by the snapshot's bindings. Faults: a service that nobody provides, one that several
/// provide where the table does not name one, a cycle (named in full).
Graph build_graph(const config::Snapshot& snapshot, std::vector<config::Fault>* faults);

/// Indices of those whose service `id` the instance gets: what its own table names, else every provider.
std::vector<size_t> providers_of(const config::Snapshot& snapshot, const config::Instance& user, const std::string& id);

/// `?relay/1`, `*auth/1`, `~signal/1` -> `relay/1`, `auth/1`, `signal/1`.
std::string service_id(const std::string& declared);
/// A need that may have no provider: `?` and `~` (at most one) or `*` (any number).
bool optional_need(const std::string& declared);
bool many_need(const std::string& declared);
/// One that is found from start on alone, so that two plugins can serve each other.
bool late_need(const std::string& declared);

}  // namespace junctor::plugin
