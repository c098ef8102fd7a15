// SPDX-License-Identifier: Apache-2.0
// Metrics and log lines of all threads. Called from them.
#pragma once

#include <junctor/host.hpp>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "storage_memory/fault_log.hpp"
#include "storage_postgres/observer.hpp"
#include "storage_postgres/sql/workers.hpp"

namespace junctor::storage::postgres {

/// Failures by reason, in a metric and now and then in a line.
class Failures {
 public:
  Failures(const Host& host, const char* metric, const char* help) : host_{host} {
    for (const char* reason : kReasons) {
      const std::string label = std::string{"reason="} + reason;
      counters_.emplace(reason, host.counter(metric, label.c_str(), help));
    }
  }
  void tell(const char* event, const char* what, const Fault& fault, size_t count) {
    const auto counter = counters_.find(fault.reason);
    if (counter != counters_.end()) counter->second.add(static_cast<int64_t>(count));
    const std::lock_guard lock{mutex_};
    const auto untold = log_.failed(fault.reason, count, std::chrono::steady_clock::now());
    if (untold) host_.error(event, {{"reason", fault.reason}, {what, *untold}, {"hint", fault.text}});
  }
  std::optional<uint64_t> recovered() {
    const std::lock_guard lock{mutex_};
    return log_.recovered();
  }

 private:
  const Host& host_;
  std::map<std::string, Metric> counters_;
  std::mutex mutex_;  // log_: several threads meet faults
  FaultLog log_{std::chrono::seconds{10}};
};

class StoreWatch : public Observer {
 public:
  explicit StoreWatch(const Host& host)
      : host_{host},
        commits_{host.counter("storage_commits", nullptr, "transactions made durable")},
        writes_{host.counter("storage_writes", nullptr, "writes made durable; over storage_commits: the mean batch")},
        batch_{host.gauge("storage_batch", nullptr, "writes of the last commit")},
        waiting_{host.gauge("storage_queue", nullptr, "writes that waited behind the last commit")},
        commit_time_{host.histogram("storage_commit_time", nullptr, "one transaction, from begin to durable")},
        reads_{host.counter("storage_reads", nullptr, "reads served")},
        read_time_{host.histogram("storage_read_time", nullptr, "one batch of reads")},
        refused_{host.counter("storage_refused", nullptr, "requests refused by a full queue")},
        retries_{host.counter("storage_retries", nullptr, "batches run again")},
        write_failures_{host, "storage_failures", "requests that the database failed"},
        read_failures_{host, "storage_failures", "requests that the database failed"} {}

  void committed(size_t writes, std::chrono::nanoseconds took, size_t waiting) override {
    commits_.add();
    writes_.add(static_cast<int64_t>(writes));
    batch_.set(static_cast<int64_t>(writes));
    waiting_.set(static_cast<int64_t>(waiting));
    commit_time_.observe(took);
    if (const auto failed = write_failures_.recovered()) host_.info("storage.recovered", {{"failed", *failed}});
  }
  void read(size_t reads, std::chrono::nanoseconds took) override {
    reads_.add(static_cast<int64_t>(reads));
    read_time_.observe(took);
    read_failures_.recovered();
  }
  void write_failed(const Fault& fault, size_t writes) override {
    write_failures_.tell("storage.write_failed", "requests", fault, writes);
  }
  void read_failed(const Fault& fault, size_t reads) override {
    read_failures_.tell("storage.read_failed", "requests", fault, reads);
  }
  void retried() override { retries_.add(); }
  void refused() override { refused_.add(); }

 private:
  const Host& host_;
  Metric commits_, writes_, batch_, waiting_, commit_time_, reads_, read_time_, refused_, retries_;
  Failures write_failures_, read_failures_;
};

class SqlWatch : public SqlWatcher {
 public:
  explicit SqlWatch(const Host& host)
      : commits_{host.counter("database_commits", nullptr, "transactions made durable")},
        writes_{host.counter("database_writes", nullptr, "works of them; over database_commits: the mean batch")},
        commit_time_{host.histogram("database_commit_time", nullptr, "one transaction, from begin to durable")},
        read_time_{host.histogram("database_read_time", nullptr, "one work that reads")},
        wait_time_{host.histogram("database_wait_time", nullptr, "how long a work waited for its thread")},
        refused_{host.counter("database_refused", nullptr, "works refused by a full queue")},
        retries_{host.counter("database_retries", nullptr, "works run again")},
        failures_{host, "database_failures", "works that the database failed"} {}

  void waited(std::chrono::nanoseconds in_queue) override { wait_time_.observe(in_queue); }
  void committed(size_t works, std::chrono::nanoseconds took) override {
    commits_.add();
    writes_.add(static_cast<int64_t>(works));
    commit_time_.observe(took);
    failures_.recovered();
  }
  void read(std::chrono::nanoseconds took) override { read_time_.observe(took); }
  void failed(const Fault& fault, size_t works) override { failures_.tell("database.failed", "works", fault, works); }
  void refused() override { refused_.add(); }
  void retried(size_t works) override { retries_.add(static_cast<int64_t>(works)); }

 private:
  Metric commits_, writes_, commit_time_, read_time_, wait_time_, refused_, retries_;
  Failures failures_;
};

class LinkWatch : public LinkObserver {
 public:
  explicit LinkWatch(const Host& host)
      : host_{host},
        up_{host.gauge("storage_up", nullptr, "1 while every connection to the database stands")},
        reconnects_{host.counter("storage_reconnects", nullptr, "connections made again after a loss")} {}

  void connected(const char* role, const Connection& connection, bool again) override {
    const std::lock_guard lock{mutex_};
    down_.erase(role);
    up_.set(down_.empty() ? 1 : 0);
    if (again) reconnects_.add();
    const auto tell = [&](const char* event, auto&&... more) {
      host_.info(event, {{"connection", role}, {"host", text_of(connection.place())}, more...});
    };
    if (again) {
      tell("storage.reconnected");
    } else {
      tell("storage.connected", Field{"server", version_of(connection)},
           Field{"tls", connection.encrypted() ? "yes" : "no"});
    }
    if (!connection.server_is_durable() && !std::exchange(told_fsync_, true)) {
      host_.warning("storage.not_durable", {{"host", text_of(connection.place())},
                                            {"hint",
                                             "the server runs with fsync = off: a crash of its host loses what "
                                             "was acknowledged; set fsync = on in postgresql.conf"}});
    }
    log_.recovered();
  }
  void lost(const char* role, const Fault& fault) override {
    const std::lock_guard lock{mutex_};
    down_.insert(role);
    up_.set(0);
    host_.warning("storage.connection_lost", {{"connection", role}, {"reason", fault.reason}, {"hint", fault.text}});
  }
  void failed(const char* role, const Fault& fault) override {
    const std::lock_guard lock{mutex_};
    down_.insert(role);
    up_.set(0);
    const auto untold = log_.failed(fault.reason, 1, std::chrono::steady_clock::now());
    if (untold) {
      host_.warning("storage.unreachable", {{"reason", fault.reason}, {"tries", *untold}, {"hint", fault.text}});
    }
  }

 private:
  static std::string version_of(const Connection& connection) {
    const int version = connection.server_version();
    return std::to_string(version / 10'000) + "." + std::to_string(version % 10'000);
  }

  const Host& host_;
  Metric up_, reconnects_;
  std::mutex mutex_;
  std::set<std::string, std::less<>> down_;
  bool told_fsync_ = false;
  FaultLog log_{std::chrono::seconds{10}};
};

}  // namespace junctor::storage::postgres
