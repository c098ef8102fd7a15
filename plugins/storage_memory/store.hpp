// SPDX-License-Identifier: Apache-2.0
// What every storage backend of this tree offers, without SDK types; storage/1 (service/storage.h) is wired onto it by
// service_table.hpp and its behaviour is tested by store_contract.hpp. All of it may be called from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace junctor::storage {

/// The answers of service/storage.h. kClosed: asked after close(); nothing was tried.
enum class Status { kOk, kNotFound, kExists, kMismatch, kIo, kLimit, kBadArgument, kClosed };

/// A stored peer (protocol.md 7). `ip` has no port and is empty where it is not known. created_at: seconds since 1970;
/// 0 in a put keeps what an existing record has and means "now" for a new one.
struct Peer {
  std::string id;
  std::string uuid;
  std::string pk;
  std::string ip;
  int64_t created_at = 0;
};

/// A worker loop, by its index.
using Loop = uint32_t;

using WriteDone = std::function<void(Status)>;
using PeerDone = std::function<void(Status, const Peer*)>;  // null unless kOk
using ValueDone = std::function<void(Status, std::string_view)>;

/// `row` answers false to end the scan early (end follows with kOk).
struct PeerScan {
  std::function<bool(const Peer&)> row;
  std::function<void(Status)> end;
};
struct ValueScan {
  std::function<bool(std::string_view key, std::string_view value)> row;
  std::function<void(Status)> end;
};

/// How answers come to the loop that asked. `run` is called exactly once and never inline, on that loop, unless the
/// provider is being stopped: then askers are stopped already, and it may run anywhere to give their memory back.
class Courier {
 public:
  virtual ~Courier() = default;
  virtual void deliver(Loop loop, std::function<void()> run) = 0;
};

/// Every call is answered exactly once, through the courier. A write that was answered kOk is durable (as far as the
/// backend can be) and seen by every read that is asked after that answer.
class Store {
 public:
  virtual ~Store() = default;
  virtual void peer_get(std::string id, Loop loop, PeerDone done) = 0;
  virtual void peer_put(Peer peer, Loop loop, WriteDone done) = 0;
  /// kNotFound, kMismatch, kExists, in that order of checks. To its own name: kOk, nothing changes.
  virtual void peer_rename(std::string old_id, std::string new_id, std::string uuid, Loop loop, WriteDone done) = 0;
  virtual void peer_remove(std::string id, Loop loop, WriteDone done) = 0;
  /// In order of id, at most `limit` with an id greater than `after`; read in pages, so that a long scan neither holds
  /// memory nor keeps others waiting, and what is written meanwhile may or may not be seen.
  virtual void peer_scan(std::string after, uint64_t limit, Loop loop, PeerScan scan) = 0;
  virtual void value_get(std::string space, std::string key, Loop loop, ValueDone done) = 0;
  virtual void value_put(std::string space, std::string key, std::string value, Loop loop, WriteDone done) = 0;
  virtual void value_remove(std::string space, std::string key, Loop loop, WriteDone done) = 0;
  virtual void value_scan(std::string space, std::string after, uint64_t limit, Loop loop, ValueScan scan) = 0;
};

inline constexpr size_t kMaxId = 256;          // protocol.md 6.1 has 100
inline constexpr size_t kMaxBlob = 64 * 1024;  // uuid, pk: no signalling message is longer
inline constexpr size_t kMaxIp = 64;           // the longest text of an address, with a zone
inline constexpr size_t kMaxKey = 256;         // service/storage.h
inline constexpr size_t kMaxValue = 1024 * 1024;
inline constexpr size_t kScanPage = 256;               // records in memory for one scan ...
inline constexpr size_t kScanPageBytes = 1024 * 1024;  // ... or so many bytes, and one record more
inline constexpr int64_t kMaxTime = 253'402'300'799;   // the last second of the year 9999: SQLite's datetime ends there

inline bool valid_id(std::string_view id) { return !id.empty() && id.size() <= kMaxId; }
inline bool valid_peer(const Peer& peer) {
  return valid_id(peer.id) && peer.uuid.size() <= kMaxBlob && peer.pk.size() <= kMaxBlob && peer.ip.size() <= kMaxIp &&
         peer.created_at >= 0 && peer.created_at <= kMaxTime;
}
/// An empty key is refused: a scan from the beginning (after = "") would miss it.
inline bool valid_key(std::string_view space, std::string_view key) {
  return !space.empty() && space.size() <= kMaxKey && !key.empty() && key.size() <= kMaxKey;
}

inline size_t bytes_of(const Peer& peer) {
  return sizeof(Peer) + peer.id.size() + peer.uuid.size() + peer.pk.size() + peer.ip.size();
}

}  // namespace junctor::storage
