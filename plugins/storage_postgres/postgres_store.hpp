// SPDX-License-Identifier: Apache-2.0
// storage/1 on PostgreSQL: a writer with group commit and a reader, each with its thread and connection. Any thread.
#pragma once

#include <string_view>

#include "storage_memory/queued_store.hpp"
#include "storage_postgres/observer.hpp"
#include "storage_postgres/reader.hpp"
#include "storage_postgres/settings.hpp"
#include "storage_postgres/writer.hpp"

namespace junctor::storage::postgres {

class PostgresStore : public QueuedStore {
 public:
  /// Connects, brings the tables up to date and starts the threads. Throws DatabaseError, with the mend in its text.
  /// The courier and the observers outlive the store.
  PostgresStore(const Target& target, const Settings& settings, Courier& courier, Observer& observer,
                LinkObserver& links);
  ~PostgresStore() override;

  /// [control] Commits and answers what waits and closes the connections; later requests are answered kClosed.
  void close();
  void set(const Settings& settings);
  size_t writes_waiting() const { return writer_.depth(); }
  size_t reads_waiting() const { return reader_.depth(); }

 private:
  void push(Write write) override { writer_.push(std::move(write)); }
  void push(Read read) override { reader_.push(std::move(read)); }
  bool takes_text(std::string_view text) const override;

  const bool migrated_;
  KnownPeers known_;
  Writer writer_;
  Reader reader_;
};

}  // namespace junctor::storage::postgres
