// SPDX-License-Identifier: Apache-2.0
// junctord-compat as two processes, with the words of a compose file, and devices that connect through them.
#include "compat.hpp"

#include <doctest/doctest.h>

#include <csignal>

#include "stock_directory.hpp"

namespace junctor::moving {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

constexpr auto kMismatch = hbb::PunchHoleResponse::LICENSE_MISMATCH;

TEST_CASE("both start at once in an empty directory, share one key, and devices connect directly and by relay") {
  Pair pair{{}};
  const std::string key = pair.key();
  REQUIRE(key.size() == 44);
  const Exchange direct = connect(pair.at(), key);
  REQUIRE(direct.push.has_punch_hole());
  CHECK(direct.push.punch_hole().nat_type() == hbb::ASYMMETRIC);
  CHECK(direct.push.punch_hole().relay_server() == pair.at(1).text());
  CHECK_FALSE(direct.signed_id.empty());
  CHECK(relays(pair.at(1), key, "one"));
  // -k _ : who has another key, or none, has neither signalling nor relay.
  for (const std::string& wrong : {std::string{}, wire::SigningKeys::from_seed({9}).public_text()}) {
    const Exchange refused = connect(pair.at(), wrong);
    CHECK_FALSE(refused.push.has_punch_hole());
    CHECK(refused.answer.punch_hole_response().failure() == kMismatch);
    CHECK_FALSE(relays(pair.at(1), wrong, "two"));
  }
}

TEST_CASE("hbbs alone opens no relay, hbbr alone nothing else") {
  const testing::TempDir dir;
  const testing::PortBlock ports;
  const auto at = [&](int offset) {
    return site::ip("127.0.0.1").with_port(static_cast<uint16_t>(ports.base() + offset));
  };
  const auto open = [&] {
    std::string all;
    for (const int offset : {-1, 0, 1, 2, 3}) all += is_open(at(offset)) ? '1' : '0';
    return all;
  };
  {
    Compat hbbs{"hbbs", dir, {"-p", std::to_string(ports.base())}};
    REQUIRE(hbbs.ready());
    CHECK(open() == "11010");
  }
  const testing::TempDir other;
  Compat hbbr{"hbbr", other, {"-p", std::to_string(ports.base() + 1)}};
  REQUIRE(hbbr.ready());
  CHECK(open() == "00101");
  CHECK_FALSE(std::filesystem::exists(other.file("db_v2.sqlite3")));
  CHECK_FALSE(std::filesystem::exists(other.file("id_ed25519")));
}

TEST_CASE("without -k hbbs asks for the key, and hbbr for none") {
  Pair pair{{{}, {}, {}}};
  CHECK_FALSE(connect(pair.at(), pair.key()).signed_id.empty());
  CHECK(connect(pair.at(), "").answer.punch_hole_response().failure() == kMismatch);
  CHECK(relays(pair.at(1), "", "one"));
  CHECK(has(pair.hbbs().log(), "since 1.1.11"));
  CHECK(has(pair.hbbr().log(), "relays for anybody"));
}

TEST_CASE("an empty -k asks nobody for a key") {
  Pair pair{{{"-k", ""}, {}, {}}};
  const Exchange direct = connect(pair.at(), "");
  CHECK(direct.push.has_punch_hole());
  CHECK(direct.answer.punch_hole_response().failure() != kMismatch);
  CHECK(relays(pair.at(1), "", "one"));
}

TEST_CASE("-k KEY is the site's key, on the command line or in the environment, and in no log") {
  const wire::SigningKeys keys = wire::SigningKeys::from_seed({21});
  Pair::Told told{{}, {}, {"KEY=" + keys.secret_text()}};
  SUBCASE("environment") {}
  SUBCASE("arguments") { told = {{"-k", keys.secret_text()}, {"-k", keys.public_text()}, {}}; }
  Pair pair{told};
  CHECK_FALSE(connect(pair.at(), keys.public_text()).signed_id.empty());
  CHECK(connect(pair.at(), "").answer.punch_hole_response().failure() == kMismatch);
  CHECK(relays(pair.at(1), keys.public_text(), "one"));
  CHECK_FALSE(relays(pair.at(1), "", "two"));
  CHECK_FALSE(has(pair.hbbs().log() + pair.hbbr().log(), keys.secret_text().substr(0, 20)));
}

TEST_CASE("ALWAYS_USE_RELAY=Y sends every device to the relay that -r names") {
  Pair pair{{{"-k", "_", "-r", "rd.example.org:4711"}, {"-k", "_"}, {"ALWAYS_USE_RELAY=Y"}}};
  const Exchange relayed = connect(pair.at(), pair.key());
  REQUIRE(relayed.push.has_punch_hole());
  CHECK(relayed.push.punch_hole().nat_type() == hbb::SYMMETRIC);
  CHECK(relayed.push.punch_hole().relay_server() == "rd.example.org:4711");
}

TEST_CASE("a stock server's own directory, its .env and the programs' old names serve its devices") {
  const StockDirectory stock;
  const testing::PortBlock ports;
  const auto server = site::ip("127.0.0.1").with_port(ports.base());
  stock.files().write(".env", "PORT=" + std::to_string(ports.base()) + "\nKEY=_\nODD=1\n");
  const testing::TempDir bin;
  std::filesystem::create_symlink(JUNCTOR_TEST_COMPAT, bin.file("hbbs"));
  testing::Process hbbs{{"env", "-C", stock.path(), "PORT=1", bin.file("hbbs"), "--set",
                         std::string{"kernel.plugin_dir="} + JUNCTOR_TEST_PLUGINS},
                        bin.file("out"),
                        bin.file("log")};
  const auto log = [&bin] { return testing::read_file(bin.file("log")); };
  REQUIRE(testing::eventually([&] { return has(log(), "event=server.ready"); }));
  CHECK(has(log(), ".env:3: ODD"));
  wire::UdpClient device{site::ip("127.0.0.3")};
  CHECK(site::beat(device, server, stock.peer()) == false);
  CHECK_FALSE(connect(server, stock.keys().public_text()).signed_id.empty());
}

TEST_CASE("a relay starts beside lists with lines that are no address, says which, and the others hold") {
  const testing::TempDir dir;
  const testing::PortBlock ports;
  const auto relay = site::ip("127.0.0.1").with_port(static_cast<uint16_t>(ports.base() + 1));
  dir.write("blocklist.txt", "127.0.0.9 since May\nmy neighbour\n");
  dir.write("blacklist.txt", "# none\n300.1.1.1\n");
  Compat hbbr{"hbbr", dir, {"-p", std::to_string(ports.base() + 1)}};
  REQUIRE(hbbr.ready());
  CHECK(has(hbbr.log(), "hbbr: warning: blocklist.txt:2: no address or network"));
  CHECK(has(hbbr.log(), "hbbr: warning: blacklist.txt:2: no address or network"));
  CHECK(relays(relay, "", "one"));
  wire::TcpClient::Options from;
  from.local = site::ip("127.0.0.9");
  wire::TcpClient blocked = wire::TcpClient::connect(relay, from);
  hbb::RequestRelay request;
  request.set_uuid("two");
  blocked.send(request);
  CHECK(testing::eventually([&] { return has(hbbr.log(), "event=relay.refused reason=blocked peer=127.0.0.9"); }));
  CHECK(testing::read_file(dir.file("blocklist.txt")) == "127.0.0.9 since May\nmy neighbour\n");
}

TEST_CASE("whom another program has banned is not served, and its other columns are named") {
  const StockDirectory stock;
  const testing::PortBlock ports;
  SQLite::Database{stock.database(), SQLite::OPEN_READWRITE}.exec(
      "alter table peer add column is_banned integer; alter table peer add column region text; "
      "update peer set is_banned = 1, region = 'eu'");
  Compat hbbs{"hbbs", stock.files(), {"-p", std::to_string(ports.base())}};
  REQUIRE(hbbs.ready());
  CHECK(has(hbbs.log(), "the column is_banned of peer holds something in 1 rows; their ids are denied"));
  CHECK(has(hbbs.log(), "the column region of peer holds something in 1 rows; it means nothing here"));
  const auto server = site::ip("127.0.0.1").with_port(ports.base());
  wire::UdpClient device{site::ip("127.0.0.3")};
  CHECK(site::register_once(device, server, wire::Peer::make("987654321").register_pk()) ==
        hbb::RegisterPkResponse::OK);
  const auto answer = site::register_once(device, server, stock.peer().register_pk());
  CHECK(answer.has_value());
  CHECK(answer != hbb::RegisterPkResponse::OK);
}

/// junctord-compat without a command, as our image starts it, and what it has said at its end or when it is ready.
struct Image {
  testing::TempDir data;  ///< where the stock's image with s6 has its volume
  testing::TempDir own;   ///< where ours has it
  testing::PortBlock ports;

  std::string started(std::vector<std::string> environment) const {
    environment.insert(environment.begin(), {"env", "-C", own.path()});
    environment.insert(environment.end(),
                       {"JUNCTOR_COMPAT_SOCKET=" + own.file("junctord.sock"), "JUNCTOR_COMPAT_DATA=" + data.path(),
                        "PORT=" + std::to_string(ports.base()), JUNCTOR_TEST_COMPAT, "--set",
                        std::string{"kernel.plugin_dir="} + JUNCTOR_TEST_PLUGINS});
    testing::Process server{environment, own.file("out"), own.file("log")};
    testing::eventually([&] { return has(log(), "event=server.ready") || !server.running(); });
    server.signal(SIGTERM);
    server.wait();
    return log();
  }
  std::string log() const { return testing::read_file(own.file("log")); }
};

TEST_CASE("an image with only its name changed serves the site that it finds, with its key") {
  const wire::SigningKeys keys = wire::SigningKeys::from_seed({31});
  const Image image;
  SUBCASE("its volume") {
    image.data.write("id_ed25519", keys.secret_text());
    image.data.write("id_ed25519.pub", keys.public_text());
    const std::string log = image.started({});
    CHECK(has(log, "event=server.ready"));
    CHECK(has(log, keys.public_text()));
    CHECK(std::filesystem::exists(image.data.file("db_v2.sqlite3")));
  }
  SUBCASE("its variables") {
    const std::string log =
        image.started({"RELAY=rd.example.org", "ENCRYPTED_ONLY=1", "KEY_PRIV=" + keys.secret_text()});
    CHECK(has(log, "event=server.ready"));
    CHECK(has(log, keys.public_text()));
    CHECK_FALSE(has(log, keys.secret_text().substr(0, 20)));
    CHECK_FALSE(std::filesystem::exists(image.data.file("id_ed25519")));
  }
  SUBCASE("a half of its key, or two of different pairs") {
    image.data.write("id_ed25519.pub", keys.public_text());
    const std::string log = image.started({"RELAY=rd.example.org"});
    CHECK_FALSE(has(log, "event=server.ready"));
    CHECK_FALSE(std::filesystem::exists(image.data.file("id_ed25519")));
    const std::string other = wire::SigningKeys::from_seed({32}).public_text();
    CHECK(has(image.started({"KEY_PUB=" + other, "KEY_PRIV=" + keys.secret_text()}), "are no pair"));
  }
  CHECK_FALSE(std::filesystem::exists(image.own.file("id_ed25519")));
}

TEST_CASE("what cannot be used is refused, what is asked for is told, other words are junctord's") {
  const testing::TempDir dir;
  const auto compat = [&dir](std::vector<std::string> words) {
    words.insert(words.begin(), {"env", "-C", dir.path(), JUNCTOR_TEST_COMPAT});
    return testing::run(words);
  };
  const auto bad_key = compat({"hbbs", "-k", "sesame"});
  CHECK(bad_key.code == 1);
  CHECK(has(bad_key.err, "hbbs: error: -k: a text that is no key"));
  CHECK_FALSE(has(bad_key.err, "sesame"));
  const auto unheard = compat({"hbbs", "--unheard-of"});
  CHECK(unheard.code == 1);
  CHECK(has(unheard.err, "hbbs: error: \"--unheard-of\" is no argument"));
  CHECK(compat({"hbbs", "--mask", "lan"}).code == 1);
  CHECK(compat({"hbbs", "-p", "much"}).code == 1);
  CHECK(compat({"hbbr", "-c", "none.env"}).code == 1);
  CHECK(std::filesystem::is_empty(dir.path()));
  CHECK(has(compat({"hbbs", "--help"}).out, "ALWAYS_USE_RELAY"));
  CHECK(has(compat({"--help"}).out, "--relay-servers"));
  const auto printed = compat({"--print", "hbbr", "-k", wire::SigningKeys::from_seed({3}).secret_text()});
  CHECK(printed.code == 0);
  CHECK(has(printed.out, "key = \"***\""));
  CHECK(has(compat({"--version"}).out, "junctord "));
}

}  // namespace
}  // namespace junctor::moving
