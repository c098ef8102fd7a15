// SPDX-License-Identifier: Apache-2.0
// A Store whose work is done by threads behind queues: checks what is asked and hands it on as a value. Any thread.
#pragma once

#include <string>
#include <utility>

#include "storage_memory/changes.hpp"

namespace junctor::storage {

class QueuedStore : public Store {
 public:
  explicit QueuedStore(Courier& courier) : courier_{courier} {}

  void peer_put(Peer peer, Loop loop, WriteDone done) override {
    const bool valid = valid_peer(peer) && takes_text(peer.id) && takes_text(peer.ip);
    write(PutPeer{std::move(peer)}, valid, loop, std::move(done));
  }
  void peer_rename(std::string old_id, std::string new_id, std::string uuid, Loop loop, WriteDone done) override {
    const bool valid = names_peer(old_id) && names_peer(new_id) && uuid.size() <= kMaxBlob;
    write(RenamePeer{std::move(old_id), std::move(new_id), std::move(uuid)}, valid, loop, std::move(done));
  }
  void peer_remove(std::string id, Loop loop, WriteDone done) override {
    const bool valid = names_peer(id);
    write(RemovePeer{std::move(id)}, valid, loop, std::move(done));
  }
  void value_put(std::string space, std::string key, std::string value, Loop loop, WriteDone done) override {
    const bool valid = names_value(space, key) && value.size() <= kMaxValue;
    write(PutValue{std::move(space), std::move(key), std::move(value)}, valid, loop, std::move(done));
  }
  void value_remove(std::string space, std::string key, Loop loop, WriteDone done) override {
    const bool valid = names_value(space, key);
    write(RemoveValue{std::move(space), std::move(key)}, valid, loop, std::move(done));
  }
  void peer_get(std::string id, Loop loop, PeerDone done) override {
    if (names_peer(id)) return push(Read{GetPeer{std::move(id), std::move(done)}, loop});
    courier_.deliver(loop, [done = std::move(done)] { done(Status::kBadArgument, nullptr); });
  }
  void value_get(std::string space, std::string key, Loop loop, ValueDone done) override {
    if (names_value(space, key)) {
      return push(Read{GetValue{std::move(space), std::move(key), std::move(done)}, loop});
    }
    courier_.deliver(loop, [done = std::move(done)] { done(Status::kBadArgument, {}); });
  }
  void peer_scan(std::string after, uint64_t limit, Loop loop, PeerScan scan) override {
    if (takes_text(after)) return push(Read{ScanPeers{std::move(after), limit, std::move(scan)}, loop});
    courier_.deliver(loop, [end = std::move(scan.end)] { end(Status::kBadArgument); });
  }
  void value_scan(std::string space, std::string after, uint64_t limit, Loop loop, ValueScan scan) override {
    if (takes_text(space) && takes_text(after)) {
      return push(Read{ScanValues{std::move(space), std::move(after), limit, std::move(scan)}, loop});
    }
    courier_.deliver(loop, [end = std::move(scan.end)] { end(Status::kBadArgument); });
  }

 protected:
  /// Answers kLimit and kClosed themselves.
  virtual void push(Write write) = 0;
  virtual void push(Read read) = 0;
  /// Whether the backend can keep these bytes as a text.
  virtual bool takes_text(std::string_view) const { return true; }

 private:
  bool names_peer(std::string_view id) const { return valid_id(id) && takes_text(id); }
  bool names_value(std::string_view space, std::string_view key) const {
    return valid_key(space, key) && takes_text(space) && takes_text(key);
  }
  void write(Change change, bool valid, Loop loop, WriteDone done) {
    if (valid) return push(Write{std::move(change), loop, std::move(done)});
    courier_.deliver(loop, [done = std::move(done)] { done(Status::kBadArgument); });
  }

  Courier& courier_;
};

}  // namespace junctor::storage
