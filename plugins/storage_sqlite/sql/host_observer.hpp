// SPDX-License-Identifier: Apache-2.0
// Metrics and log lines of database/1. Called from its threads.
#pragma once

#include <junctor/host.hpp>

#include <map>
#include <mutex>
#include <string>

#include "storage_memory/fault_log.hpp"
#include "storage_sqlite/sql/job.hpp"

namespace junctor::storage {

class SqlHostObserver : public SqlObserver {
 public:
  explicit SqlHostObserver(const Host& host)
      : host_{host},
        commits_{host.counter("database_commits", nullptr, "transactions made durable")},
        writes_{host.counter("database_writes", nullptr, "works of them; over database_commits: the mean batch")},
        commit_time_{host.histogram("database_commit_time", nullptr, "one transaction, from begin to durable")},
        read_time_{host.histogram("database_read_time", nullptr, "one work that reads")},
        wait_time_{host.histogram("database_wait_time", nullptr, "how long a work waited for its thread")},
        refused_{host.counter("database_refused", nullptr, "works refused by a full queue")} {
    for (const char* reason : kReasons) {
      const std::string label = std::string{"reason="} + reason;
      failures_.emplace(reason, host.counter("database_failures", label.c_str(), "works that the database failed"));
    }
  }

  void waited(std::chrono::nanoseconds in_queue) override { wait_time_.observe(in_queue); }
  void committed(size_t works, std::chrono::nanoseconds took) override {
    commits_.add();
    writes_.add(static_cast<int64_t>(works));
    commit_time_.observe(took);
  }
  void read(std::chrono::nanoseconds took) override { read_time_.observe(took); }
  void failed(const Fault& fault, size_t works) override {
    const auto counter = failures_.find(fault.reason);
    if (counter != failures_.end()) counter->second.add(static_cast<int64_t>(works));
    const std::lock_guard lock{mutex_};
    const auto untold = log_.failed(fault.reason, works, std::chrono::steady_clock::now());
    if (!untold) return;
    host_.error("database.failed", {{"reason", fault.reason}, {"works", *untold}, {"hint", fault.text}});
  }
  void refused() override { refused_.add(); }

 private:
  const Host& host_;
  Metric commits_, writes_, commit_time_, read_time_, wait_time_, refused_;
  std::map<std::string, Metric> failures_;
  std::mutex mutex_;  // log_: several threads meet faults
  FaultLog log_{std::chrono::seconds{10}};
};

}  // namespace junctor::storage
