// SPDX-License-Identifier: Apache-2.0
// For tests: a directory that goes with the test, an observer that remembers, and a store on a real file.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage_memory/store_contract.hpp"
#include "storage_sqlite/sqlite_store.hpp"

namespace junctor::storage {

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "junctor-sqlite-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string file() const { return (path_ / "db_v2.sqlite3").string(); }

 private:
  std::filesystem::path path_;
};

class Remembering : public Observer {
 public:
  void committed(size_t writes, std::chrono::nanoseconds, size_t) override {
    const std::lock_guard lock{mutex_};
    batches_.push_back(writes);
  }
  void read(size_t, std::chrono::nanoseconds) override {}
  void write_failed(const Fault& fault, size_t) override { add(fault); }
  void read_failed(const Fault& fault, size_t) override { add(fault); }
  void refused() override { ++refused_; }
  void tidy_failed(const Fault& fault) override { add(fault); }

  std::vector<size_t> batches() const {
    const std::lock_guard lock{mutex_};
    return batches_;
  }
  std::vector<Fault> faults() const {
    const std::lock_guard lock{mutex_};
    return faults_;
  }
  size_t times_refused() const { return refused_; }
  std::string last_reason() const {
    const std::lock_guard lock{mutex_};
    return faults_.empty() ? std::string{} : faults_.back().reason;
  }

 private:
  void add(const Fault& fault) {
    const std::lock_guard lock{mutex_};
    faults_.push_back(fault);
  }

  mutable std::mutex mutex_;
  std::vector<size_t> batches_;
  std::vector<Fault> faults_;
  std::atomic<size_t> refused_{0};
};

inline Settings impatient() {
  Settings settings;
  settings.tuning.busy_timeout = std::chrono::milliseconds{50};
  return settings;
}

/// A store on a file of its own, or on `file`.
class Sqlite {
 public:
  explicit Sqlite(const Settings& settings = {}) { open(settings); }

  void open(const Settings& settings = {}) {
    close();
    store_ = std::make_unique<SqliteStore>(dir_.file(), settings, courier_, observer_);
  }
  void close() { store_.reset(); }
  SqliteStore& store() { return *store_; }
  TestCourier& courier() { return courier_; }
  Remembering& observer() { return observer_; }
  std::string file() const { return dir_.file(); }
  const std::filesystem::path& directory() const { return dir_.path(); }
  Asker ask() { return {*store_, courier_}; }
  /// Another process's connection, as it were.
  SQLite::Database other(int busy_ms = 10'000) {
    return {dir_.file(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_ms};
  }

 private:
  TempDir dir_;
  TestCourier courier_;
  Remembering observer_;
  std::unique_ptr<SqliteStore> store_;
};

/// Why a store on `file` refuses to open; fails the test where it does not.
inline Fault refusal(const std::string& file) {
  TestCourier courier;
  Remembering observer;
  try {
    SqliteStore store{file, impatient(), courier, observer};
  } catch (const DatabaseError& error) {
    return error.fault();
  }
  FAIL("it opened");
  return {};
}

}  // namespace junctor::storage
