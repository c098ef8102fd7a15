// SPDX-License-Identifier: Apache-2.0
// A stock server's directory, served as it is by `junctord --data DIR` (protocol.md 5 and 7).
#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include <array>
#include <filesystem>

#include "site.hpp"

namespace junctor::site {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStockSchema =
    "create table if not exists peer (guid blob primary key not null, id varchar(100) not null, uuid blob not null, "
    "pk blob not null, created_at datetime not null default(current_timestamp), user blob, status tinyint, "
    "note varchar(300), info text not null) without rowid;"
    "create unique index if not exists index_peer_id on peer (id);"
    "create index if not exists index_peer_user on peer (user);"
    "create index if not exists index_peer_created_at on peer (created_at);"
    "create index if not exists index_peer_status on peer (status);";

constexpr const char* kId = "123456789";
constexpr const char* kElsewhere = "987654321";

/// What a stock server leaves behind.
class StockDirectory {
 public:
  StockDirectory() : keys_{wire::SigningKeys::from_seed({1, 2, 3, 4})} {
    dir_.write("id_ed25519", keys_.secret_text());
    dir_.write("id_ed25519.pub", keys_.public_text());
    SQLite::Database file{database(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    file.exec(kStockSchema);
    add(file, kId, outer_address().is_none() ? "127.0.0.3" : outer_address().ip_text());
    add(file, kElsewhere, "203.0.113.7");
  }

  const std::string& path() const { return dir_.path(); }
  std::string database() const { return dir_.file("db_v2.sqlite3"); }
  std::string key_file(const std::string& name) const { return dir_.file(name); }
  const wire::SigningKeys& keys() const { return keys_; }
  const wire::Peer& peer() const { return peer_; }

  /// guid, created_at, user, status, note, info and pk of a row.
  std::string row(const std::string& id) const {
    SQLite::Database file{database(), SQLite::OPEN_READONLY};
    SQLite::Statement row{file,
                          "select hex(guid) || ' ' || created_at || ' ' || hex(user) || ' ' || status || ' ' || note "
                          "|| ' ' || info || ' ' || hex(pk) from peer where id = ?"};
    row.bind(1, id);
    return row.executeStep() ? row.getColumn(0).getString() : "none";
  }
  std::string schema() const {
    SQLite::Database file{database(), SQLite::OPEN_READONLY};
    return file.execAndGet("select group_concat(sql, ';') from sqlite_schema where tbl_name = 'peer'").getString();
  }

 private:
  void add(SQLite::Database& file, const std::string& id, const std::string& ip) {
    const hbb::RegisterPk request = peer_.register_pk();
    SQLite::Statement row{file,
                          "insert into peer values (randomblob(16), ?1, ?2, ?3, '2023-11-14 22:13:20', x'75736572', 1, "
                          "'the reception', ?4)"};
    row.bind(1, id);
    row.bind(2, request.uuid().data(), static_cast<int>(request.uuid().size()));
    row.bind(3, request.pk().data(), static_cast<int>(request.pk().size()));
    row.bind(4, R"({"ip":"::ffff:)" + ip + R"(","os":"Linux","more":{"a":1}})");
    row.exec();
  }

  testing::TempDir dir_;
  wire::SigningKeys keys_;
  wire::Peer peer_ = wire::Peer::make(kId);
};

testing::ServerOptions serving(const StockDirectory& stock) {
  testing::ServerOptions options;
  options.args = {"--data", stock.path()};
  return options;
}

/// The configuration names another directory, which --data overrides: the harness finds the control socket by a link.
void start(Site& site, const StockDirectory& stock) {
  site.start();
  if (!fs::exists(site.server().data_dir())) fs::create_directory_symlink(stock.path(), site.server().data_dir());
}

TEST_CASE("a stock server's directory is served as it is, and can be taken back") {
  StockDirectory stock;
  const std::string secret = testing::read_file(stock.key_file("id_ed25519"));
  const std::string open = testing::read_file(stock.key_file("id_ed25519.pub"));
  const std::string schema = stock.schema();
  const std::string before = stock.row(kId);
  const std::string elsewhere = stock.row(kElsewhere);
  Site site{"", serving(stock)};
  start(site, stock);

  const wire::Address outer = outer_address();
  const wire::Address server = outer.is_none() ? site.at() : outer.with_port(site.server().port());
  wire::UdpClient b{outer.is_none() ? ip("127.0.0.3") : outer};
  CHECK(beat(b, server, stock.peer()) == false);  // known, and still at the address on record
  wire::UdpClient other{outer.is_none() ? ip("127.0.0.3") : outer};
  CHECK(beat(other, server, wire::Peer::make(kElsewhere)) == !outer.is_none());  // known, but moved

  // The clients' Key is the stock one, and what is signed is signed with it.
  CHECK(site.key() == open);
  wire::TcpClient a = site.dial("127.0.0.2");
  a.send(punch_request(site, kId));
  const auto push = b.receive(testing::patient(wire::kPatience));
  REQUIRE(push);
  REQUIRE(push->message.has_punch_hole());
  hbb::PunchHoleSent sent;
  sent.set_id(kId);
  sent.set_socket_addr(push->message.punch_hole().socket_addr());
  sent.set_version("1.2.0");
  wire::TcpClient::Options from_b;
  from_b.local = b.local_address().with_port(0);
  wire::TcpClient::connect(server, from_b).send(sent);
  const auto answer = a.receive(testing::patient(wire::kPatience));
  REQUIRE(answer);
  const auto signed_id = wire::open_id_pk(stock.keys().public_key(), answer->punch_hole_response().pk());
  REQUIRE(signed_id);
  CHECK(signed_id->pk == wire::bytes_of(stock.peer().keys.public_key()));

  // A new key: pk alone changes, everything that the stock server or its owner wrote stays.
  hbb::RegisterPk renewed = stock.peer().register_pk();
  renewed.set_pk(std::string(32, '\x5a'));
  CHECK(register_once(b, server, renewed) == hbb::RegisterPkResponse::OK);
  CHECK(site.server().stop() == 0);
  CHECK_FALSE(fs::exists(stock.database() + "-wal"));  // one file again, as the stock server knows it
  const std::string after = stock.row(kId);
  const size_t tail = before.rfind(' ');
  if (outer.is_none()) {
    CHECK(after.substr(0, before.find('{')) == before.substr(0, before.find('{')));
  } else {
    CHECK(after.substr(0, tail) == before.substr(0, tail));
  }
  CHECK(after.find(R"("more":{"a":1})") != std::string::npos);
  std::string pk;
  for (int i = 0; i < 32; ++i) pk += "5A";
  CHECK(after.substr(after.rfind(' ') + 1) == pk);
  CHECK(stock.row(kElsewhere) == elsewhere);
  CHECK(stock.schema() == schema);
  CHECK(testing::read_file(stock.key_file("id_ed25519")) == secret);
  CHECK(testing::read_file(stock.key_file("id_ed25519.pub")) == open);
}

TEST_CASE("half a pair or a malformed key refuses the start and is never replaced") {
  StockDirectory stock;
  const testing::TempDir files;
  const std::string secret = stock.key_file("id_ed25519");
  const std::string open = stock.key_file("id_ed25519.pub");
  std::string named = secret;
  SUBCASE("the secret half is missing") { fs::remove(secret); }
  SUBCASE("the public half is missing") {
    fs::remove(open);
    named = open;
  }
  SUBCASE("the secret half is cut") { fs::resize_file(secret, 40); }
  SUBCASE("the secret half is empty") { fs::resize_file(secret, 0); }
  SUBCASE("the public half is something else") {
    fs::copy_file(files.write("x", "not a key"), open, fs::copy_options::overwrite_existing);
    named = open;
  }
  SUBCASE("the two are not a pair") {
    const std::string other = wire::SigningKeys::from_seed({9}).public_text();
    fs::copy_file(files.write("x", other), open, fs::copy_options::overwrite_existing);
  }
  const auto state = [&] {
    return std::to_string(fs::exists(secret)) + testing::read_file(secret) + std::to_string(fs::exists(open)) +
           testing::read_file(open);
  };
  const std::string before = state();
  Site site{"", serving(stock)};
  site.server().launch();
  CHECK(site.server().wait_exit() == 1);
  CHECK(site.server().log_has("auth_key", named));
  CHECK(state() == before);
}

}  // namespace
}  // namespace junctor::site
