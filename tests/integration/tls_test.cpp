// SPDX-License-Identifier: Apache-2.0
// TLS on a listener of the real server: what clients get, what bad ones cost, and certificates that come and go.
#include "support/tls_client.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <memory>
#include <vector>

#include "site.hpp"
#include "support/certificate.hpp"

using namespace junctor::testing;

namespace {

using Tls = junctor::testing::TlsClient;

const std::string kTlsListener = "tls = { certificate = \"c.pem\", key = \"k.pem\" }";

/// The probe with plain lines on P and lines inside TLS on P+1; the pair lies in the data directory.
struct Site {
  explicit Site(const std::string& more = "", const CertificateShape& shape = {}) {
    write(make_certificate("first.example", shape));
    listen(more);
  }
  void listen(const std::string& more, const std::string& tls = kTlsListener) {
    add_probe(server, "listen = [\":P\", { address = \":P+1\", " + tls + more + " }]\n");
  }
  void write(const Certificate& pair) const {
    server.files().write("data/c.pem", pair.certificate);
    server.files().write("data/k.pem", pair.key);
  }
  std::unique_ptr<Tls> client(Tls::Version version = Tls::Version::k13) const {
    return std::make_unique<Tls>(connect(server, 1), version);
  }
  std::string served_name() const {
    const auto fresh = client();
    return fresh->handshake() ? fresh->server_name() : "";
  }
  /// The row of the TLS listener.
  Poco::JSON::Object::Ptr row() {
    const auto rows = server.ctl("status").object()->getArray("listening");
    for (unsigned i = 0; i < rows->size(); ++i) {
      const auto found = rows->getObject(i);
      if (contains(found->getValue<std::string>("address"), "0.0.0.0:" + std::to_string(server.port(1)))) return found;
    }
    return nullptr;
  }
  bool refused(const std::string& reason_and_count) {
    return eventually([&] {
      const auto reasons = row()->getArray("reasons");
      for (unsigned i = 0; i < reasons->size(); ++i) {
        if (reasons->getElement<std::string>(i) == reason_and_count) return true;
      }
      return false;
    });
  }

  Server server{fixtures()};
};

std::string checked(Server& server) {
  const Finished done = run_junctord(server.arguments({"--check"}));
  CHECK(done.code == 1);
  return done.err;
}

}  // namespace

TEST_CASE("a listener with a certificate speaks TLS 1.2 and 1.3, and its plugin sees plain bytes") {
  Site site;
  site.server.start();
  for (const auto version : {Tls::Version::k12, Tls::Version::k13}) {
    const auto client = site.client(version);
    REQUIRE(client->handshake());
    CHECK(client->server_name() == "first.example");
    CHECK(client->ask("echo hello") == "hello");
    CHECK(client->ask("flags") == "1");
    CHECK(client->ask("peer") == "127.0.0.1");
    for (int i = 0; i < 20; ++i) {
      const std::string loop = std::to_string(i % 2);
      CHECK(client->ask("migrate " + loop) == "on " + loop);
    }
    CHECK(client->send("big 20000000\necho end\n"));
    const auto bytes = client->read(20'000'000, Millis{60'000});
    REQUIRE(bytes);
    CHECK(bytes->find_first_not_of('x') == std::string::npos);
    CHECK(client->read_line() == "end");
    CHECK(client->send("close\n"));
    CHECK(client->wait_end() == Tls::End::kNotified);
  }
  CHECK(connect(site.server).ask("flags") == "0");
  CHECK(site.row()->getValue<std::string>("tls_expires").size() == 10);
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a client that half-closes inside TLS still gets its answer") {
  Site site;
  site.server.start();
  const auto client = site.client();
  REQUIRE(client->handshake());
  CHECK(client->send("echo last\n"));
  client->finish();
  CHECK(client->read_line() == "last");
  CHECK(client->wait_end() == Tls::End::kNotified);
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a plain client of a TLS listener is closed cleanly, and a TLS client of a plain one gets no further") {
  Site site;
  site.server.start();
  site.server.ctl("log", {"debug"});
  LineClient plain = connect(site.server, 1);
  plain.send("echo hello\n");
  CHECK(plain.wait_end() == LineClient::End::kClosed);
  CHECK(site.refused("tls_handshake=1"));
  CHECK(site.server.log_has("event=net.refused", "reason=tls_handshake"));
  CHECK(answers(site.server));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("handshakes that trickle or stand still are bounded in time and number, and the rest is served") {
  Site site{", handshake_timeout = \"500ms\", max_handshakes = 20"};
  site.server.start();
  std::vector<LineClient> flood;
  for (int i = 0; i < 60; ++i) {
    flood.push_back(connect(site.server, 1));
    flood.back().try_send("\x16\x03\x01");
  }
  CHECK(site.refused("max_handshakes=40"));
  CHECK(answers(site.server));
  for (LineClient& client : flood) CHECK(client.wait_end() != LineClient::End::kOpen);
  CHECK(site.refused("handshake_timeout=20"));
  CHECK(site.served_name() == "first.example");
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a reload serves the new certificate to new connections, and drops none") {
  Site site;
  site.server.start();
  const auto old = site.client();
  REQUIRE(old->handshake());
  CHECK(old->ask("label") == "none");
  for (const char* name : {"second.example", "third.example"}) {
    site.write(make_certificate(name));
    site.server.mark_log();
    site.server.signal(SIGHUP);
    REQUIRE(site.server.log_has("event=config.reloaded"));
    CHECK(eventually([&] { return site.served_name() == name; }));
    CHECK(old->ask("echo here") == "here");
  }
  CHECK(old->server_name() == "first.example");
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a bad pair refuses the reload with its reason, and the old one stays") {
  Site site;
  site.server.start();
  const auto old = site.client();
  REQUIRE(old->handshake());
  const Certificate other = make_certificate("other.example");
  site.server.files().write("data/k.pem", other.key);
  const Answer mismatch = site.server.ctl("reload");
  CHECK_FALSE(mismatch.ok);
  CHECK(contains(mismatch.error, "k.pem: the private key does not belong to the certificate in "));
  site.server.files().write("data/c.pem", "nonsense");
  CHECK(contains(site.server.ctl("reload").error, "c.pem: expected a PEM certificate: no PEM block was found"));
  std::filesystem::remove(site.server.data_dir() + "/c.pem");
  CHECK(contains(site.server.ctl("reload").error, "c.pem: cannot open: No such file or directory"));
  CHECK(site.served_name() == "first.example");
  CHECK(old->ask("echo here") == "here");
  site.write(other);
  site.server.reload();
  CHECK(site.served_name() == "other.example");
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a certificate that ends soon is warned of at start and at reload, and not before its time") {
  Site site{"", {.until = 13 * 86400}};
  site.server.start();
  CHECK(site.server.log_has("event=tls.expires", "days=12"));
  site.server.mark_log();
  site.server.reload();
  CHECK(site.server.log_has("event=tls.expires", "certificate=c.pem"));
  site.listen("", "tls = { certificate = \"c.pem\", key = \"k.pem\", expiry_warning = \"1d\" }");
  site.server.mark_log();
  site.server.reload();
  CHECK(site.server.log_has("event=config.reloaded"));
  CHECK_FALSE(site.server.log_has("event=tls.expires", Millis{0}));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a certificate without its issuer's is served, and stands as a warning until it is mended") {
  Site site;
  const Certificate root = make_certificate("test root");
  const Certificate middle = make_certificate("test middle", {.issuer = &root});
  const Certificate own = make_certificate("first.example", {.issuer = &middle});
  site.write(own);
  site.server.start();
  CHECK(site.server.log_has("event=tls.doubt", "CN = test middle"));
  CHECK(contains(site.server.ctl("status").text, R"("reason":"certificate_doubted")"));
  site.write({own.certificate + middle.certificate + root.certificate, own.key});
  site.server.reload();
  CHECK(site.server.log_has("event=server.warning_over reason=certificate_doubted"));
  CHECK_FALSE(contains(site.server.ctl("status").text, "certificate_doubted"));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("--check says what is wrong with certificate and key, and where they are named") {
  Site site;
  CHECK(run_junctord(site.server.arguments({"--check"})).code == 0);
  site.write(make_certificate("old.example", {.from = -86400 * 2, .until = -86400}));
  const std::string expired = checked(site.server);
  CHECK(contains(expired, "10-probe.toml:2:"));
  CHECK(contains(expired, "listen: tls: " + site.server.data_dir() + "/c.pem: the certificate expired on "));
  site.listen("", "tls = { certificate = \"/none/c.pem\", key = \"k.pem\" }");
  CHECK(contains(checked(site.server), "/none/c.pem: cannot open: No such file or directory"));
  site.listen("", "tls = { certificate = \"c.pem\" }");
  CHECK(contains(checked(site.server), "tls: key is missing"));
  add_probe(site.server, "udp = { address = \":P\", " + kTlsListener + " }\n");
  CHECK(contains(checked(site.server), "udp: tls is for connections"));
  CHECK_FALSE(std::filesystem::exists(site.server.control_path()));
}

TEST_CASE("TLS connections that come and go by the hundred leave nothing open") {
  Site site;
  site.server.start();
  const int rounds = scaled(300);
  for (int i = 0; i < rounds; ++i) {
    const auto client = site.client(i % 2 == 0 ? Tls::Version::k12 : Tls::Version::k13);
    if (i % 5 == 0) continue;
    REQUIRE(client->handshake());
    if (i % 5 == 1) client->send("abort\n");
    if (i % 5 == 2) client->send("big 100000\n");
    if (i % 5 == 3) client->finish();
  }
  CHECK(eventually([&] { return site.server.ctl("probe").object()->getValue<int>("open") == 0; }));
  CHECK(eventually([&] { return site.row()->getValue<int>("open") == 0; }));
  CHECK(site.server.stop() == 0);
}
