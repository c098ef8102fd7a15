// SPDX-License-Identifier: Apache-2.0
// Opening and closing. Any thread.
#include "storage_postgres/postgres_store.hpp"

#include <junctor/sql_dialect.hpp>

#include "storage_postgres/schema.hpp"

namespace junctor::storage::postgres {

PostgresStore::PostgresStore(const Target& target, const Settings& settings, Courier& courier, Observer& observer,
                             LinkObserver& links)
    : QueuedStore{courier},
      migrated_{once_up(settings.start,
                        [&] {
                          migrate_store(target);
                          return true;
                        })},
      known_{settings.known_bytes},
      writer_{target, settings, known_, courier, observer, links},
      reader_{target, settings, known_, courier, observer, links} {}

PostgresStore::~PostgresStore() { close(); }

void PostgresStore::close() {
  reader_.close();
  writer_.close();
}

void PostgresStore::set(const Settings& settings) {
  writer_.set(settings);
  reader_.set(settings);
}

bool PostgresStore::takes_text(std::string_view text) const { return is_sql_text(text); }

}  // namespace junctor::storage::postgres
