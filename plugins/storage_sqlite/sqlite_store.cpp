// SPDX-License-Identifier: Apache-2.0
// Opening and closing. Any thread.
#include "storage_sqlite/sqlite_store.hpp"

#include <utility>

namespace junctor::storage {

SqliteStore::SqliteStore(const std::string& path, const Settings& settings, Courier& courier, Observer& observer)
    : QueuedStore{courier},
      settings_{settings},
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

void SqliteStore::set(const Settings& settings) {
  settings_.set(settings);
  writer_.set_limits(settings);
  reader_.set_limits(settings);
}

}  // namespace junctor::storage
