// SPDX-License-Identifier: Apache-2.0
// Certificates by themselves: the real server, and Debian's pebble as the authority that looks at it over port 80 or
// 443 (of this test's block).
#include <doctest/doctest.h>

#include <atomic>
#include <csignal>
#include <set>
#include <thread>

#include "program.hpp"
#include "support/clients.hpp"
#include "support/pebble.hpp"
#include "support/server.hpp"
#include "support/tls_client.hpp"

namespace junctor::web {
namespace {

using namespace junctor::testing;
using Tls = junctor::testing::TlsClient;

constexpr const char* kName = "rd.example.org";
constexpr const char* kStopgap = "Junctor, no certificate yet";
constexpr int kTlsPort = 1;
constexpr int kPlainPort = 0;

size_t count(const std::string& text, const std::string& what) {
  size_t found = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

struct Certified {
  explicit Certified(const std::string& challenge = "http-01", PebbleShape shape = {}) {
    need_program("/usr/bin/pebble");
    shape.http_port = server.port(kPlainPort);
    if (shape.tls_port == 443) shape.tls_port = server.port(kTlsPort);
    authority.emplace(shape);
    server.conf(
        "35-http",
        "[http]\nlisten = [\":P-2\", { address = \":P+1\", tls = { acme = true } }]\nlisten_redirect = [\":P\"]\n");
    server.conf("37-acme",
                "[acme]\nnames = [\"rd.example.org\", \"www.example.org\"]\nretry_min = \"1s\"\nchallenge = \"" +
                    challenge + "\"\ndirectory = \"" + authority->directory_url() + "\"\nca_file = \"" +
                    authority->ca_file() + "\"\n");
  }

  std::unique_ptr<Tls> client() const { return std::make_unique<Tls>(LineClient{"127.0.0.1", server.port(kTlsPort)}); }
  std::string shown() const {
    const auto fresh = client();
    return fresh->handshake() ? fresh->server_name() : "";
  }
  bool is_issued(Millis patience = Millis{30'000}) {
    return eventually([&] { return shown() == kName; }, patience);
  }
  Poco::JSON::Object::Ptr row() { return server.ctl("certificates").rows().at(0); }
  std::string told(const char* what) { return row()->getValue<std::string>(what); }

  Server server;
  std::optional<Pebble> authority;
};

/// One request on a connection that stays.
bool is_answered(Tls& client) {
  if (!client.send("GET /api/none HTTP/1.1\r\nHost: rd.example.org\r\n\r\n")) return false;
  size_t body = 0;
  const auto status = client.read_line();
  if (!status || status->find("HTTP/1.1 404") != 0) return false;
  for (auto line = client.read_line(); line && !line->empty() && *line != "\r"; line = client.read_line()) {
    if (line->find("Content-Length: ") == 0) body = std::stoul(line->substr(16));
  }
  return client.read(body).has_value();
}

}  // namespace

TEST_CASE(
    "until the first certificate a self-signed one is shown; then the issued one, and who is connected stays so") {
  for (const char* challenge : {"http-01", "tls-alpn-01"}) {
    CAPTURE(challenge);
    Certified site{challenge};
    site.authority->kill();
    site.server.start();
    CHECK(site.shown() == kStopgap);
    CHECK(site.server.log_has("event=tls.doubt", "self-signed"));
    CHECK(site.server.log_has("event=acme.failed", "reason=unreachable"));
    CHECK(site.told("shown") == "self-signed");
    CHECK(site.told("reason") == "unreachable");
    const auto held = site.client();
    REQUIRE(held->handshake());
    REQUIRE(is_answered(*held));

    site.authority->start();
    REQUIRE(site.is_issued());
    CHECK(is_answered(*held));
    CHECK(site.told("state") == "valid");
    CHECK(site.told("shown") == "issued");
    CHECK(site.told("failures") == "0");
    CHECK(site.server.log_has("event=acme.issued", "names=rd.example.org,www.example.org"));

    SUBCASE("a start shows it at once and orders nothing") {
      CHECK(site.server.stop() == 0);
      site.server.mark_log();
      site.server.start();
      CHECK(site.shown() == kName);
      CHECK(site.told("state") == "valid");
      CHECK(count(site.server.log(), "event=acme.issued") == 1);
    }
    CHECK(site.server.stop() == 0);
  }
}

TEST_CASE("a renewal under load drops no connection and refuses none, and both certificates are seen") {
  Certified site;
  site.server.start();
  REQUIRE(site.is_issued());
  std::atomic<bool> over{false};
  std::atomic<int> served{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> load;
  for (int i = 0; i < 2; ++i) {
    load.emplace_back([&] {
      const auto kept = site.client();
      if (!kept->handshake()) ++failed;
      while (!over) {
        const auto fresh = site.client();
        (fresh->handshake() && is_answered(*fresh) && is_answered(*kept) ? served : failed)++;
      }
    });
  }
  for (int i = 2; i <= 3; ++i) {
    site.server.mark_log();
    REQUIRE(site.server.ctl("certificates renew").ok);
    CHECK(site.server.log_has("event=acme.issued", Millis{30'000}));
  }
  over = true;
  for (std::thread& one : load) one.join();
  CHECK(failed == 0);
  CHECK(served > 4);
  CHECK(site.server.stop() == 0);
}

TEST_CASE("kill -9 at each step: the order goes on where it was, and there is no second one") {
  PebbleShape shape;
  shape.checks = false;  // else the authority looks while nobody is there, and ends the order itself
  Certified site{"http-01", shape};
  for (const char* step : {"event=acme.begins", "step=account", "step=order", "step=challenge", "step=finalize"}) {
    site.server.mark_log();
    site.server.launch();
    if (!site.server.log_has(step, Millis{20'000})) break;  // it went further than that in an earlier life
    site.server.kill();
  }
  if (!site.server.running()) site.server.start();
  REQUIRE(site.is_issued());
  CHECK(count(site.server.log(), "step=order") <= 1);
  CHECK(count(site.server.log(), "event=acme.issued") <= 1);
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a challenge that the authority refuses: its words are shown, and when it is tried next") {
  PebbleShape shape;
  shape.tls_port = 1;  // nobody answers there
  Certified site{"tls-alpn-01", shape};
  site.server.start();
  CHECK(site.server.log_has("event=acme.failed", "reason=challenge", Millis{20'000}));
  CHECK(site.server.log_has("said=", ".example.org: "));
  CHECK(site.shown() == kStopgap);
  CHECK(site.told("reason") == "challenge");
  CHECK_FALSE(site.told("next").empty());
  CHECK(site.server.log_has("failures=2", Millis{20'000}));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("plain HTTP sends browsers to https meanwhile") {
  Certified site;
  site.authority->kill();
  site.server.start();
  LineClient plain{"127.0.0.1", site.server.port(kPlainPort)};
  plain.send("GET /page HTTP/1.1\r\nHost: rd.example.org\r\n\r\n");
  CHECK(plain.read_line() == "HTTP/1.1 308 Permanent Redirect\r");
  LineClient challenge{"127.0.0.1", site.server.port(kPlainPort)};
  challenge.send("GET /.well-known/acme-challenge/none HTTP/1.1\r\nHost: rd.example.org\r\n\r\n");
  CHECK(challenge.read_line() == "HTTP/1.1 404 Not Found\r");
  CHECK(site.server.stop() == 0);
}

TEST_CASE("what cannot be is a fault of --check, with its line") {
  Server server;
  const std::string http = "[http]\nlisten = [{ address = \":P+1\", tls = { acme = true } }]\n";
  const auto checked = [&] { return run_junctord(server.arguments({"--check"})); };
  server.conf("35-http", http);
  CHECK(checked().err.find("acme = true, and no plugin gets certificates") != std::string::npos);
  for (const char* names : {"", "names = [\"*.example.org\"]", "names = [\"127.0.0.1\"]", "names = [\"localhost\"]"}) {
    server.conf("37-acme", std::string{"[acme]\n"} + names + "\n");
    const Finished done = checked();
    CHECK(done.code == 1);
    CHECK(done.err.find("37-acme.toml:") != std::string::npos);
    CHECK(done.err.find("names") != std::string::npos);
  }
  server.conf("37-acme", "[acme]\nnames = [\"a.example.org\"]\ndirectory = \"http://ca\"\n");
  CHECK(checked().err.find("expected an https address") != std::string::npos);
  server.conf("37-acme", "[acme]\nnames = [\"a.example.org\"]\neab_key_id = \"k\"\n");
  CHECK(checked().err.find("eab_key") != std::string::npos);
  server.conf("37-acme", "[acme]\nnames = [\"a.example.org\"]\n");
  CHECK(checked().err.find("acme") == std::string::npos);
}

}  // namespace junctor::web
