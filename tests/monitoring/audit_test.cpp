// SPDX-License-Identifier: Apache-2.0
// The audit of a real server: what is asked of it, and what a kill -9 leaves.
#include <doctest/doctest.h>

#include "scrape.hpp"

namespace junctor::monitoring {
namespace {

using site::Device;
using site::Site;
using testing::eventually;

constexpr const char* kAudit = "[audit]\nflush = \"50ms\"\n";

size_t rows(Site& site, const std::vector<std::string>& args) { return site.server().ctl("audit", args).rows().size(); }

TEST_CASE("who registered, who reached whom and who was refused can be asked for, whatever the log says") {
  testing::ServerOptions options;
  options.kernel = "log_level = \"error\"\n";
  Site site{kAudit, options};
  site.server().launch();
  REQUIRE(eventually([&] {
    try {
      return site.server().ctl("status").ok;
    } catch (const std::exception&) {
      return false;
    }
  }));
  Device b{site, "127.0.0.3", "123456789"};
  REQUIRE(site::connects(site, b));
  REQUIRE(site::relays(site, "a-uuid"));
  site::ask_for(site, "no-such-id");

  REQUIRE(eventually([&] { return rows(site, {"--kind", "relay"}) >= 2; }));
  const auto registered = site.server().ctl("audit", {"--id", "123456789", "--kind", "registration"}).rows();
  REQUIRE(registered.size() == 1);
  CHECK(registered[0]->getValue<std::string>("what") == "new");
  CHECK(registered[0]->getValue<std::string>("transport") == "udp");
  const auto punch = site.server().ctl("audit", {"--kind", "punch"}).row("id", "123456789");
  REQUIRE(punch);
  CHECK(punch->getValue<std::string>("result") == "hole");
  CHECK(punch->getValue<std::string>("b").rfind("127.0.0.3:", 0) == 0);
  CHECK(site.server().ctl("audit", {"--kind", "refusal"}).row("reason", "unknown_id"));
  const auto stop = site.server().ctl("audit", {"--kind", "relay"}).row("what", "stop");
  REQUIRE(stop);
  CHECK(stop->has("a"));
  CHECK(stop->getValue<int64_t>("bytes_ab") > 0);
  CHECK(rows(site, {"--address", "127.0.0.2", "--since", "1h", "--limit", "1"}) == 1);
  CHECK_FALSE(site.server().ctl("audit", {"--since", "yesterday"}).ok);
}

wire::TcpClient relay_side(Site& site, const std::string& from, const std::string& id) {
  wire::TcpClient client = site.dial(from, 1);
  hbb::RequestRelay request;
  request.set_uuid("a-uuid");
  request.set_licence_key(site.key());
  request.set_id(id);
  client.send(request);
  client.send_raw(from);
  return client;
}

TEST_CASE("a session that the server's stop cuts off has its stop line, whatever ends the drain") {
  for (const char* drain : {"drain_timeout = \"100ms\"\n", "drain_timeout = \"1h\"\n"}) {
    testing::ServerOptions options;
    options.kernel = drain;
    Site site{kAudit, options};
    site.start();
    wire::TcpClient a = relay_side(site, "127.0.0.2", "123456789");
    wire::TcpClient b = relay_side(site, "127.0.0.3", "");
    REQUIRE(b.receive_exactly(9, testing::patient(wire::kPatience)) == "127.0.0.2");
    REQUIRE(site.server().stop() == 0);
    const std::string file = testing::read_file(site.server().data_dir() + "/audit/audit.jsonl");
    const size_t stop = file.find(R"("kind":"relay","what":"stop")");
    REQUIRE(stop != std::string::npos);
    const std::string line = file.substr(stop, file.find('\n', stop) - stop);
    CHECK(line.find(R"("id":"123456789")") != std::string::npos);
    CHECK(line.find(R"("reason":"stopped")") != std::string::npos);
    CHECK(line.find(R"("bytes_ab":9)") != std::string::npos);
  }
}

TEST_CASE("what an operator decides can be asked for") {
  Site site{kAudit};
  site.start();
  Device b{site, "127.0.0.3", "123456789"};
  auto& server = site.server();
  REQUIRE(server.ctl("relay", {"block", "10.0.0.0/8"}).ok);
  REQUIRE(server.ctl("relay", {"limit", "total", "10Mbit"}).ok);
  REQUIRE(server.ctl("block", {"192.0.2.0/24", "for", "2h"}).ok);
  REQUIRE(server.ctl("peers approve", {"222222222"}).ok);
  REQUIRE(server.ctl("peers rename", {"123456789", "reception"}).ok);
  CHECK(rows(site, {"--kind", "operator"}) == 5);
  CHECK(rows(site, {"--kind", "operator", "--address", "192.0.2.7"}) == 1);
  CHECK(server.ctl("audit", {"--id", "222222222"}).row("what", "approved"));
}

TEST_CASE("what was flushed survives kill -9, and the next start goes on behind it") {
  Site site{kAudit};
  site.start();
  Device first{site, "127.0.0.2", "123456789"};
  const std::string file = site.server().data_dir() + "/audit/audit.jsonl";
  REQUIRE(eventually([&] { return testing::read_file(file).find("123456789") != std::string::npos; }));
  site.server().kill();
  site.server().start();
  Device second{site, "127.0.0.3", "222222222"};
  CHECK(rows(site, {"--kind", "registration"}) == 2);
}

}  // namespace
}  // namespace junctor::monitoring
