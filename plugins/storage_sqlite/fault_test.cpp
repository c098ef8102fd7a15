// SPDX-License-Identifier: Apache-2.0
// Files and disks that fail, at start and while running.
#include "storage_sqlite/fault.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "storage_sqlite/test_file.hpp"

namespace junctor::storage {
namespace {

bool has(const Fault& fault, const char* words) { return fault.text.find(words) != std::string::npos; }

/// Root may write everything: the test goes on as nobody.
class AsNobody {
 public:
  AsNobody() { REQUIRE((!is_root_ || seteuid(65534) == 0)); }
  ~AsNobody() {
    if (is_root_ && seteuid(0) != 0) std::abort();
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  const bool is_root_ = getuid() == 0;
};

/// What the disk has room for, in bytes a file may have: writes beyond fail as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before_) == 0);
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, before_.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

TEST_CASE("a directory that is missing refuses the start") {
  const Fault fault = refusal("/nonexistent/db_v2.sqlite3");
  CHECK(fault.reason == "cannot_open");
  CHECK(has(fault, "/nonexistent/db_v2.sqlite3: cannot create it: No such file or directory"));
}

TEST_CASE("where there is no shared memory a rollback journal does, also for a file that was left in the other mode") {
  Sqlite backend;  // write-ahead, as everywhere
  CHECK(backend.ask().put_value("space", "before", "1") == Status::kOk);
  backend.close();
  std::filesystem::create_directory(backend.file() + "-shm");  // takes no file, as on such a file system
  for (int round = 0; round < 2; ++round) {
    backend.open();
    CHECK(backend.ask().put_value("space", numbered(round), "value") == Status::kOk);
    CHECK(backend.ask().value("space", "before").second == "1");
    CHECK(backend.ask().value("space", numbered(0)).second == "value");
    backend.close();
  }
  CHECK(backend.observer().faults().empty());
}

TEST_CASE(
    "a foreign file, a newer one and garbage are seen without opening them for use, a good or a missing one is not "
    "told of") {
  TempDir dir;
  const auto verdict = [&]() -> std::string {
    try {
      verify_file(dir.file());
      return "good";
    } catch (const DatabaseError& e) {
      return e.fault().reason;
    }
  };
  CHECK(verdict() == "good");
  CHECK_FALSE(std::filesystem::exists(dir.file()));
  std::ofstream{dir.file()} << std::string(5000, 'x');
  CHECK(verdict() == "not_a_database");
  std::ofstream{dir.file() + "-wal"} << "what a kill has left";
  CHECK(verdict() == "good");  // the two are one, for whoever opens them
  std::filesystem::remove(dir.file() + "-wal");
  std::filesystem::remove(dir.file());
  {
    TestCourier courier;
    Remembering observer;
    const SqliteStore store{dir.file(), impatient(), courier, observer};
    CHECK(verdict() == "good");  // and the locks of this one are still there
    CHECK(is_locked(dir.file()));
  }
  CHECK(verdict() == "good");
  SQLite::Database{dir.file(), SQLite::OPEN_READWRITE}.exec(
      "pragma journal_mode = delete; update junctor_meta set value = 99 where name = 'schema'");
  CHECK(verdict() == "schema");
  std::filesystem::remove(dir.file());
  SQLite::Database{dir.file(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}.exec("create table peer (name text)");
  CHECK(verdict() == "schema");
  CHECK(std::distance(std::filesystem::directory_iterator{dir.path()}, {}) == 1);
}

TEST_CASE("a directory in the file's place refuses the start") {
  TempDir dir;
  const Fault fault = refusal(dir.path().string());
  CHECK(fault.reason == "cannot_open");
  CHECK(has(fault, "not a regular file"));
}

TEST_CASE("garbage in the file's place refuses the start and stays as it was") {
  TempDir dir;
  const std::string garbage(8192, 'g');
  std::ofstream{dir.file()} << garbage;
  const Fault fault = refusal(dir.file());
  CHECK(fault.reason == "not_a_database");
  CHECK(has(fault, "file is not a database"));
  std::ifstream in{dir.file()};
  CHECK(std::string{std::istreambuf_iterator<char>{in}, {}} == garbage);
}

TEST_CASE("a damaged schema refuses the start") {
  Sqlite backend;
  backend.close();
  std::fstream file{backend.file(), std::ios::in | std::ios::out | std::ios::binary};
  file.seekp(100);
  file << std::string(3900, '\x5a');
  file.close();
  const Fault fault = refusal(backend.file());
  CHECK(fault.reason == "corrupt");
  CHECK(has(fault, "restore a backup"));
}

TEST_CASE("a read-only directory or file refuses the start") {
  Sqlite backend;
  backend.close();
  std::filesystem::permissions(backend.file(), std::filesystem::perms{0444});
  std::filesystem::permissions(backend.directory(), std::filesystem::perms{0555});
  {
    const AsNobody nobody;
    const Fault fault = refusal(backend.file());
    CHECK(fault.reason == "read_only");
    CHECK(has(fault, "must be writable"));
    CHECK(refusal((backend.directory() / "new.sqlite3").string()).reason == "cannot_open");
  }
  std::filesystem::permissions(backend.file(), std::filesystem::perms{0666});
  {
    const AsNobody nobody;
    const Fault fault = refusal(backend.file());
    CAPTURE(fault.text);
    CHECK((fault.reason == "read_only" || fault.reason == "cannot_open"));
    CHECK(has(fault, "directory"));
  }
  std::filesystem::permissions(backend.file(), std::filesystem::perms{0000});
  {
    const AsNobody nobody;
    CHECK(refusal(backend.file()).reason == "cannot_open");
  }
  std::filesystem::permissions(backend.directory(), std::filesystem::perms{0755});
}

TEST_CASE("a file that another process has locked refuses the start and names the process") {
  TempDir dir;
  int ready[2], finish[2];
  REQUIRE(pipe(ready) == 0);
  REQUIRE(pipe(finish) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    SQLite::Database other{dir.file(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    other.exec("create table other (a)");
    other.exec("begin exclusive");
    char byte = 0;
    if (write(ready[1], "r", 1) != 1) _exit(1);
    close(finish[1]);
    _exit(read(finish[0], &byte, 1) == 0 ? 0 : 1);
  }
  char byte = 0;
  REQUIRE(read(ready[0], &byte, 1) == 1);
  const Fault fault = refusal(dir.file());
  CHECK(fault.reason == "locked");
  CAPTURE(fault.text);
  CHECK(has(fault, ("pid " + std::to_string(child)).c_str()));
  close(finish[1]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  for (const int fd : {ready[0], ready[1], finish[0]}) close(fd);
}

TEST_CASE("a full disk stores nothing of the batch, and writes go on once there is room") {
  Sqlite backend;
  CHECK(backend.ask().put(peer("123456789")) == Status::kOk);
  {
    const FileSizeLimit full{64 * 1024};
    Status status = Status::kOk;
    for (int i = 0; i < 200 && status == Status::kOk; ++i) {
      status = backend.ask().put_value("space", numbered(i), std::string(5000, 'v'));
    }
    CHECK(status == Status::kIo);
    CHECK(backend.observer().last_reason() == "disk_full");
    CHECK(backend.ask().put_value("space", "large", std::string(500'000, 'v')) == Status::kIo);
    CHECK(backend.ask().value("space", "large").first == Status::kNotFound);
    CHECK(backend.ask().get("123456789").status == Status::kOk);
  }
  CHECK(backend.ask().put_value("space", "large", std::string(500'000, 'v')) == Status::kOk);
  CHECK(backend.ask().put(peer("987654321")) == Status::kOk);
  backend.open();
  CHECK(backend.ask().get("987654321").status == Status::kOk);
  CHECK(backend.ask().value("space", "large").first == Status::kOk);
}

TEST_CASE("a full database fails the whole batch") {
  Sqlite backend;
  backend.close();
  backend.other().exec("create table filler (a blob)");
  TestCourier courier;
  Remembering observer;
  WriteSession session{backend.file(), Connection::Missing::kFail, {}};
  std::vector<Write> batch;
  batch.push_back({PutPeer{peer("123456789")}, 0, {}});
  batch.push_back({PutValue{"space", "key", std::string(kMaxValue, 'v')}, 0, {}});
  const FileSizeLimit full{256 * 1024};
  const WriteSession::Result result = session.commit(batch);
  CHECK_FALSE(result.stored);
  REQUIRE(result.fault);
  CHECK(result.fault->reason == "disk_full");
  CHECK(result.statuses == std::vector<Status>{Status::kIo, Status::kIo});
  batch.pop_back();
  CHECK(session.commit(batch).stored);
}

TEST_CASE("while another process holds the lock writes fail, and go on behind it") {
  Sqlite backend{impatient()};
  SQLite::Database other = backend.other();
  other.exec("begin immediate");
  CHECK(backend.ask().put(peer("123456789")) == Status::kIo);
  CHECK(backend.observer().last_reason() == "locked");
  other.exec("rollback");
  CHECK(backend.ask().put(peer("123456789")) == Status::kOk);
}

TEST_CASE("closing gives up on a locked file after one try, and answers all that waits") {
  Settings settings;
  settings.batch = 1;
  settings.tuning.busy_timeout = std::chrono::milliseconds{300};
  Sqlite backend{settings};
  SQLite::Database other = backend.other();
  other.exec("begin immediate");
  std::vector<Status> statuses;
  for (int i = 0; i < 100; ++i) {
    backend.store().peer_put(peer(numbered(i)), 0, [&](Status status) { statuses.push_back(status); });
  }
  const auto begin = std::chrono::steady_clock::now();
  backend.store().close();
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{10});
  REQUIRE(backend.courier().run_until([&] { return statuses.size() == 100; }));
  CHECK(statuses == std::vector<Status>(100, Status::kIo));
}

TEST_CASE("a file that was taken away is not written to, and found again when it is back") {
  Sqlite backend;
  CHECK(backend.ask().put(peer("123456789")) == Status::kOk);
  const std::string away = backend.file() + ".away";
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::rename(backend.file() + suffix, away + suffix);

  CHECK(backend.ask().put(peer("987654321")) == Status::kIo);
  CHECK(backend.observer().last_reason() == "moved");
  CHECK(backend.ask().get("123456789").status == Status::kIo);
  CHECK_FALSE(std::filesystem::exists(backend.file()));

  for (const char* suffix : {"", "-wal", "-shm"}) {
    if (std::filesystem::exists(away + suffix)) std::filesystem::rename(away + suffix, backend.file() + suffix);
  }
  CHECK(backend.ask().put(peer("987654321")) == Status::kOk);
  CHECK(backend.ask().get("123456789").status == Status::kOk);
}

TEST_CASE("a page that is damaged while running fails what touches it and is told") {
  Sqlite backend;
  for (int i = 0; i < 2000; ++i)
    REQUIRE(backend.ask().put_value("space", numbered(i), std::string(100, 'v')) == Status::kOk);
  backend.close();
  const auto size = static_cast<std::streamoff>(std::filesystem::file_size(backend.file()));
  {
    std::fstream file{backend.file(), std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(10 * 4096);
    file << std::string(static_cast<size_t>(size - 10 * 4096), '\x5a');
  }
  backend.open();
  CHECK(backend.ask().value("space", numbered(1500)).first == Status::kIo);
  CHECK(backend.observer().last_reason() == "corrupt");
  CHECK(backend.ask().put_value("space", numbered(1500), "") == Status::kIo);
  CHECK(backend.ask().put(peer("123456789")) == Status::kOk);
}

}  // namespace
}  // namespace junctor::storage
