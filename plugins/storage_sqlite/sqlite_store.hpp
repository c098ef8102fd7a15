// SPDX-License-Identifier: Apache-2.0
// storage/1 on an SQLite file: a writer with group commit and a reader, each with its thread and connection. Any
// thread.
#pragma once

#include <memory>
#include <string>

#include "storage_memory/queued_store.hpp"
#include "storage_sqlite/observer.hpp"
#include "storage_sqlite/reader.hpp"
#include "storage_sqlite/settings.hpp"
#include "storage_sqlite/writer.hpp"

namespace junctor::storage {

class SqliteStore : public QueuedStore {
 public:
  /// Opens the file, or makes a new one, and starts the threads. Throws DatabaseError, with the mend in its text.
  /// courier and observer outlive the store.
  SqliteStore(const std::string& path, const Settings& settings, Courier& courier, Observer& observer);
  ~SqliteStore() override;

  /// [control] Commits and answers what waits and closes the file; later requests are answered kClosed.
  void close();
  void set(const Settings& settings);
  size_t writes_waiting() const { return writer_.depth(); }
  size_t reads_waiting() const { return reader_.depth(); }

 private:
  void push(Write write) override { writer_.push(std::move(write)); }
  void push(Read read) override { reader_.push(std::move(read)); }

  SharedSettings settings_;
  // The writer's connection opens first, as it makes the file and its tables, and closes last, as it may tidy up then.
  Writer writer_;
  Reader reader_;
};

}  // namespace junctor::storage
