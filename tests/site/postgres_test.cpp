// SPDX-License-Identifier: Apache-2.0
// A whole site on PostgreSQL: registrations and log-ins, a server that is killed under them, and one that is not there.
#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <thread>
#include <vector>

#include "accounts_site.hpp"
#include "support/postgres.hpp"

namespace junctor::site {
namespace {

using Pk = hbb::RegisterPkResponse;
using testing::Postgres;

std::string on(const Postgres& postgres, const std::string& password_file) {
  return "[storage_sqlite]\nenabled = false\n[storage_postgres]\nhosts = [\"127.0.0.1\"]\nport = " +
         std::to_string(postgres.port()) + "\ndatabase = \"" + Postgres::kDatabase + "\"\nuser = \"" + Postgres::kUser +
         "\"\npassword = { file = \"" + password_file + "\" }\nbackoff = \"20ms\"\nlongest_backoff = \"200ms\"\n";
}

/// The database before the server: it is there longer.
struct OnPostgres {
  OnPostgres()
      : site{on(postgres, password_file) + "[rendezvous]\nlimit_new_per_address = 0\nlimit_new_unproven = 0\n"} {
    site.start();
    site.ready();
    site.told("user", {"add", "ada", "--admin", "--password", kPassword});
  }
  static std::string secret_in(const testing::TempDir& dir) {
    const std::string file = dir.write("password", std::string{Postgres::kPassword} + "\n");
    std::filesystem::permissions(file, std::filesystem::perms{0600});
    return file;
  }

  Postgres postgres;
  testing::TempDir dir;
  const std::string password_file = secret_in(dir);
  AccountsSite site;
};

/// Registers new ids one after another until it is stopped. A thread.
class Crowd {
 public:
  Crowd(const Site& site, int number) : server_{site.at()}, number_{number}, thread_{[this] { run(); }} {}
  ~Crowd() { stop(); }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  void stop() {
    stopped_ = true;
    if (thread_.joinable()) thread_.join();
  }
  size_t acknowledged() const { return acknowledged_; }
  size_t refused() const { return refused_; }
  /// After stop(): those that were answered OK.
  const std::vector<std::string>& ids() const { return ids_; }

 private:
  void run() {
    auto socket = std::make_unique<wire::UdpClient>(Site::datagrams());
    for (uint64_t i = 0; !stopped_; ++i) {
      hbb::RegisterPk request;
      request.set_id("crowd-" + std::to_string(number_) + "-" + std::to_string(i));
      request.set_uuid(request.id() + "-uuid");
      request.set_pk(std::string(32, 'k'));
      const auto result = register_once(*socket, server_, request, Millis{1000});
      if (result == Pk::OK) {
        ids_.push_back(request.id());
        ++acknowledged_;
      } else if (result == Pk::SERVER_ERROR) {
        ++refused_;
      } else {
        // The answer names no id: one that comes late must not be taken for the next one's.
        socket = std::make_unique<wire::UdpClient>(Site::datagrams());
      }
    }
  }

  wire::Address server_;
  int number_;
  std::atomic<bool> stopped_{false};
  std::atomic<size_t> acknowledged_{0}, refused_{0};
  std::vector<std::string> ids_;
  std::thread thread_;
};

TEST_CASE("a site on PostgreSQL survives its database: nothing acknowledged is missing, known devices never notice") {
  OnPostgres on;
  AccountsSite& site = on.site;
  const std::string token = site.logged_in("ada");
  Device known{site, "127.0.0.2"};
  {
    std::vector<std::unique_ptr<Crowd>> crowd;
    for (int i = 0; i < 3; ++i) crowd.push_back(std::make_unique<Crowd>(site, i));
    const auto sum = [&](auto count) {
      size_t all = 0;
      for (const auto& one : crowd) all += count(*one);
      return all;
    };
    const auto acknowledged = [&] { return sum([](const Crowd& one) { return one.acknowledged(); }); };
    const auto refused = [&] { return sum([](const Crowd& one) { return one.refused(); }); };
    for (int round = 0; round < testing::scaled(4); ++round) {
      const size_t before = acknowledged();
      REQUIRE(testing::eventually([&] { return acknowledged() > before + 20; }, Millis{60'000}));
      const size_t refusals = refused();
      on.postgres.kill();
      REQUIRE(testing::eventually([&] { return refused() > refusals + 5; }, Millis{60'000}));
      CHECK(known.beat(site) == false);  // no key is asked for
      const Said said = by_http(site, "POST", "/api/login", "", login_body("ada", kPassword, "77"));
      CHECK(said.text("access_token").empty());
      CHECK_FALSE(said.text("error").empty());
      CHECK(site.metric("storage_postgres", "storage_up") == 0);
      on.postgres.start();
    }
    const size_t before = acknowledged();
    REQUIRE(testing::eventually([&] { return acknowledged() > before + 20; }, Millis{60'000}));
    for (const auto& one : crowd) one->stop();
    size_t missing = 0;
    const std::string stored = "\n" + on.postgres.sql("SELECT id FROM junctor.junctor_peer");
    for (const auto& one : crowd) {
      for (const std::string& id : one->ids()) missing += stored.find("\n" + id + "\n") == std::string::npos ? 1 : 0;
    }
    CHECK(missing == 0);
  }
  REQUIRE(testing::eventually([&] { return site.metric("storage_postgres", "storage_up") == 1; }));
  CHECK(by_http(site, "POST", "/api/currentUser", token, "{}").text("name") == "ada");
  CHECK_FALSE(site.logged_in("ada", "78").empty());
  CHECK(site.server().log().find(Postgres::kPassword) == std::string::npos);

  site.server().restart();
  site.ready();
  CHECK(by_http(site, "POST", "/api/currentUser", token, "{}").text("name") == "ada");
  CHECK(ask_for(site, known.id()).failure() == hbb::PunchHoleResponse::OFFLINE);
  CHECK(ask_for(site, "never-registered").failure() == hbb::PunchHoleResponse::ID_NOT_EXIST);
}

TEST_CASE("while the database is away known devices meet and relay, and new ones are told so at once") {
  Postgres postgres;
  const testing::TempDir dir;
  Site site{on(postgres, OnPostgres::secret_in(dir))};
  site.start();
  Device known{site, "127.0.0.3"};
  postgres.stop();
  wire::UdpClient socket = Site::datagrams();
  CHECK(register_once(socket, site.at(), wire::Peer::make("new-device").register_pk()) == Pk::SERVER_ERROR);
  CHECK(known.beat(site) == false);
  CHECK(connects(site, known));
  CHECK(relays(site, "a-uuid-of-its-own"));
  CHECK(site.server().log_has("event=storage.unreachable"));
  postgres.start();
  CHECK(site.server().log_has("event=storage.reconnected"));
  REQUIRE(testing::eventually(
      [&] { return register_once(socket, site.at(), wire::Peer::make("new-device").register_pk()) == Pk::OK; }));
}

TEST_CASE("a start without the database is refused with what is wrong and the mend") {
  Postgres postgres;
  const testing::TempDir dir;
  const std::string file = dir.write("password", "wrong\n");
  std::filesystem::permissions(file, std::filesystem::perms{0600});
  Site site{on(postgres, file)};
  SUBCASE("a wrong password") {
    site.server().launch();
    CHECK(site.server().wait_exit(Millis{60'000}) == 2);
    CHECK(site.server().log_has("ALTER ROLE"));
  }
  SUBCASE("nobody there") {
    postgres.stop();
    site.server().conf("95-patience", "[storage_postgres]\nstart_wait = \"100ms\"\n");
    site.server().launch();
    CHECK(site.server().wait_exit(Millis{60'000}) == 2);
    CHECK(site.server().log_has("event=storage.waiting"));
    CHECK(site.server().log_has("does PostgreSQL run"));
  }
}

}  // namespace
}  // namespace junctor::site
