// SPDX-License-Identifier: Apache-2.0
// For tests: one server for all cases of a program, each of which has a schema of its own; observers that remember; and
// a store and a database on it.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage_memory/store_contract.hpp"
#include "storage_postgres/postgres_store.hpp"
#include "support/postgres.hpp"

namespace junctor::storage::postgres {

inline testing::Postgres& server() {
  static testing::Postgres one;
  return one;
}

/// A schema that nobody has had.
inline Target fresh_target() {
  static int number = 0;
  Target target;
  target.places = {{"127.0.0.1", server().port()}};
  target.database = testing::Postgres::kDatabase;
  target.user = testing::Postgres::kUser;
  target.password = testing::Postgres::kPassword;
  target.schema = "case_" + std::to_string(++number);
  target.backoff = Millis{20};
  target.longest_backoff = Millis{100};
  return target;
}

class Remembering : public Observer, public LinkObserver {
 public:
  void committed(size_t writes, std::chrono::nanoseconds, size_t) override {
    const std::lock_guard lock{mutex_};
    batches_.push_back(writes);
  }
  void read(size_t, std::chrono::nanoseconds) override {}
  void write_failed(const Fault& fault, size_t) override { add(fault); }
  void read_failed(const Fault& fault, size_t) override { add(fault); }
  void retried() override { ++retries_; }
  void refused() override { ++refused_; }
  void connected(const char*, const Connection&, bool again) override {
    if (again) ++reconnects_;
  }
  void lost(const char*, const Fault&) override {}
  void failed(const char*, const Fault&) override {}

  std::vector<size_t> batches() const {
    const std::lock_guard lock{mutex_};
    return batches_;
  }
  std::string last_reason() const {
    const std::lock_guard lock{mutex_};
    return faults_.empty() ? std::string{} : faults_.back().reason;
  }
  size_t times_refused() const { return refused_; }
  size_t retries() const { return retries_; }
  size_t reconnects() const { return reconnects_; }

 private:
  void add(const Fault& fault) {
    const std::lock_guard lock{mutex_};
    faults_.push_back(fault);
  }

  mutable std::mutex mutex_;
  std::vector<size_t> batches_;
  std::vector<Fault> faults_;
  std::atomic<size_t> refused_{0}, retries_{0}, reconnects_{0};
};

/// A store in a schema of its own.
class OnServer {
 public:
  explicit OnServer(const Settings& settings = {}, Target target = fresh_target()) : target_{std::move(target)} {
    open(settings);
  }
  void open(const Settings& settings = {}) {
    store_.reset();
    store_ = std::make_unique<PostgresStore>(target_, settings, courier_, observer_, observer_);
  }
  void close() { store_.reset(); }
  PostgresStore& store() { return *store_; }
  TestCourier& courier() { return courier_; }
  Remembering& observer() { return observer_; }
  const Target& target() const { return target_; }
  Asker ask() { return {*store_, courier_}; }
  /// As the superuser, in this schema.
  std::string sql(const std::string& statement) const {
    return server().sql("SET search_path = " + target_.schema + "; " + statement);
  }

 private:
  const Target target_;
  TestCourier courier_;
  Remembering observer_;
  std::unique_ptr<PostgresStore> store_;
};

}  // namespace junctor::storage::postgres
