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

namespace detail {

struct Texts {
  size_t operator()(const PutPeer& put) const { return bytes_of(put.peer); }
  size_t operator()(const RenamePeer& rename) const {
    return rename.old_id.size() + rename.new_id.size() + rename.uuid.size();
  }
  size_t operator()(const RemovePeer& remove) const { return remove.id.size(); }
  size_t operator()(const PutValue& put) const { return put.space.size() + put.key.size() + put.value.size(); }
  size_t operator()(const RemoveValue& remove) const { return remove.space.size() + remove.key.size(); }
  size_t operator()(const GetPeer& get) const { return get.id.size(); }
  size_t operator()(const GetValue& get) const { return get.space.size() + get.key.size(); }
  size_t operator()(const ScanPeers& scan) const { return scan.after.size(); }
  size_t operator()(const ScanValues& scan) const { return scan.space.size() + scan.after.size(); }
};

}  // namespace detail

/// Memory that a waiting request holds, near enough for a bound.
inline size_t cost_of(const Write& write) { return sizeof(Write) + std::visit(detail::Texts{}, write.change); }
inline size_t cost_of(const Read& read) { return sizeof(Read) + std::visit(detail::Texts{}, read.what); }

}  // namespace junctor::storage
