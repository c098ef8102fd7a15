// SPDX-License-Identifier: Apache-2.0
// The database fails while the server runs: registrations are told so, never OK; everybody else goes on, nobody waits,
// and it ends by itself.
#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "disk.hpp"
#include "site.hpp"

namespace junctor::site {
namespace {

namespace fs = std::filesystem;
using Pk = hbb::RegisterPkResponse;
using SteadyClock = std::chrono::steady_clock;

constexpr Millis kPrompt{1000};  // an answer that waited for no disk, generously

std::string database_of(Site& site) { return site.server().data_dir() + "/db_v2.sqlite3"; }

std::optional<Pk::Result> register_new(Site& site, const std::string& id) {
  wire::UdpClient socket = Site::datagrams();
  return register_once(socket, site.at(), wire::Peer::make(id).register_pk());
}

/// A known device's heartbeats, one after another, on a thread of its own.
class Pulse {
 public:
  Pulse(Site& site, Device& device)
      : thread_{[this, &site, &device] {
          while (!stopped_) {
            const auto begin = SteadyClock::now();
            if (device.beat(site) != false) ++failed_;
            const auto took = std::chrono::duration_cast<Millis>(SteadyClock::now() - begin);
            slowest_ = std::max(slowest_, took);
            ++beats_;
            std::this_thread::sleep_for(Millis{2});
          }
        }} {}
  ~Pulse() { stop(); }
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  void stop() {
    stopped_ = true;
    if (thread_.joinable()) thread_.join();
  }
  /// After stop().
  void check() const {
    MESSAGE(beats_, " heartbeats, the slowest ", slowest_.count(), " ms");
    CHECK(beats_ > 3);
    CHECK(failed_ == 0);
    CHECK(slowest_ < testing::patient(kPrompt));
  }

 private:
  std::atomic<bool> stopped_{false};
  int beats_ = 0;
  int failed_ = 0;
  Millis slowest_{0};
  std::thread thread_;
};

/// What goes on whatever becomes of the disk.
void check_service(Site& site, Device& b, const std::string& uuid) {
  CHECK(b.beat(site) == false);
  CHECK(connects(site, b));
  CHECK(relays(site, uuid));
  CHECK(ask_for(site, "never-registered").failure() == hbb::PunchHoleResponse::ID_NOT_EXIST);
}

TEST_CASE("while another process has locked the database, registrations fail and nobody else notices") {
  Site site;
  site.start();
  Device b{site, "127.0.0.3"};
  Device pulse_device{site, "127.0.0.4"};
  SQLite::Database other{database_of(site), SQLite::OPEN_READWRITE};
  other.setBusyTimeout(5'000);  // the server may note who came just now
  other.exec("begin immediate");

  Pulse pulse{site, pulse_device};
  CHECK(register_new(site, "during-lock") == Pk::SERVER_ERROR);
  std::thread waiting{[&] { CHECK(register_new(site, "during-lock-2") == Pk::SERVER_ERROR); }};
  const auto begin = SteadyClock::now();
  wire::UdpClient socket = Site::datagrams();
  CHECK(beat(socket, site.at(), wire::Peer::make("never-registered")) == true);
  CHECK(register_once(b.socket(), site.at(), b.peer().register_pk()) == Pk::OK);  // durable already
  check_service(site, b, "uuid-during-lock");
  CHECK(SteadyClock::now() - begin < testing::patient(kPrompt));
  waiting.join();
  pulse.stop();
  pulse.check();
  CHECK(site.server().log_has("storage.write_failed", "reason=locked"));

  other.exec("rollback");
  CHECK(register_new(site, "after-lock") == Pk::OK);
  CHECK(site.server().log_has("storage.recovered"));
  SQLite::Statement count{other, "select count(*) from peer where id like 'during%'"};
  count.executeStep();
  CHECK(count.getColumn(0).getInt() == 0);
}

TEST_CASE("a restart of storage answers every registration that is under way, and what it says is on the disk") {
  Site site{"[storage_sqlite]\nbusy_timeout = \"30s\"\n"};
  site.start();
  SQLite::Database other{database_of(site), SQLite::OPEN_READWRITE};
  other.setBusyTimeout(5'000);
  other.exec("begin immediate");
  constexpr int kUnderWay = 64;
  std::vector<wire::UdpClient> sockets;
  for (int i = 0; i < kUnderWay; ++i) {
    wire::UdpClient& socket = sockets.emplace_back(Site::datagrams("127.0.1." + std::to_string(i + 1)));
    socket.send(site.at(), wire::Peer::make("under-way-" + std::to_string(i)).register_pk());
    CHECK(beat(socket, site.at(), wire::Peer::make("somebody")) == true);  // it was read behind the other
  }

  site.server().conf("05-storage", "[storage_sqlite]\nbusy_timeout = \"30s\"\ncache = \"17MiB\"\n");  // not LIVE
  std::thread reloading{[&] { site.server().reload(); }};
  std::this_thread::sleep_for(Millis{300});  // most likely the old one drains by then; all are answered in any case
  other.exec("rollback");
  int answered = 0;
  for (wire::UdpClient& socket : sockets) {
    const auto answer = socket.receive(testing::patient(wire::kPatience));
    answered += answer && answer->message.register_pk_response().result() == Pk::OK &&
                answer->message.has_register_pk_response();
  }
  reloading.join();
  CHECK(answered == kUnderWay);
  SQLite::Statement count{other, "select count(*) from peer where id like 'under-way-%'"};
  count.executeStep();
  CHECK(count.getColumn(0).getInt() == kUnderWay);
}

TEST_CASE("while the database is moved away, registrations fail, and succeed when it is back") {
  Site site;
  site.start();
  Device b{site, "127.0.0.3"};
  const std::string file = database_of(site);
  fs::rename(file, file + ".away");
  CHECK(register_new(site, "during-move") == Pk::SERVER_ERROR);
  CHECK(b.beat(site) == false);
  CHECK(relays(site, "uuid-during-move"));
  fs::rename(file + ".away", file);
  CHECK(testing::eventually([&] { return register_new(site, "after-the-move") == Pk::OK; }));
}

TEST_CASE("while the disk is full, registrations fail, known peers connect, and it ends by itself") {
  if (const std::string why = Disk::missing(); !why.empty()) {
    if (std::getenv("CI") != nullptr) FAIL(why);
    MESSAGE("skipped: ", why);
    return;
  }
  Site site;
  const Disk disk{site.server().data_dir(), 2048};
  site.start();
  Device b{site, "127.0.0.3"};
  Device pulse_device{site, "127.0.0.4"};
  disk.fill();

  std::vector<std::string> acknowledged;
  int failures = 0;
  Pulse pulse{site, pulse_device};
  for (int i = 0; i < testing::scaled(100); ++i) {
    const std::string id = "full-disk-" + std::to_string(i);
    const auto result = register_new(site, id);
    if (result == Pk::OK) acknowledged.push_back(id);
    failures += result == Pk::SERVER_ERROR ? 1 : 0;
  }
  check_service(site, b, "uuid-full-disk");
  pulse.stop();
  pulse.check();
  CHECK(failures + static_cast<int>(acknowledged.size()) == testing::scaled(100));
  CHECK(failures > 0);
  CHECK(register_new(site, "the-disk-is-full") == Pk::SERVER_ERROR);
  CHECK(site.server().log_has("storage.write_failed", "reason=disk_full"));

  disk.free();
  CHECK(register_new(site, "the-disk-is-free") == Pk::OK);
  acknowledged.push_back("the-disk-is-free");
  site.server().kill();
  site.start();
  for (const std::string& id : acknowledged) {
    wire::UdpClient socket = Site::datagrams();
    CHECK(beat(socket, site.at(), wire::Peer::make(id)) == false);
  }
  CHECK(ask_for(site, "the-disk-is-full").failure() == hbb::PunchHoleResponse::ID_NOT_EXIST);
}

}  // namespace
}  // namespace junctor::site
