// SPDX-License-Identifier: Apache-2.0
// What may be asked of the database, as values that wait in a queue. Any thread.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "storage_memory/store.hpp"

namespace junctor::storage {

struct PutPeer {
  Peer peer;
};
struct RenamePeer {
  std::string old_id, new_id, uuid;
};
struct RemovePeer {
  std::string id;
};
struct PutValue {
  std::string space, key, value;
};
struct RemoveValue {
  std::string space, key;
};
using Change = std::variant<PutPeer, RenamePeer, RemovePeer, PutValue, RemoveValue>;

/// One write on its way: what, and who waits for it.
struct Write {
  Change change;
  Loop loop = 0;
  WriteDone done;
};

struct GetPeer {
  std::string id;
  PeerDone done;
};
struct GetValue {
  std::string space, key;
  ValueDone done;
};
struct ScanPeers {
  std::string after;
  uint64_t left = 0;  // records still wanted
  PeerScan scan;
};
struct ScanValues {
  std::string space, after;
  uint64_t left = 0;
  ValueScan scan;
};
struct Read {
  std::variant<GetPeer, GetValue, ScanPeers, ScanValues> what;
  Loop loop = 0;
};

/// Memory that a waiting request holds, near enough for a bound.
size_t cost_of(const Write& write);
size_t cost_of(const Read& read);

}  // namespace junctor::storage
