// SPDX-License-Identifier: Apache-2.0
// junctorctl migrate, then the real server on what it has written, then the way back.
#include <doctest/doctest.h>

#include "site.hpp"
#include "stock_directory.hpp"

namespace junctor::moving {
namespace {

using testing::Finished;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Finished migrate(site::Site& site, std::vector<std::string> args) {
  args.insert(args.begin(), {JUNCTOR_TEST_CTL, "migrate"});
  args.insert(args.end(), {"--config-dir", site.server().files().file("etc/conf.d")});
  return testing::run(args);
}

std::string port(site::Site& site, int offset = 0) { return std::to_string(site.server().port(offset)); }

/// Known without a new registration, while somebody else is not.
void check_known(site::Site& site, const StockDirectory& stock) {
  wire::UdpClient device{site::ip("127.0.0.3")};
  CHECK(site::beat(device, site.at(), stock.peer()) == false);
  wire::UdpClient stranger{site::ip("127.0.0.4")};
  CHECK(site::beat(stranger, site.at(), wire::Peer::make("987654321")) == true);
}

TEST_CASE("a stock site that was moved knows its peers and its key, and can be moved back") {
  const StockDirectory stock;
  stock.files().write("blocklist.txt", "203.0.113.7\n");
  const std::string before = stock_view(stock.database(), "123456789");
  site::Site site;
  site.server().conf("50-web", "[ws_bridge]\n");
  const std::vector<std::string> words{stock.path(),
                                       "--to",
                                       site.server().data_dir(),
                                       "--hbbs",
                                       "-k _ -p " + port(site) + " -r 127.0.0.1:" + port(site, 1),
                                       "--hbbr",
                                       "-k _ -p " + port(site, 1)};
  const Finished moved = migrate(site, words);
  CAPTURE(moved.out);
  REQUIRE(moved.code == 0);
  CHECK(has(moved.out, "with 1 peers; its pages are whole"));
  const Finished check = testing::run_junctord(site.server().arguments({"--check"}));
  CAPTURE(check.err);
  REQUIRE(check.code == 0);

  site.start();
  CHECK(site.key() == stock.keys().public_text());
  check_known(site, stock);
  CHECK(site::relays(site, "uuid-after-moving"));
  CHECK(has(site.server().ctl("relay").text, "134217728"));  // the stock's own limits
  CHECK(site.server().stop() == 0);

  const testing::TempDir again;
  const Finished back = migrate(site, {"--back", site.server().data_dir(), "--to", again.path()});
  CAPTURE(back.out);
  CHECK(back.code == 0);
  CHECK(has(back.out, "hbbs -p " + port(site) + " -k _ -r 127.0.0.1:" + port(site, 1)));
  CHECK(stock_view(again.file("db_v2.sqlite3"), "123456789") == before);
  CHECK(testing::read_file(again.file("id_ed25519")) == stock.keys().secret_text());
  CHECK(testing::read_file(again.file("blocklist.txt")) == "203.0.113.7\n");
}

TEST_CASE("in place the stock server's files stay its own") {
  const StockDirectory stock;
  const std::string before = stock_view(stock.database(), "123456789");
  site::Site site;
  site.server().conf("50-web", "[ws_bridge]\n");
  REQUIRE(migrate(site, {stock.path(), "--hbbs", "-k _ -p " + port(site), "--hbbr", "-p " + port(site, 1)}).code == 0);
  std::filesystem::create_directory_symlink(stock.path(), site.server().data_dir());
  site.start();
  check_known(site, stock);
  CHECK(site.server().stop() == 0);
  CHECK_FALSE(std::filesystem::exists(stock.database() + "-wal"));  // one file again, as the stock server knows it
  CHECK(stock_view(stock.database(), "123456789") == before);
}

TEST_CASE("a server that runs on the ports or on the target is noticed") {
  const StockDirectory stock;
  site::Site running;
  running.start();
  const Finished ports = migrate(running, {stock.path(), "--dry-run", "--hbbs", "-p " + port(running)});
  CHECK(ports.code == 0);
  CHECK(has(ports.out, "UDP " + port(running) + " is in use: stop hbbs and hbbr"));
  CHECK(has(ports.out, "TCP " + port(running, 1) + " is in use"));
  const Finished target = migrate(running, {stock.path(), "--to", running.server().data_dir()});
  CHECK(target.code == 1);
  CHECK(has(target.out, "a junctord runs there; stop it first"));
}

TEST_CASE("the word has a help, an exit code for what is refused, and JSON") {
  const Finished help = testing::run({JUNCTOR_TEST_CTL, "migrate", "--help"});
  CHECK(help.code == 0);
  CHECK(has(help.out, "--unit FILE"));
  CHECK(testing::run({JUNCTOR_TEST_CTL, "migrate"}).code == 2);
  const testing::TempDir empty;
  const Finished refused = testing::run({JUNCTOR_TEST_CTL, "migrate", empty.path(), "--json"});
  CHECK(refused.code == 1);
  CHECK(has(refused.out, "{\"changed\":false,\"rows\":["));
  CHECK(has(refused.out, "\"kind\":\"refused\""));
}

}  // namespace
}  // namespace junctor::moving
