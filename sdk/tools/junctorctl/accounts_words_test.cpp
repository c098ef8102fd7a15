// SPDX-License-Identifier: Apache-2.0
// Users, tokens and devices of a server that is stopped, on real files.
#include "tools/junctorctl/accounts_words.hpp"

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "tools/junctorctl/command_line.hpp"

namespace junctor::tools {
namespace {

class Directory {
 public:
  Directory() { REQUIRE(mkdtemp(name_.data()) != nullptr); }
  ~Directory() { std::filesystem::remove_all(name_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  const std::string& path() const { return name_; }
  std::string run(const std::string& subject, const std::vector<std::string>& args) {
    return run_offline(name_, true, subject, args).value();
  }

 private:
  std::string name_ = (std::filesystem::temp_directory_path() / "junctor-words-XXXXXX").string();
};

TEST_CASE("a stopped server's users are made, shown, and let in again") {
  Directory data;
  data.run("user", {"add", "root", "--admin", "--password", "correct horse"});
  CHECK(data.run("user", {"list"}).find("\"root\"") != std::string::npos);
  CHECK(data.run("user", {"password", "root"}).find("\"password\":\"") != std::string::npos);
  CHECK(data.run("token", {"add", "ci", "--user", "root", "--scope", "all"}).substr(0, 14) == "{\"token\":\"jct_");
  CHECK_THROWS_WITH(data.run("user", {"disable", "root"}), "The last enabled administrator must stay");
  CHECK_THROWS(data.run("user", {"dance", "root"}));
  CHECK_THROWS(data.run("user", {}));
}

TEST_CASE("nothing is made where there is no site, unless its directory was named") {
  Directory data;
  CHECK_FALSE(run_offline(data.path(), false, "user", {"list"}));
  CHECK_FALSE(run_offline(data.path() + "/none", true, "user", {"list"}));
  CHECK(std::filesystem::is_empty(data.path()));
}

TEST_CASE("a device that is removed is forgotten by signalling too") {
  Directory data;
  SQLite::Database stock{data.path() + "/db_v2.sqlite3", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  stock.exec("create table peer (id text); insert into peer values ('100000001'), ('100000002')");
  data.run("user", {"list"});
  {
    SQLite::Database ours{data.path() + "/junctor.sqlite3", SQLite::OPEN_READWRITE};
    ours.exec("INSERT INTO accounts_devices (guid, device_id, state, first_seen) VALUES ('g', '100000001', 1, 1)");
  }
  data.run("device", {"remove", "100000001"});
  CHECK(stock.execAndGet("select count(*) from peer").getInt() == 1);
}

TEST_CASE("a password comes from the standard input and never from the command line") {
  std::istringstream in{"correct horse\r\nmore\n"};
  CHECK(with_password({"add", "ada", "--password-stdin"}, in) ==
        std::vector<std::string>{"add", "ada", "--password", "correct horse"});
  std::istringstream empty;
  CHECK_THROWS_AS(with_password({"--password-stdin"}, empty), UsageError);
  CHECK(with_password({"list"}, empty) == std::vector<std::string>{"list"});
}

TEST_CASE("the API of a host stands beside its signalling") {
  CHECK(api_url("rd.example.org", 21114) == "http://rd.example.org:21114");
  CHECK(api_url("rd.example.org:31116", 31114) == "http://rd.example.org:31114");
  CHECK(api_url("[2001:db8::1]:21116", 21114) == "http://[2001:db8::1]:21114");
  CHECK(api_url("[2001:db8::1]", 21114) == "http://[2001:db8::1]:21114");
  CHECK(api_url("2001:db8::1", 21114) == "http://[2001:db8::1]:21114");
}

}  // namespace
}  // namespace junctor::tools
