// SPDX-License-Identifier: Apache-2.0
// The plugin storage_sqlite: storage/1 on an SQLite file, database/1 on another. Wiring; the work is done on the
// threads of SqliteStore and SqlDatabase.
#include <junctor/plugin.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "storage_memory/fault_log.hpp"
#include "storage_memory/service_table.hpp"
#include "storage_memory/sql_service_table.hpp"
#include "storage_sqlite/database.hpp"
#include "storage_sqlite/sql/host_observer.hpp"
#include "storage_sqlite/sql/sql_database.hpp"
#include "storage_sqlite/sqlite_store.hpp"

namespace junctor::storage {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFillPeriod = 1s;

constexpr auto kPath =
    opt::path("path", "db_v2.sqlite3").written_file().help("the database; a stock server's file is used as it is");
constexpr auto kQueue = opt::count("queue", "100000")
                            .range(1, 100'000'000)
                            .live()
                            .help("requests that may wait for the disk; more are refused");
constexpr auto kQueueSize = opt::size("queue_size", "64MiB")
                                .range(1 << 20, int64_t{1} << 40)
                                .live()
                                .help("memory of what waits; more is refused");
constexpr auto kBatch =
    opt::count("batch", "1000").range(1, 100'000).live().help("writes that share one commit, at most");
constexpr auto kBusyTimeout = opt::duration("busy_timeout", "2s")
                                  .range(0, 60'000'000'000)
                                  .live()
                                  .help("how long to wait for another process that has locked the file");
constexpr auto kStartWait =
    opt::duration("start_wait", "15s")
        .range(0, 600'000'000'000)
        .help("how long a start waits for another process that has locked a file (junctorctl, a backup)");
constexpr auto kCache = opt::size("cache", "16MiB")
                            .range(64 << 10, int64_t{1} << 40)
                            .live()
                            .help("page cache of the connection that writes; the one that reads has a quarter");

constexpr auto kDatabase = opt::path("database", "junctor.sqlite3")
                               .written_file()
                               .help("what plugins keep in tables (accounts); made when the first of them asks");
constexpr auto kDatabaseQueue = opt::count("database_queue", "10000")
                                    .range(1, 10'000'000)
                                    .help("works of plugins that may wait for a thread; more are refused");
constexpr auto kDatabaseBatch =
    opt::count("database_batch", "200").range(1, 100'000).help("works that share one commit, at most");
constexpr auto kDatabaseReaders = opt::count("database_readers", "2").range(1, 64).help("threads that read from it");
constexpr auto kDatabaseTimeout = opt::duration("database_timeout", "30s")
                                      .range(100'000'000, 3'600'000'000'000)
                                      .help("how long one statement may run");

/// The log names who is waited for: a start that hangs without a word is taken for a fault.
StartWait start_wait(const Host& host, const Config& config) {
  return {std::chrono::duration_cast<std::chrono::milliseconds>(config[kStartWait]), [&host](const Fault& fault) {
            host.warning("storage.waiting", {{"hint", fault.text}});
          }};
}

SqlSettings read_sql_settings(const Host& host, const Config& config) {
  SqlSettings settings;
  settings.queue = static_cast<size_t>(config[kDatabaseQueue]);
  settings.batch = static_cast<size_t>(config[kDatabaseBatch]);
  settings.readers = static_cast<size_t>(config[kDatabaseReaders]);
  settings.patience = std::chrono::duration_cast<std::chrono::milliseconds>(config[kDatabaseTimeout]);
  settings.tuning.busy_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(config[kBusyTimeout]);
  settings.tuning.cache_bytes = static_cast<size_t>(config[kCache]);
  settings.start = start_wait(host, config);
  return settings;
}

Settings read_settings(const Host& host, const Config& config) {
  Settings settings;
  settings.queue_requests = static_cast<size_t>(config[kQueue]);
  settings.queue_bytes = static_cast<size_t>(config[kQueueSize]);
  settings.batch = static_cast<size_t>(config[kBatch]);
  settings.tuning.busy_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(config[kBusyTimeout]);
  settings.tuning.cache_bytes = static_cast<size_t>(config[kCache]);
  settings.start = start_wait(host, config);
  return settings;
}

/// Metrics and log lines of the two threads; each FaultLog belongs to one of them.
class HostObserver : public Observer {
 public:
  explicit HostObserver(const Host& host)
      : host_{host},
        commits_{host.counter("storage_commits", nullptr, "transactions made durable")},
        writes_{host.counter("storage_writes", nullptr, "writes made durable; over storage_commits: the mean batch")},
        batch_{host.gauge("storage_batch", nullptr, "writes of the last commit")},
        waiting_{host.gauge("storage_queue", nullptr, "writes that waited behind the last commit")},
        commit_time_{host.histogram("storage_commit_time", nullptr, "one transaction, from begin to durable")},
        reads_{host.counter("storage_reads", nullptr, "reads served")},
        read_time_{host.histogram("storage_read_time", nullptr, "one batch of reads")},
        refused_{host.counter("storage_refused", nullptr, "requests refused by a full queue")} {
    for (const char* reason : kReasons) {
      const std::string label = std::string{"reason="} + reason;
      failures_.emplace(reason, host.counter("storage_failures", label.c_str(), "requests that the database failed"));
    }
  }

  void committed(size_t writes, std::chrono::nanoseconds took, size_t waiting) override {
    commits_.add();
    writes_.add(static_cast<int64_t>(writes));
    batch_.set(static_cast<int64_t>(writes));
    waiting_.set(static_cast<int64_t>(waiting));
    commit_time_.observe(took);
    if (const auto failed = write_log_.recovered()) host_.info("storage.recovered", {{"failed", *failed}});
  }
  void read(size_t reads, std::chrono::nanoseconds took) override {
    reads_.add(static_cast<int64_t>(reads));
    read_time_.observe(took);
    read_log_.recovered();
  }
  void write_failed(const Fault& fault, size_t writes) override {
    const bool alone = fault.reason == "constraint";
    tell(alone ? change_log_ : write_log_, "storage.write_failed", fault, writes);
  }
  void read_failed(const Fault& fault, size_t reads) override { tell(read_log_, "storage.read_failed", fault, reads); }
  void tidy_failed(const Fault& fault) override { tell(tidy_log_, "storage.checkpoint_failed", fault, 0); }
  void refused() override { refused_.add(); }

 private:
  void tell(FaultLog& log, const char* event, const Fault& fault, size_t requests) {
    const auto counter = failures_.find(fault.reason);
    if (counter != failures_.end()) counter->second.add(static_cast<int64_t>(requests));
    const auto untold = log.failed(fault.reason, requests, std::chrono::steady_clock::now());
    if (!untold) return;
    host_.error(event, {{"reason", fault.reason}, {"requests", *untold}, {"hint", fault.text}});
  }

  const Host& host_;
  Metric commits_, writes_, batch_, waiting_, commit_time_, reads_, read_time_, refused_;
  std::map<std::string, Metric> failures_;
  FaultLog write_log_{10s}, change_log_{10s}, read_log_{10s}, tidy_log_{10s};
};

class SqlitePlugin {
 public:
  static constexpr auto kOptions =
      options(kPath, kQueue, kQueueSize, kBatch, kBusyTimeout, kStartWait, kCache, kDatabase, kDatabaseQueue,
              kDatabaseBatch, kDatabaseReaders, kDatabaseTimeout);

  static void verify(const Config& config) {
    try {
      verify_file(config[kPath]);
    } catch (const DatabaseError& error) {
      throw Error{JCT_E_IO, std::string{kPath.raw.name} + ": " + error.what()};
    }
  }

  SqlitePlugin(Host& host, const Config& config)
      : host_{host},
        courier_{host},
        observer_{host},
        fill_{host, "limit=queue"},
        queue_{config[kQueue]},
        sql_observer_{host},
        sql_fill_{host, "limit=database_queue"},
        sql_{config[kDatabase], read_sql_settings(host, config), courier_, sql_observer_} {
    try {
      store_.emplace(config[kPath], read_settings(host, config), courier_, observer_);
    } catch (const DatabaseError& error) {
      throw Error{JCT_E_IO, std::string{kPath.raw.name} + ": " + error.what()};
    }
    provide_storage(host, *store_);
    host.provide(JCT_DATABASE_SERVICE, &sql_service::kTable<SqlDatabase>, &sql_);
    host.info("storage.opened", {{"file", config[kPath]}});
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
  HostObserver observer_;
  Fill fill_;
  int64_t queue_;  // home loop
  std::optional<SqliteStore> store_;
  SqlHostObserver sql_observer_;
  Fill sql_fill_;
  SqlDatabase sql_;
  Timer filler_;
};

}  // namespace
}  // namespace junctor::storage

JUNCTOR_PLUGIN(junctor::storage::SqlitePlugin, "storage_sqlite", "peers, values and tables in SQLite files",
               provides("storage/1", "database/1"))
