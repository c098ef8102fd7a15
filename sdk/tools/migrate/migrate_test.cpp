// SPDX-License-Identifier: Apache-2.0
// Migrations of directories as a stock server leaves them, without any server.
#include "tools/migrate/migrate.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "tools/stock/given.hpp"
#include "wire/signing.hpp"

namespace junctor::tools::migrate {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPeers =
    "create table peer (guid blob primary key not null, id varchar(100) not null, uuid blob not null, pk blob not "
    "null, "
    "created_at datetime not null default(current_timestamp), user blob, status tinyint, note varchar(300), info text "
    "not null) without rowid;"
    "create unique index index_peer_id on peer (id);";

std::string read(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A stock directory, an empty one beside it, and a conf.d.
class Place {
 public:
  Place() {
    std::string name = (fs::temp_directory_path() / "junctor-migrate-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    root_ = fs::canonical(name).string();
    fs::create_directories(stock());
    fs::create_directories(conf());
    write("stock/id_ed25519", keys_.secret_text());
    fs::permissions(file("stock/id_ed25519"), fs::perms{0600});
    write("stock/id_ed25519.pub", keys_.public_text());
    SQLite::Database database{this->database(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    database.exec(kPeers);
    add_peers(database, 3);
  }
  ~Place() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  std::string file(const std::string& name) const { return root_ + "/" + name; }
  std::string stock() const { return file("stock"); }
  std::string ours() const { return file("ours"); }
  std::string conf() const { return file("etc/conf.d"); }
  std::string conf_file() const { return conf() + "/" + kConfName; }
  std::string database() const { return file("stock/db_v2.sqlite3"); }
  const wire::SigningKeys& keys() const { return keys_; }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream{file(name), std::ios::binary} << text;
    return file(name);
  }
  static void add_peers(SQLite::Database& database, int count) {
    for (int i = 0; i < count; ++i) {
      database.exec(
          "insert into peer (guid, id, uuid, pk, info) select randomblob(16), 100000000 + count(*), x'01', "
          "x'02', '{}' from peer");
    }
  }
  /// Every file of a directory, with its mode.
  std::map<std::string, std::string> content(const std::string& dir) const {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator{dir}) {
      if (!entry.is_regular_file()) continue;
      const auto mode = static_cast<unsigned>(entry.status().permissions());
      all[entry.path().string()] = std::to_string(mode) + read(entry.path().string());
    }
    return all;
  }

 private:
  std::string root_;
  wire::SigningKeys keys_ = wire::SigningKeys::from_seed({7});
};

/// What `args` say, "REFUSED: ..." at its end where it is refused.
struct Told {
  std::string text;
  bool refused = false;
  bool changed = false;
};
Told migrate(const Place& place, std::vector<std::string> args) {
  args.insert(args.begin(), place.stock());
  args.insert(args.end(), {"--config-dir", place.conf()});
  const Question question = parse_question(args);
  Report report;
  Told told;
  try {
    question.back ? back(question, question.config_dir, &report) : forth(question, question.config_dir, &report);
  } catch (const Refusal& refusal) {
    told.refused = true;
    report.add("refused", refusal.what());
  }
  told.text = report.text();
  told.changed = report.has_changed();
  return told;
}

int64_t peers_in(const std::string& path) {
  SQLite::Database database{path, SQLite::OPEN_READONLY};
  return database.execAndGet("select count(*) from peer").getInt64();
}

TEST_CASE("in place one file is written, the directory stays as it is, and a second run changes nothing") {
  const Place place;
  const auto before = place.content(place.stock());
  const Told first = migrate(place, {"--hbbs", "-k _ -p 21200 -r rd.example.org", "--hbbr", "-p 21201 -k _"});
  CAPTURE(first.text);
  CHECK_FALSE(first.refused);
  CHECK(first.changed);
  CHECK(has(first.text, "with 3 peers"));
  CHECK(has(first.text, "the clients' Key is " + place.keys().public_text()));
  CHECK(has(first.text, "[kernel] base_port = 21200  (--hbbs: -p 21200)"));
  CHECK(place.content(place.stock()) == before);
  const std::string conf = read(place.conf_file());
  CHECK(has(conf, "base_port = 21200  # --hbbs: -p 21200\n"));
  CHECK(has(conf, "data_dir = \"" + place.stock() + "\"  # in place\n"));
  const Told second = migrate(place, {"--hbbs", "-k _ -p 21200 -r rd.example.org", "--hbbr", "-p 21201 -k _"});
  CHECK_FALSE(second.refused);
  CHECK_FALSE(second.changed);
  CHECK(read(place.conf_file()) == conf);
}

TEST_CASE("a copy has the keys, the peers of the WAL and the lists; a second run changes nothing") {
  const Place place;
  place.write("stock/blocklist.txt", "203.0.113.7\n");
  SQLite::Database live{place.database(), SQLite::OPEN_READWRITE};
  live.execAndGet("pragma journal_mode = wal");
  live.exec("pragma wal_autocheckpoint = 0");
  Place::add_peers(live, 2);
  REQUIRE(fs::file_size(place.database() + "-wal") > 0);
  const auto before = place.content(place.stock());
  const Told first = migrate(place, {"--to", place.ours(), "--hbbs", "-k _", "--hbbr", "-k _"});
  CAPTURE(first.text);
  REQUIRE_FALSE(first.refused);
  for (const auto& [path, text] : before) {
    if (!path.ends_with("-shm")) CHECK(place.content(place.stock())[path] == text);
  }
  CHECK(peers_in(place.ours() + "/db_v2.sqlite3") == 5);
  CHECK_FALSE(fs::exists(place.ours() + "/db_v2.sqlite3-wal"));
  CHECK(read(place.ours() + "/id_ed25519") == place.keys().secret_text());
  CHECK((fs::status(place.ours() + "/id_ed25519").permissions() & fs::perms{0777}) == fs::perms{0600});
  CHECK((fs::status(place.ours()).permissions() & fs::perms{0777}) == fs::perms{0700});
  CHECK(read(place.ours() + "/blocklist.txt") == "203.0.113.7\n");
  CHECK(has(read(place.conf_file()), "data_dir = \"" + place.ours() + "\""));
  const auto copied = place.content(place.ours());
  const Told second = migrate(place, {"--to", place.ours(), "--hbbs", "-k _", "--hbbr", "-k _"});
  CHECK_FALSE(second.refused);
  CHECK_FALSE(second.changed);
  CHECK(place.content(place.ours()) == copied);
}

TEST_CASE("a database at rest is read without a trace, also in WAL mode") {
  const Place place;
  {
    SQLite::Database live{place.database(), SQLite::OPEN_READWRITE};
    live.execAndGet("pragma journal_mode = wal");
    Place::add_peers(live, 1);
  }
  const auto before = place.content(place.stock());
  const Told told = migrate(place, {"--to", place.ours()});
  CHECK_FALSE(told.refused);
  CHECK(place.content(place.stock()) == before);
  CHECK(peers_in(place.ours() + "/db_v2.sqlite3") == 4);
}

TEST_CASE("a dry run says everything and writes nothing") {
  const Place place;
  const Told told = migrate(place, {"--to", place.ours(), "--dry-run", "--hbbs", "-k _"});
  CHECK_FALSE(told.refused);
  CHECK(told.changed);
  CHECK(has(told.text, "would"));
  CHECK(has(told.text, "hbbr was not named and is switched off"));
  CHECK_FALSE(fs::exists(place.ours()));
  CHECK_FALSE(fs::exists(place.conf_file()));
}

TEST_CASE("what is unsafe is refused and nothing is written") {
  const Place place;
  std::string named;
  std::vector<std::string> args{"--to", place.ours(), "--hbbs", "-k _"};
  SUBCASE("half a pair") { fs::remove(place.file(named = "stock/id_ed25519.pub")); }
  SUBCASE("two halves of different pairs") {
    place.write("stock/id_ed25519.pub", wire::SigningKeys::from_seed({8}).public_text());
    named = "are not a pair";
  }
  SUBCASE("a key that is none") { place.write(named = "stock/id_ed25519", "sesame"); }
  SUBCASE("a key that is no file") {
    fs::remove(place.file("stock/id_ed25519"));
    fs::create_directory(place.file(named = "stock/id_ed25519"));
  }
  SUBCASE("a database of something else") {
    fs::remove(place.database());
    SQLite::Database{place.database(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}.exec("create table t (a)");
    named = "no table peer";
  }
  SUBCASE("no database at all, but a file of that name") {
    place.write("stock/db_v2.sqlite3", std::string(4096, 'x'));
    named = "db_v2.sqlite3";
  }
  SUBCASE("a setting that cannot be") {
    args.push_back("--hbbr");
    args.push_back("-p much");
    named = "-p much";
  }
  SUBCASE("one program twice") {
    args.push_back("--hbbs");
    args.push_back("-k -");
    named = "a second time";
  }
  SUBCASE("a file that is not there") {
    args.push_back("--unit");
    args.push_back(place.file(named = "none.service"));
  }
  SUBCASE("a configuration file of somebody's own") {
    place.write("etc/conf.d/85-migrated.toml", "[kernel]\n");
    named = "was not made by migrate";
  }
  SUBCASE("an empty directory") {
    fs::remove_all(place.stock());
    fs::create_directory(place.stock());
    named = "not the directory in which a stock server has run";
    args = {"--to", place.ours()};
  }
  SUBCASE("peers without their key") {
    fs::remove(place.file("stock/id_ed25519"));
    fs::remove(place.file("stock/id_ed25519.pub"));
    named = "A new key would be made";
  }
  const auto before = place.content(place.file(""));
  const Told told = migrate(place, args);
  CAPTURE(told.text);
  CHECK(told.refused);
  CHECK(has(told.text, named));
  CHECK_FALSE(has(told.text, place.keys().secret_text().substr(0, 20)));
  CHECK(place.content(place.file("")) == before);
  CHECK_FALSE(fs::exists(place.ours()));
}

TEST_CASE("what is another's in the target is never overwritten, and moved aside where that is asked for") {
  const Place place;
  fs::create_directory(place.ours());
  const wire::SigningKeys other = wire::SigningKeys::from_seed({9});
  place.write("ours/id_ed25519", other.secret_text());
  place.write("ours/id_ed25519.pub", other.public_text());
  const auto before = place.content(place.ours());
  const Told refused = migrate(place, {"--to", place.ours()});
  CHECK(refused.refused);
  CHECK(has(refused.text, "--replace"));
  CHECK(place.content(place.ours()) == before);
  const Told replaced = migrate(place, {"--to", place.ours(), "--replace"});
  CHECK_FALSE(replaced.refused);
  CHECK(read(place.ours() + "/id_ed25519") == place.keys().secret_text());
  CHECK(read(place.ours() + "/id_ed25519.before-migration") == other.secret_text());
}

TEST_CASE("a target that has learned more since is kept, one that lacks peers is not taken for done") {
  const Place place;
  REQUIRE_FALSE(migrate(place, {"--to", place.ours()}).refused);
  {
    SQLite::Database ours{place.ours() + "/db_v2.sqlite3", SQLite::OPEN_READWRITE};
    ours.exec("insert into peer (guid, id, uuid, pk, info) values (randomblob(16), 'new-one', x'05', x'06', '{}')");
  }
  CHECK_FALSE(migrate(place, {"--to", place.ours()}).refused);
  CHECK(peers_in(place.ours() + "/db_v2.sqlite3") == 4);
  SQLite::Database stock{place.database(), SQLite::OPEN_READWRITE};
  Place::add_peers(stock, 1);
  const Told told = migrate(place, {"--to", place.ours()});
  CHECK(told.refused);
  CHECK(has(told.text, "lacks 1 of the peers"));
}

TEST_CASE("a secret key of the command line gets a private file and stands nowhere else") {
  const Place place;
  const std::string secret = wire::SigningKeys::from_seed({11}).secret_text();
  const Told told = migrate(place, {"--to", place.ours(), "--hbbs", "-k " + secret, "--hbbr", ""});
  CAPTURE(told.text);
  REQUIRE_FALSE(told.refused);
  CHECK_FALSE(has(told.text, secret.substr(0, 20)));
  CHECK_FALSE(has(read(place.conf_file()), secret.substr(0, 20)));
  CHECK(has(read(place.conf_file()), "key = { file = \"" + place.ours() + "/site_key\" }"));
  CHECK(read(place.ours() + "/site_key") == secret + "\n");
  CHECK((fs::status(place.ours() + "/site_key").permissions() & fs::perms{0777}) == fs::perms{0600});
}

TEST_CASE("a compose file, its env_file and the directory's .env are read, .env before the environment") {
  const Place place;
  place.write("compose.yml",
              "services:\n  hbbs:\n    command: hbbs -r a -k _\n    env_file: [first.env, site.env]\n    environment: "
              "[SERIAL=3]\n  hbbr:\n    command: hbbr -k _\n");
  place.write("first.env", "ALWAYS_USE_RELAY=N\nSERIAL=1\n");
  place.write("site.env", "ALWAYS_USE_RELAY=Y\nPORT=21300\nSERIAL=2\nRENDEZVOUS_SERVERS=b\n");
  place.write("stock/.env", "RUST_LOG=debug\nRELAY-SERVERS=other\nport=21400\n");
  const Told told = migrate(place, {"--compose", place.file("compose.yml")});
  CAPTURE(told.text);
  CHECK_FALSE(told.refused);
  const std::string conf = read(place.conf_file());
  CHECK(has(conf, "base_port = 21400"));
  CHECK(has(conf, "relay = [{ address = \"a\" }]"));
  CHECK(has(conf, "always_relay = true"));
  CHECK(has(conf, "config_serial = 3"));
  CHECK(has(conf, "log_level = \"debug\""));
  CHECK_FALSE(has(conf, "listen"));  // PORT is P for both: hbbr is one above
}

TEST_CASE("a unit's files hold before its Environment, and its drop-ins before itself") {
  const Place place;
  place.write("rd.service", "[Service]\nEnvironment=PORT=21300 SERIAL=3\nEnvironmentFile=" + place.file("a.env") +
                                "\nWorkingDirectory=" + place.file("elsewhere") + "\nExecStart=/usr/bin/hbbs -k _\n");
  fs::create_directory(place.file("rd.service.d"));
  place.write("rd.service.d/more.conf", "[Service]\nEnvironmentFile=" + place.file("b.env") + "\nExecStart=\n" +
                                            "ExecStart=/usr/bin/hbbs -k _ -R b\n");
  place.write("a.env", "PORT=21400\nRUST_LOG=warn\n");
  place.write("b.env", "RUST_LOG=debug\n");
  const Told told = migrate(place, {"--unit", place.file("rd.service"), "--hbbr", "-k _"});
  CAPTURE(told.text);
  CHECK_FALSE(told.refused);
  const std::string conf = read(place.conf_file());
  CHECK(has(conf, "base_port = 21400"));
  CHECK(has(conf, "config_serial = 3"));
  CHECK(has(conf, "log_level = \"debug\""));
  CHECK(has(told.text, "it works in " + place.file("elsewhere")));
}

TEST_CASE("what is not understood is refused with its place, and left out where that is asked for") {
  const Place place;
  std::string named;
  std::vector<std::string> args{"--hbbr", "-k _"};
  SUBCASE("a name in .env") {
    place.write("stock/.env", "MAX_DEVICES=3\n");
    args = {};
    named = ".env:1: MAX_DEVICES is no setting";
  }
  SUBCASE("a rule of a unit") {
    args.insert(args.end(), {"--unit", place.write("u", "[Service]\nIPAddressDeny=any\nExecStart=hbbs -k _\n")});
    named = "u:2: IPAddressDeny=any is not carried over";
  }
  SUBCASE("a unit that starts by a shell") {
    args.insert(args.end(), {"--unit", place.write("u", "[Service]\nExecStart=/bin/sh -c 'hbbs -k _'\n")});
    named = "u:2: this starts something else";
  }
  SUBCASE("a key of a compose service") {
    args = {"--compose", place.write("c", "services:\n  a:\n    command: hbbs -k _\n    sysctls: {a: 1}\n")};
    named = "c:4: \"sysctls\" of service a";
  }
  SUBCASE("a file that is named and is not there") {
    args = {"--compose", place.write("c", "services:\n  a:\n    command: hbbs -k _\n    env_file: none.env\n")};
    named = "none.env: there is no such file";
  }
  const auto before = place.content(place.file(""));
  const Told told = migrate(place, args);
  CAPTURE(told.text);
  CHECK(told.refused);
  CHECK(has(told.text, named));
  CHECK(has(told.text, "--leave-out"));
  CHECK(place.content(place.file("")) == before);
  args.emplace_back("--leave-out");
  const Told left = migrate(place, args);
  CHECK_FALSE(left.refused);
  CHECK(has(left.text, named));
  CHECK(fs::exists(place.conf_file()));
}

TEST_CASE("another program's bans are carried over, and what else it keeps is named before anything is written") {
  const Place place;
  SQLite::Database{place.database(), SQLite::OPEN_READWRITE}.exec(
      "alter table peer add column banned integer default 0; alter table peer add column region text;"
      "update peer set banned = 1 where id = '100000001'");
  const Told banned = migrate(place, {"--to", place.ours()});
  CAPTURE(banned.text);
  REQUIRE_FALSE(banned.refused);
  CHECK(has(banned.text, "the column banned of peer is another program's and holds something in 1 rows"));
  CHECK_FALSE(has(banned.text, "region"));
  CHECK(has(read(place.conf_file()), "deny_ids = [\"100000001\"]"));
  SQLite::Database{place.database(), SQLite::OPEN_READWRITE}.exec(
      "update peer set region = 'eu' where id <> '100000001'");
  const Told gap = migrate(place, {"--to", place.ours()});
  CHECK(gap.refused);
  CHECK(
      has(gap.text, "the column region of peer is another program's and holds something in 2 rows; it means nothing"));
  CHECK_FALSE(migrate(place, {"--to", place.ours(), "--leave-out"}).refused);
}

TEST_CASE("without -k the site is closed, and only hbbs's own empty -k opens it") {
  const Place place;
  place.write("compose.yml", "services:\n  hbbs:\n    command: hbbs\n  hbbr:\n    command: hbbr\n");
  const Told closed = migrate(place, {"--compose", place.file("compose.yml")});
  CHECK_FALSE(closed.refused);
  CHECK(has(read(place.conf_file()), "key = \"-\""));
  CHECK(has(closed.text, "asks for the key since 1.1.11"));
  CHECK_FALSE(migrate(place, {"--hbbs", "-k \"\"", "--hbbr", ""}).refused);
  CHECK(has(read(place.conf_file()), "key = \"\""));
}

TEST_CASE("an image's variables and its secrets' files are the site's, the key among them private") {
  const Place place;
  const std::string secret = wire::SigningKeys::from_seed({12}).secret_text();
  fs::remove(place.file("stock/id_ed25519"));
  fs::remove(place.file("stock/id_ed25519.pub"));
  place.write("priv", secret + "\n");
  place.write("compose.yml",
              "secrets:\n  key_priv: {file: ./priv}\nservices:\n  rd:\n    image: rustdesk/rustdesk-server-s6\n"
              "    environment: {RELAY: rd.example.org, ENCRYPTED_ONLY: '1', PORT: 21300}\n    secrets: [key_priv]\n"
              "    volumes: [ ./stock:/data ]\n");
  const Told told = migrate(place, {"--compose", place.file("compose.yml"), "--to", place.ours()});
  CAPTURE(told.text);
  CHECK_FALSE(told.refused);
  CHECK_FALSE(has(told.text, "it works in"));
  const std::string conf = read(place.conf_file());
  CHECK(has(conf, "base_port = 21300"));
  CHECK(has(conf, "relay = [{ address = \"rd.example.org\" }]"));
  CHECK(has(conf, "key = { file = \"" + place.ours() + "/site_key\" }"));
  CHECK(read(place.ours() + "/site_key") == secret + "\n");
  CHECK_FALSE(has(told.text + conf, secret.substr(0, 20)));
}

TEST_CASE("a list's line that is no address is told of by its number, and becomes a comment, in place or in a copy") {
  const Place place;
  const std::string list = place.stock() + "/blacklist.txt";
  const std::string copy = place.ours() + "/blacklist.txt";
  const std::string bad = "203.0.113.7\n\n# mine\nmy neighbour\n10.0.0.0/8\n";
  const std::string good = "203.0.113.7\n\n# mine\n# my neighbour\n10.0.0.0/8\n";
  place.write("stock/blacklist.txt", bad);
  const Told told = migrate(place, {"--dry-run"});
  CHECK(has(told.text, "blacklist.txt:4: no address or network"));
  CHECK_FALSE(has(told.text, "blacklist.txt:3"));
  CHECK(has(told.text, "blacklist.txt with 2 addresses, read as [relay] blacklist_file"));
  CHECK(has(told.text, "how hbbs and hbbr were started is not known"));
  CHECK(read(list) == bad);
  SUBCASE("in place") {
    CHECK(migrate(place, {}).changed);
    CHECK(read(list) == good);
    CHECK_FALSE(migrate(place, {}).changed);
  }
  SUBCASE("copy") {
    CHECK(has(migrate(place, {"--to", place.ours()}).text, copy));
    CHECK(read(copy) == good);
    CHECK(read(list) == bad);
    CHECK_FALSE(migrate(place, {"--to", place.ours()}).changed);
  }
}

TEST_CASE("there and back again: the same peers, the same key, the same words") {
  const Place place;
  const std::string hbbs = "-p 21200 -k _ -r a:1,b --mask 192.168.0.0/16";
  REQUIRE_FALSE(migrate(place, {"--to", place.ours(), "--hbbs", hbbs, "--hbbr", "-p 21201 -k _"}).refused);
  Report report;
  const std::vector<std::string> args{"--back",       place.ours(), "--to", place.file("again"),
                                      "--config-dir", place.conf()};
  const Question question = parse_question(args);
  back(question, question.config_dir, &report);
  CAPTURE(report.text());
  CHECK(has(report.text(), "hbbs -p 21200 -k _ -r a:1,b --mask 192.168.0.0/16"));
  CHECK(has(report.text(), "hbbr -p 21201 -k _"));
  CHECK(peers_in(place.file("again/db_v2.sqlite3")) == 3);
  CHECK(read(place.file("again/id_ed25519")) == place.keys().secret_text());
  CHECK_FALSE(fs::exists(place.file("again/hbbr.env")));  // the stock's own limits
}

TEST_CASE("what has no flag goes back as an environment file that is private") {
  const Place place;
  place.write("etc/conf.d/40-relay.toml", "[relay]\nrate = \"16777216bit\"\nlisten = \":P+1\"\n");
  place.write("etc/conf.d/90-site.toml", "[holepunch]\nalways_relay = true\n[[holepunch.relay]]\naddress = \"a\"\n");
  const Told told = migrate(place, {"--back"});
  CAPTURE(told.text);
  REQUIRE_FALSE(told.refused);
  CHECK(has(read(place.file("stock/hbbs.env")), "ALWAYS_USE_RELAY=Y\n"));
  CHECK(has(read(place.file("stock/hbbr.env")), "SINGLE_BANDWIDTH=16\n"));
  CHECK((fs::status(place.file("stock/hbbs.env")).permissions() & fs::perms{0777}) == fs::perms{0600});
  CHECK_FALSE(has(told.text, "relay.listen"));
  CHECK_FALSE(migrate(place, {"--back"}).changed);
}

}  // namespace
}  // namespace junctor::tools::migrate
