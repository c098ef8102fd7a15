// SPDX-License-Identifier: Apache-2.0
// The shared contract on a real file, group commit, and reads beside a writer that is stuck.
#include "storage_sqlite/sqlite_store.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <numeric>

#include "storage_sqlite/test_file.hpp"

namespace junctor::storage {
namespace {

JUNCTOR_STORE_CONTRACT(Sqlite);

/// Keeps the writer from committing as long as it lives: another connection in a write transaction.
class Stuck {
 public:
  explicit Stuck(Sqlite& backend) : other_{backend.other()} { other_.exec("begin immediate"); }
  void release() { other_.exec("rollback"); }

 private:
  SQLite::Database other_;
};

struct Tally {
  std::vector<Status> statuses;
  WriteDone one() {
    return [this](Status status) { statuses.push_back(status); };
  }
  size_t count(Status status) const {
    return static_cast<size_t>(std::count(statuses.begin(), statuses.end(), status));
  }
};

TEST_CASE("what waits is committed together, in batches of the limit, and each loop is told once a batch") {
  Settings settings;
  settings.batch = 100;
  Sqlite backend{settings};
  Tally tally;
  {
    Stuck stuck{backend};
    for (int i = 0; i < 250; ++i) {
      backend.store().peer_put(peer(numbered(i)), static_cast<Loop>(i % 2), tally.one());
    }
    while (backend.store().writes_waiting() > 249) std::this_thread::yield();
    stuck.release();
  }
  REQUIRE(backend.courier().run_until([&] { return tally.statuses.size() == 250; }));

  CHECK(tally.count(Status::kOk) == 250);
  const std::vector<size_t> batches = backend.observer().batches();
  CHECK(batches.size() <= 4);
  CHECK(*std::max_element(batches.begin(), batches.end()) == 100);
  CHECK(std::accumulate(batches.begin(), batches.end(), size_t{0}) == 250);
  CHECK(backend.courier().deliveries() <= 8);
}

TEST_CASE("a lone write is a batch of its own") {
  Sqlite backend;
  for (int i = 0; i < 3; ++i) CHECK(backend.ask().put(peer(numbered(i))) == Status::kOk);
  CHECK(backend.observer().batches() == std::vector<size_t>{1, 1, 1});
}

TEST_CASE("a change that the database refuses fails alone") {
  Sqlite backend;
  backend.other().exec(
      "create trigger no before insert on peer when new.id = 'refused' begin select raise(abort, 'not this one'); end");
  backend.open();
  Tally tally;
  {
    Stuck stuck{backend};
    for (const char* id : {"before", "refused", "behind"}) backend.store().peer_put(peer(id), 0, tally.one());
    stuck.release();
  }
  REQUIRE(backend.courier().run_until([&] { return tally.statuses.size() == 3; }));
  CHECK(tally.statuses == std::vector<Status>{Status::kOk, Status::kIo, Status::kOk});
  CHECK(backend.observer().last_reason() == "constraint");
  CHECK(backend.ask().get("behind").status == Status::kOk);
}

TEST_CASE("changes of one batch see each other") {
  Sqlite backend;
  Tally tally;
  {
    Stuck stuck{backend};
    SqliteStore& store = backend.store();
    store.peer_put(peer("first-id", "u"), 0, tally.one());
    store.peer_rename("first-id", "second-id", "u", 0, tally.one());
    store.peer_rename("first-id", "third-id", "u", 0, tally.one());
    store.peer_put(peer("first-id", "v"), 0, tally.one());
    store.peer_rename("first-id", "second-id", "v", 0, tally.one());
    store.peer_remove("second-id", 0, tally.one());
    stuck.release();
  }
  REQUIRE(backend.courier().run_until([&] { return tally.statuses.size() == 6; }));
  CHECK(tally.statuses ==
        std::vector<Status>{Status::kOk, Status::kOk, Status::kNotFound, Status::kOk, Status::kExists, Status::kOk});
}

TEST_CASE("a stuck writer keeps no reader waiting") {
  Sqlite backend;
  CHECK(backend.ask().put(peer("123456789")) == Status::kOk);
  Tally tally;
  Stuck stuck{backend};
  backend.store().peer_put(peer("987654321"), 0, tally.one());
  for (int i = 0; i < 20; ++i) CHECK(backend.ask().get("123456789").status == Status::kOk);
  CHECK(backend.ask().get("987654321").status == Status::kNotFound);
  CHECK(tally.statuses.empty());
  stuck.release();
  REQUIRE(backend.courier().run_until([&] { return tally.statuses.size() == 1; }));
  CHECK(backend.ask().get("987654321").status == Status::kOk);
}

TEST_CASE("beyond the queue's bound writes are refused at once, and those let in are stored") {
  Settings settings;
  settings.queue_requests = 10;
  settings.batch = 1;
  Sqlite backend{settings};
  Tally tally;
  Stuck stuck{backend};
  for (int i = 0; i < 100; ++i) backend.store().peer_put(peer(numbered(i)), 0, tally.one());
  REQUIRE(backend.courier().run_until([&] { return tally.statuses.size() >= 89; }));
  CHECK(tally.count(Status::kLimit) == tally.statuses.size());
  stuck.release();
  REQUIRE(backend.courier().run_until([&] { return tally.statuses.size() == 100; }));
  CHECK(backend.ask().scan("", 1000).second.size() == tally.count(Status::kOk));
  CHECK(backend.observer().times_refused() == tally.count(Status::kLimit));
}

TEST_CASE("closing commits what waits and answers all of it") {
  Sqlite backend;
  Tally tally;
  for (int i = 0; i < 500; ++i) backend.store().peer_put(peer(numbered(i)), 0, tally.one());
  backend.close();
  REQUIRE(backend.courier().run_until([&] { return tally.statuses.size() == 500; }));
  CHECK(tally.count(Status::kOk) == 500);
  backend.open();
  CHECK(backend.ask().scan("", 1000).second.size() == 500);
}

TEST_CASE("a closed store answers that it is closed") {
  Sqlite backend;
  backend.store().close();
  CHECK(backend.ask().put(peer("123456789")) == Status::kClosed);
  CHECK(backend.ask().get("123456789").status == Status::kClosed);
  CHECK(backend.ask().scan("", 10).first == Status::kClosed);
  CHECK(backend.ask().value("space", "key").first == Status::kClosed);
  backend.store().close();
}

TEST_CASE("a scan whose store goes away half-way ends") {
  Sqlite backend;
  for (int i = 0; i < 300; ++i) REQUIRE(backend.ask().put(peer(numbered(i))) == Status::kOk);
  size_t rows = 0;
  std::vector<Status> ends;
  backend.store().peer_scan("", UINT64_MAX, 0,
                            {[&](const Peer&) {
                               if (++rows == 1) backend.close();
                               return true;
                             },
                             [&](Status status) { ends.push_back(status); }});
  REQUIRE(backend.courier().run_until([&] { return !ends.empty(); }));
  CHECK(ends == std::vector<Status>{Status::kClosed});
  CHECK(rows == kScanPage);
}

TEST_CASE("settings change while the database is open") {
  Sqlite backend;
  Settings settings;
  settings.queue_requests = 1;
  settings.tuning.busy_timeout = std::chrono::milliseconds{1};
  settings.tuning.cache_bytes = 1 << 20;
  backend.store().set(settings);
  CHECK(backend.ask().put(peer("123456789")) == Status::kOk);
  Tally tally;
  Stuck stuck{backend};
  backend.store().peer_put(peer("987654321"), 0, tally.one());
  REQUIRE(backend.courier().run_until([&] { return tally.statuses.size() == 1; }));
  CHECK(tally.statuses[0] == Status::kIo);
  CHECK(backend.observer().last_reason() == "locked");
  stuck.release();
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

void measure(Sqlite& backend, const std::string& what, int puts, const std::string& uuid) {
  Tally tally;
  const double cpu = cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < puts; ++i) {
    backend.store().peer_put(peer(numbered(i * 7919 % 1'000'003), uuid), 0, tally.one());
  }
  const auto wanted = static_cast<size_t>(puts);
  REQUIRE(backend.courier().run_until([&] { return tally.statuses.size() == wanted; }));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  CHECK(tally.count(Status::kOk) == wanted);
  MESSAGE(what << ": " << puts / took.count() << " durable puts a second, " << (cpu_seconds() - cpu) * 1e6 / puts
               << " us of CPU each");
}

TEST_CASE("20,000 puts at once are all stored; how fast is printed") {
  Sqlite backend;
  measure(backend, "new", 20'000, "uuid");
  measure(backend, "changed", 20'000, "other");
  measure(backend, "unchanged", 20'000, "other");
  CHECK(backend.ask().scan("", UINT64_MAX).second.size() == 20'000);
}

}  // namespace
}  // namespace junctor::storage
