// SPDX-License-Identifier: Apache-2.0
// The shared contract on a real server, group commit, and a server that goes and comes.
#include "storage_postgres/postgres_store.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <numeric>
#include <set>
#include <thread>

#include "storage_postgres/test_server.hpp"

namespace junctor::storage::postgres {
namespace {

JUNCTOR_STORE_CONTRACT(OnServer);

/// Keeps writes of peers from committing as long as it lives: another session's lock on their table.
class Stuck {
 public:
  explicit Stuck(OnServer& backend) : connection_{Connection::open(backend.target(), [] { return true; })} {
    connection_->run("BEGIN");
    connection_->run("LOCK TABLE junctor_peer IN SHARE MODE");
  }
  void release() { connection_.reset(); }

 private:
  std::unique_ptr<Connection> connection_;
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
  OnServer backend{settings};
  Tally tally;
  Stuck stuck{backend};
  for (int i = 0; i < 250; ++i) backend.store().peer_put(peer(numbered(i)), static_cast<Loop>(i % 2), tally.one());
  while (backend.store().writes_waiting() > 249) std::this_thread::yield();
  stuck.release();
  REQUIRE(backend.courier().run_until([&] { return tally.statuses.size() == 250; }));
  CHECK(tally.count(Status::kOk) == 250);
  const std::vector<size_t> batches = backend.observer().batches();
  CHECK(batches.size() <= 4);
  CHECK(*std::max_element(batches.begin(), batches.end()) == 100);
  CHECK(std::accumulate(batches.begin(), batches.end(), size_t{0}) == 250);
  CHECK(backend.courier().deliveries() <= 8);
}

TEST_CASE("a change that the database refuses fails alone") {
  OnServer backend;
  backend.sql(
      "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not this one'; END $$; "
      "CREATE TRIGGER no BEFORE INSERT ON junctor_peer FOR EACH ROW WHEN (new.id = 'refused') EXECUTE FUNCTION no()");
  Tally tally;
  Stuck stuck{backend};
  backend.store().peer_put(peer("first"), 0, tally.one());
  while (backend.store().writes_waiting() > 0) std::this_thread::yield();
  for (const char* id : {"before", "refused", "behind"}) backend.store().peer_put(peer(id), 0, tally.one());
  backend.store().peer_rename("before", "after", "uuid", 0, tally.one());
  stuck.release();
  REQUIRE(backend.courier().run_until([&] { return tally.statuses.size() == 5; }));
  CHECK(tally.statuses == std::vector<Status>{Status::kOk, Status::kOk, Status::kIo, Status::kOk, Status::kOk});
  CHECK(backend.observer().last_reason() == "constraint");
  CHECK(backend.ask().get("behind").status == Status::kOk);
  CHECK(backend.ask().get("after").status == Status::kOk);
}

TEST_CASE("changes of one batch see each other") {
  OnServer backend;
  Tally tally;
  Stuck stuck{backend};
  PostgresStore& store = backend.store();
  store.peer_put(peer("zero"), 0, tally.one());
  while (store.writes_waiting() > 0) std::this_thread::yield();
  store.peer_put(peer("first-id", "u"), 0, tally.one());
  store.peer_rename("first-id", "second-id", "u", 0, tally.one());
  store.peer_rename("first-id", "third-id", "u", 0, tally.one());
  store.peer_put(peer("first-id", "v"), 0, tally.one());
  store.peer_rename("first-id", "second-id", "v", 0, tally.one());
  store.peer_remove("second-id", 0, tally.one());
  stuck.release();
  REQUIRE(backend.courier().run_until([&] { return tally.statuses.size() == 7; }));
  CHECK(tally.statuses == std::vector<Status>{Status::kOk, Status::kOk, Status::kOk, Status::kNotFound, Status::kOk,
                                              Status::kExists, Status::kOk});
  CHECK(backend.observer().batches() == std::vector<size_t>{1, 6});
}

TEST_CASE("a peer that registers again as it was costs no new row, and a stock server's columns stay") {
  OnServer backend;
  CHECK(backend.ask().put(peer("123456789")) == Status::kOk);
  backend.sql("UPDATE junctor_peer SET note = 'kept', info = '{\"ip\":\"1\",\"x\":2}'");
  const std::string row = backend.sql("SELECT ctid FROM junctor_peer");
  CHECK(backend.ask().put(peer("123456789")) == Status::kOk);
  CHECK(backend.sql("SELECT ctid FROM junctor_peer") == row);
  CHECK(backend.ask().put(peer("123456789", "other")) == Status::kOk);
  CHECK(backend.sql("SELECT note, info FROM junctor_peer") == "kept|{\"ip\":\"1\",\"x\":2}\n");
}

TEST_CASE("what is no text is an argument") {
  OnServer backend;
  const std::string bad = "\xff";
  const std::string zero{"a\0b", 3};
  CHECK(backend.ask().put(peer(bad)) == Status::kBadArgument);
  CHECK(backend.ask().get(zero).status == Status::kBadArgument);
  CHECK(backend.ask().remove(bad) == Status::kBadArgument);
  CHECK(backend.ask().value("space", bad).first == Status::kBadArgument);
  CHECK(backend.ask().scan(bad, 10).first == Status::kBadArgument);
  CHECK(backend.ask().put(peer("good")) == Status::kOk);
}

TEST_CASE("a stuck writer keeps no reader waiting") {
  OnServer backend;
  CHECK(backend.ask().put(peer("123456789")) == Status::kOk);
  Tally tally;
  Stuck stuck{backend};
  backend.store().peer_put(peer("987654321"), 0, tally.one());
  for (int i = 0; i < 20; ++i) CHECK(backend.ask().get("123456789").status == Status::kOk);
  CHECK(tally.statuses.empty());
  stuck.release();
  REQUIRE(backend.courier().run_until([&] { return tally.statuses.size() == 1; }));
  CHECK(backend.ask().get("987654321").status == Status::kOk);
}

TEST_CASE("beyond the queue's bound writes are refused at once, and those let in are stored") {
  Settings settings;
  settings.queue_requests = 10;
  settings.batch = 1;
  OnServer backend{settings};
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

TEST_CASE("a lock that is held beyond statement_timeout is an answer, and the next write works") {
  Target target = fresh_target();
  target.statement_timeout = Millis{200};
  OnServer backend{{}, target};
  {
    Stuck stuck{backend};
    CHECK(backend.ask().put(peer("123456789")) == Status::kIo);
    CHECK(backend.observer().last_reason() == "timeout");
  }
  CHECK(backend.ask().put(peer("123456789")) == Status::kOk);
}

TEST_CASE("closing commits what waits and answers all of it; later is closed") {
  OnServer backend;
  Tally tally;
  for (int i = 0; i < 500; ++i) backend.store().peer_put(peer(numbered(i)), 0, tally.one());
  backend.store().close();
  REQUIRE(backend.courier().run_until([&] { return tally.statuses.size() == 500; }));
  CHECK(tally.count(Status::kOk) == 500);
  CHECK(backend.ask().put(peer("123456789")) == Status::kClosed);
  CHECK(backend.ask().get("123456789").status == Status::kClosed);
  CHECK(backend.ask().scan("", 10).first == Status::kClosed);
  backend.open();
  CHECK(backend.ask().scan("", 1000).second.size() == 500);
}

TEST_CASE("a connection that was cut while nobody asked is made again without a failed request") {
  OnServer backend;
  CHECK(backend.ask().put(peer("123456789")) == Status::kOk);
  backend.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'junctor'");
  CHECK(backend.ask().put(peer("987654321")) == Status::kOk);
  CHECK(backend.ask().get("123456789").status == Status::kOk);
  CHECK(backend.observer().reconnects() == 2);
}

TEST_CASE("a server that is killed in the middle of writes loses nothing that was acknowledged") {
  OnServer backend;
  std::map<std::string, Status> answers;
  int number = 0;
  const auto acknowledged = [&] {
    return std::count_if(answers.begin(), answers.end(), [](const auto& one) { return one.second == Status::kOk; });
  };
  // Writes go on all the time; each answer is followed by the next write.
  std::function<void()> next = [&] {
    const std::string id = numbered(number++);
    backend.store().peer_put(peer(id), 0, [&, id](Status status) {
      answers[id] = status;
      next();
    });
  };
  for (int i = 0; i < 50; ++i) next();
  for (int round = 0; round < testing::scaled(5); ++round) {
    const auto before = acknowledged();
    REQUIRE(backend.courier().run_until([&] { return acknowledged() > before + 100; }));
    std::thread death{[round] {
      std::this_thread::sleep_for(std::chrono::milliseconds{round * 7});
      server().kill();
    }};
    REQUIRE(backend.courier().run_until([&] { return answers.rbegin()->second == Status::kIo; }));
    death.join();
    server().start();
  }
  const auto before = acknowledged();
  REQUIRE(backend.courier().run_until([&] { return acknowledged() > before + 100; }));
  next = [] {};
  REQUIRE(backend.courier().run_until([&] { return answers.size() == static_cast<size_t>(number); }));
  REQUIRE(testing::eventually([&] { return backend.ask().scan("", 1).first == Status::kOk; }));  // reads, too
  const std::vector<std::string> ids = backend.ask().scan("", UINT64_MAX).second;
  const std::set<std::string> stored{ids.begin(), ids.end()};
  size_t missing = 0;
  for (const auto& [id, answer] : answers) missing += answer == Status::kOk && stored.count(id) == 0 ? 1 : 0;
  CHECK(missing == 0);
}

TEST_CASE("while the server is away everything is answered at once, and it works again by itself") {
  OnServer backend;
  CHECK(backend.ask().put(peer("123456789")) == Status::kOk);
  server().stop();
  for (int i = 0; i < 20; ++i) {
    CHECK(backend.ask().put(peer("987654321")) == Status::kIo);
    CHECK(backend.ask().get("123456789").status == Status::kOk);  // it is known
    CHECK(backend.ask().get("987654321").status == Status::kIo);
    CHECK(backend.ask().value("space", "key").first == Status::kIo);
    CHECK(backend.ask().scan("", 10).first == Status::kIo);
  }
  server().start();
  REQUIRE(testing::eventually([&] { return backend.ask().put(peer("987654321")) == Status::kOk; }));
  REQUIRE(testing::eventually([&] { return backend.ask().get("987654321").status == Status::kOk; }));
}

TEST_CASE("a server that is frozen is an answer too") {
  Target target = fresh_target();
  target.statement_timeout = Millis{100};
  target.connect_timeout = Millis{100};
  OnServer backend{{}, target};
  CHECK(backend.ask().put(peer("123456789")) == Status::kOk);
  const std::string pids = server().sql("SELECT pid FROM pg_stat_activity WHERE usename = 'junctor'");
  std::vector<pid_t> frozen;
  for (size_t at = 0; at < pids.size(); at = pids.find('\n', at) + 1) frozen.push_back(std::stoi(pids.substr(at)));
  server().signal(SIGSTOP);
  for (const pid_t pid : frozen) ::kill(pid, SIGSTOP);
  CHECK(backend.ask().put(peer("987654321")) == Status::kIo);
  CHECK(backend.ask().get("987654321").status == Status::kIo);
  CHECK(backend.ask().get("123456789").status == Status::kOk);
  server().signal(SIGCONT);
  for (const pid_t pid : frozen) ::kill(pid, SIGCONT);
  REQUIRE(testing::eventually([&] { return backend.ask().put(peer("987654321")) == Status::kOk; }));
}

TEST_CASE("when the first of two servers dies, its standby is used once it takes writes") {
  testing::Postgres primary;
  testing::Postgres standby{&primary};
  Target target = fresh_target();
  // The standby is named first: it takes no writes, and is passed over.
  target.places = {{"127.0.0.1", standby.port()}, {"127.0.0.1", primary.port()}};
  OnServer backend{{}, target};
  CHECK(backend.ask().put(peer("123456789")) == Status::kOk);
  primary.sql("SELECT pg_switch_wal()");
  REQUIRE(testing::eventually(
      [&] { return standby.sql("SELECT count(*) FROM " + target.schema + ".junctor_peer") == "1\n"; }));
  primary.kill();
  CHECK(backend.ask().put(peer("987654321")) == Status::kIo);
  CHECK(backend.observer().last_reason() == "read_only");
  standby.promote();
  REQUIRE(testing::eventually([&] { return backend.ask().put(peer("987654321")) == Status::kOk; }));
  CHECK(backend.ask().get("123456789").status == Status::kOk);
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

void measure(OnServer& backend, const std::string& what, int puts, const std::string& uuid) {
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
  OnServer backend;
  measure(backend, "new", 20'000, "uuid");
  measure(backend, "changed", 20'000, "other");
  measure(backend, "unchanged", 20'000, "other");
  CHECK(backend.ask().scan("", UINT64_MAX).second.size() == 20'000);
}

}  // namespace
}  // namespace junctor::storage::postgres
