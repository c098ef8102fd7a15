// SPDX-License-Identifier: Apache-2.0
// The plugin storage_postgres: storage/1 and database/1 on a PostgreSQL server. Wiring; the work is done on the threads
// of PostgresStore and SqlDatabase.
#include <junctor/plugin.hpp>

#include <algorithm>
#include <optional>

#include "storage_memory/service_table.hpp"
#include "storage_memory/sql_service_table.hpp"
#include "storage_postgres/options.hpp"
#include "storage_postgres/postgres_store.hpp"
#include "storage_postgres/sql/sql_database.hpp"
#include "storage_postgres/watch.hpp"

namespace junctor::storage::postgres {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFillPeriod = 1s;

class PostgresPlugin {
 public:
  static constexpr auto kOptions =
      options(kHosts, kPort, kDatabase, kUser, kPassword, kSchema, kSslMode, kCaFile, kCertificate, kKey,
              kConnectTimeout, kStatementTimeout, kBackoff, kLongestBackoff, kStartWait, kRetries, kQueue, kQueueSize,
              kBatch, kKeepKnown, kDatabaseQueue, kDatabaseBatch, kDatabaseReaders);

  PostgresPlugin(Host& host, const Config& config)
      : host_{host},
        courier_{host},
        links_{host},
        store_watch_{host},
        fill_{host, "limit=queue"},
        queue_{config[kQueue]},
        sql_watch_{host},
        sql_fill_{host, "limit=database_queue"},
        sql_{read_target(config), read_sql_settings(host, config), courier_, sql_watch_, links_} {
    try {
      store_.emplace(read_target(config), read_settings(host, config), courier_, store_watch_, links_);
    } catch (const DatabaseError& error) {
      throw Error{JCT_E_IO, error.what()};
    }
    provide_storage(host, *store_);
    host.provide(JCT_DATABASE_SERVICE, &sql_service::kTable<SqlDatabase>, &sql_);
  }

  void start() {
    filler_ = host_.every(kFillPeriod, [this] { show_fill(); });
  }
  void reload(const Config& config) {
    store_->set(read_settings(host_, config));
    queue_ = config[kQueue];
  }
  void stop() {
    filler_.cancel();
    sql_.close();
    store_->close();
  }

 private:
  /// [home] Of the two queues, the fuller one.
  void show_fill() const {
    fill_.set(std::max(store_->writes_waiting(), store_->reads_waiting()), static_cast<size_t>(queue_));
    sql_fill_.set(sql_.waiting(), sql_.limit());
  }

  Host& host_;
  HostCourier courier_;
  LinkWatch links_;
  StoreWatch store_watch_;
  Fill fill_;
  int64_t queue_;  // home loop
  std::optional<PostgresStore> store_;
  SqlWatch sql_watch_;
  Fill sql_fill_;
  SqlDatabase sql_;
  Timer filler_;
};

}  // namespace
}  // namespace junctor::storage::postgres

JUNCTOR_PLUGIN(junctor::storage::postgres::PostgresPlugin, "storage_postgres",
               "peers, values and tables on a PostgreSQL server", provides("storage/1", "database/1"))
