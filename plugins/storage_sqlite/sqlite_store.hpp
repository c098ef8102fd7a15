// SPDX-License-Identifier: Apache-2.0
// storage/1 on an SQLite file: a writer with group commit and a reader, each with its thread and connection. Any
// thread.
#pragma once

#include <memory>
#include <string>

#include "storage_memory/store.hpp"
#include "storage_sqlite/observer.hpp"
#include "storage_sqlite/reader.hpp"
#include "storage_sqlite/settings.hpp"
#include "storage_sqlite/writer.hpp"

namespace junctor::storage {

class SqliteStore : public Store {
 public:
  /// Opens the file, or makes a new one, and starts the threads. Throws DatabaseError, with the mend in its text.
  /// courier and observer outlive the store.
  SqliteStore(const std::string& path, const Settings& settings, Courier& courier, Observer& observer);
  ~SqliteStore() override;

  void peer_get(std::string id, Loop loop, PeerDone done) override;
  void peer_put(Peer peer, Loop loop, WriteDone done) override;
  void peer_rename(std::string old_id, std::string new_id, std::string uuid, Loop loop, WriteDone done) override;
  void peer_remove(std::string id, Loop loop, WriteDone done) override;
  void peer_scan(std::string after, uint64_t limit, Loop loop, PeerScan scan) override;
  void value_get(std::string space, std::string key, Loop loop, ValueDone done) override;
  void value_put(std::string space, std::string key, std::string value, Loop loop, WriteDone done) override;
  void value_remove(std::string space, std::string key, Loop loop, WriteDone done) override;
  void value_scan(std::string space, std::string after, uint64_t limit, Loop loop, ValueScan scan) override;

  /// [control] Commits and answers what waits and closes the file; later requests are answered kClosed.
  void close();
  void set(const Settings& settings);
  size_t writes_waiting() const { return writer_.depth(); }
  size_t reads_waiting() const { return reader_.depth(); }

 private:
  void write(Change change, bool valid, Loop loop, WriteDone done);

  SharedSettings settings_;
  Courier& courier_;
  // The writer's connection opens first, as it makes the file and its tables, and closes last, as it may tidy up then.
  Writer writer_;
  Reader reader_;
};

}  // namespace junctor::storage
