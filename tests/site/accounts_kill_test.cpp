// SPDX-License-Identifier: Apache-2.0
// kill -9 at random moments of mixed writes: what was acknowledged is there, what was not is whole or absent, and the
// database has no broken rule. JUNCTOR_TEST_WRITES says how many; long_accounts.sh does 10,000.
#include <Poco/Exception.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <signal.h>

#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "accounts_site.hpp"
#include "support/scale.hpp"

namespace junctor::site {
namespace {

/// What may be stored under each key, after all that was asked: "" is for nothing.
class Expected {
 public:
  /// `done`: it was acknowledged.
  void asked(const std::string& key, const std::string& value, bool done) {
    auto& all = may_be_.try_emplace(key, std::set<std::string>{""}).first->second;
    if (done) all.clear();
    all.insert(value);
  }
  void check(const std::map<std::string, std::string>& found) {
    for (auto& entry : may_be_) {
      const std::string& key = entry.first;
      std::set<std::string>& all = entry.second;
      const auto at = found.find(key);
      const std::string value = at == found.end() ? "" : at->second;
      CHECK_MESSAGE(all.count(value) == 1, key << " is \"" << value << "\"");
      all = {value};
    }
  }

 private:
  std::map<std::string, std::set<std::string>> may_be_;
};

class Mixed {
 public:
  explicit Mixed(AccountsSite& site, unsigned seed) : site_{site}, random_{seed} {
    site_.told("user", {"add", "ada", "--admin", "--password", kPassword});
    token_ = site_.logged_in("ada");
    book_ = by_http(site_, "POST", "/api/ab/personal", token_, "").text("guid");
    REQUIRE(book_.size() == 36);
  }

  /// False: the server has gone.
  bool write() {
    const std::string peer = "192.0.2." + std::to_string(100 + pick(60)), value = "v" + std::to_string(++number_);
    const std::string id = R"({"id":")" + peer + R"(","alias":")" + value + "\"}";
    switch (pick(6)) {
      case 0:
        return note("peer " + peer, value, call("POST", "/api/ab/peer/add/" + book_, id));
      case 1:
        return note("peer " + peer, "", call("DELETE", "/api/ab/peer/" + book_, "[\"" + peer + "\"]"));
      case 2:
        return note("tag t" + peer, value, tag(peer, value));
      case 3:
        return note("user u" + value, "Default", user("u" + value));
      case 4:
        return note("device d" + value, "active", device("d" + value));
      default:
        return note("token t" + value, "devices:r", token("t" + value));
    }
  }

  void check() { expected_.check(database_rows()); }

 private:
  size_t pick(size_t count) { return std::uniform_int_distribution<size_t>{0, count - 1}(random_); }
  bool note(const std::string& key, const std::string& value, std::optional<bool> done) {
    expected_.asked(key, value, done.value_or(false));
    return done.has_value();
  }
  /// True: done; nothing: no answer.
  std::optional<bool> call(const std::string& method, const std::string& path, const std::string& body) {
    try {
      const Said said = by_http(site_, method, path, token_, body);
      CHECK(said.status == 200);
      CHECK_MESSAGE(said.body.empty(), said.body);
      return true;
    } catch (const Poco::Exception&) {
      return std::nullopt;
    }
  }
  /// Its colour is the number of `value`; one that is there gets the new colour.
  std::optional<bool> tag(const std::string& peer, const std::string& value) {
    const std::string body = R"({"name":"t)" + peer + R"(","color":)" + value.substr(1) + "}";
    return call("POST", "/api/ab/tag/add/" + book_, body);
  }
  std::optional<bool> ctl(const std::string& word, const std::vector<std::string>& args) {
    try {
      const testing::Answer answer = site_.server().ctl(word, args);
      CHECK_MESSAGE(answer.ok, answer.error);
      return true;
    } catch (const std::exception&) {
      return std::nullopt;
    }
  }
  std::optional<bool> user(const std::string& name) {
    return ctl("user", {"add", name, "--email", name + "@example.org", "--password", kPassword});
  }
  std::optional<bool> token(const std::string& name) {
    return ctl("token", {"add", name, "--user", "ada", "--scope", "devices:r"});
  }
  std::optional<bool> device(const std::string& id) {
    wire::UdpClient socket = Site::datagrams();
    const auto result = register_once(socket, site_.at(), wire::Peer::make(id).register_pk(), Millis{500});
    return result == hbb::RegisterPkResponse::OK ? std::optional{true} : std::nullopt;
  }

  /// While the server runs.
  std::map<std::string, std::string> database_rows() {
    SQLite::Database database{site_.server().data_dir() + "/junctor.sqlite3", SQLite::OPEN_READONLY, 10'000};
    CHECK(database.execAndGet("PRAGMA integrity_check").getString() == "ok");
    SQLite::Statement broken{database, "PRAGMA foreign_key_check"};
    CHECK_FALSE(broken.executeStep());
    std::map<std::string, std::string> rows;
    SQLite::Statement all{
        database,
        "SELECT 'peer ' || e.peer_id, e.alias FROM accounts_entries e JOIN accounts_books b ON b.id = "
        "e.book_id WHERE e.deleted = 0 UNION ALL "
        "SELECT 'tag ' || name, 'v' || color FROM accounts_tags UNION ALL "
        "SELECT 'user ' || u.name, g.name FROM accounts_users u JOIN accounts_user_groups g ON g.id = "
        "u.group_id WHERE length(u.email) > 0 UNION ALL "
        "SELECT 'device ' || device_id, 'active' FROM accounts_devices WHERE state = 1 AND length(pk) = 32 UNION ALL "
        "SELECT 'token ' || name, scopes FROM accounts_tokens"};
    while (all.executeStep()) {
      CHECK_MESSAGE(rows.emplace(all.getColumn(0).getString(), all.getColumn(1).getString()).second,
                    all.getColumn(0).getString());
    }
    return rows;
  }

  AccountsSite& site_;
  std::mt19937 random_;
  std::string token_, book_;
  Expected expected_;
  int number_ = 0;
};

size_t writes() {
  const char* given = std::getenv("JUNCTOR_TEST_WRITES");
  return given == nullptr ? static_cast<size_t>(testing::scaled(120)) : std::strtoul(given, nullptr, 10);
}

TEST_CASE("kill -9 at random moments of mixed writes loses nothing and breaks nothing") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  AccountsSite site;
  site.start();
  site.ready();
  Mixed mixed{site, seed};
  std::mt19937 random{seed};
  const size_t all = writes(), between = std::max<size_t>(all / 3, 10);
  for (size_t done = 0; done < all;) {
    const size_t until = done + std::uniform_int_distribution<size_t>{between / 2, between}(random);
    while (done < until && mixed.write()) ++done;
    // It dies some microseconds into what comes next, whatever that is.
    std::thread killer{[pid = site.server().pid(), wait = random() % 20'000] {
      std::this_thread::sleep_for(std::chrono::microseconds{wait});
      ::kill(pid, SIGKILL);
    }};
    while (mixed.write()) ++done;
    killer.join();
    site.server().kill();
    site.server().mark_log();
    site.start();
    site.ready();
    mixed.check();
  }
}

}  // namespace
}  // namespace junctor::site
