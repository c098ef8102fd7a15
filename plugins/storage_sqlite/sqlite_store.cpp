// SPDX-License-Identifier: Apache-2.0
// Checks what is asked and hands it to the right thread. Any thread.
#include "storage_sqlite/sqlite_store.hpp"

#include <utility>

namespace junctor::storage {

SqliteStore::SqliteStore(const std::string& path, const Settings& settings, Courier& courier, Observer& observer)
    : settings_{settings},
      courier_{courier},
      writer_{path,
              once_free(
                  settings.start,
                  [&] { return std::make_unique<WriteSession>(path, Connection::Missing::kCreate, settings.tuning); }),
              settings_, courier, observer},
      reader_{path, once_free(settings.start, [&] { return std::make_unique<ReadSession>(path, settings.tuning); }),
              settings_, courier, observer} {}

SqliteStore::~SqliteStore() { close(); }

void SqliteStore::close() {
  reader_.close();
  writer_.close();
}

void SqliteStore::write(Change change, bool valid, Loop loop, WriteDone done) {
  if (valid) return writer_.push({std::move(change), loop, std::move(done)});
  courier_.deliver(loop, [done = std::move(done)] { done(Status::kBadArgument); });
}

void SqliteStore::peer_put(Peer peer, Loop loop, WriteDone done) {
  const bool valid = valid_peer(peer);
  write(PutPeer{std::move(peer)}, valid, loop, std::move(done));
}

void SqliteStore::peer_rename(std::string old_id, std::string new_id, std::string uuid, Loop loop, WriteDone done) {
  const bool valid = valid_id(old_id) && valid_id(new_id) && uuid.size() <= kMaxBlob;
  write(RenamePeer{std::move(old_id), std::move(new_id), std::move(uuid)}, valid, loop, std::move(done));
}

void SqliteStore::peer_remove(std::string id, Loop loop, WriteDone done) {
  const bool valid = valid_id(id);
  write(RemovePeer{std::move(id)}, valid, loop, std::move(done));
}

void SqliteStore::value_put(std::string space, std::string key, std::string value, Loop loop, WriteDone done) {
  const bool valid = valid_key(space, key) && value.size() <= kMaxValue;
  write(PutValue{std::move(space), std::move(key), std::move(value)}, valid, loop, std::move(done));
}

void SqliteStore::value_remove(std::string space, std::string key, Loop loop, WriteDone done) {
  const bool valid = valid_key(space, key);
  write(RemoveValue{std::move(space), std::move(key)}, valid, loop, std::move(done));
}

void SqliteStore::peer_get(std::string id, Loop loop, PeerDone done) {
  if (valid_id(id)) return reader_.push({GetPeer{std::move(id), std::move(done)}, loop});
  courier_.deliver(loop, [done = std::move(done)] { done(Status::kBadArgument, nullptr); });
}

void SqliteStore::value_get(std::string space, std::string key, Loop loop, ValueDone done) {
  if (valid_key(space, key)) {
    return reader_.push({GetValue{std::move(space), std::move(key), std::move(done)}, loop});
  }
  courier_.deliver(loop, [done = std::move(done)] { done(Status::kBadArgument, {}); });
}

void SqliteStore::peer_scan(std::string after, uint64_t limit, Loop loop, PeerScan scan) {
  reader_.push({ScanPeers{std::move(after), limit, std::move(scan)}, loop});
}

void SqliteStore::value_scan(std::string space, std::string after, uint64_t limit, Loop loop, ValueScan scan) {
  reader_.push({ScanValues{std::move(space), std::move(after), limit, std::move(scan)}, loop});
}

void SqliteStore::set(const Settings& settings) {
  settings_.set(settings);
  writer_.set_limits(settings);
  reader_.set_limits(settings);
}

}  // namespace junctor::storage
