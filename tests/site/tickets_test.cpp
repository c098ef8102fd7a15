// SPDX-License-Identifier: Apache-2.0
// A relay on another host than its signalling, which takes only what signalling has seen: two daemons, each with its
// own directory, keys and ports. One thread.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>

#include "site.hpp"

namespace junctor::site {
namespace {

using testing::eventually;
using testing::patient;
using testing::Server;

constexpr const char* kRelayHost =
    "[relay]\ntickets = \"require\"\n[relay_tickets]\nlisten = \":P+2\"\ngreeting_timeout = \"30s\"\n";
constexpr const char* kSignallingHost =
    "[relay]\nenabled = false\n[holepunch]\nhealth_interval = \"200ms\"\n"
    "[relay_tickets]\nretry_max = \"200ms\"\ndown_after = \"500ms\"\n";

std::string key_of(Server& server) {
  return server.ctl("tickets", {"key"}).object()->getValue<std::string>("public_key");
}

struct TwoHosts {
  /// As an operator sets them up: the relay first, then signalling with its key, then the relay with signalling's.
  explicit TwoHosts(const std::string& more_of_relay = "") : site{kSignallingHost} {
    relay.conf("10-relay", kRelayHost);
    relay.conf("50-more", more_of_relay);
    relay.start();
    name_relay();
    site.start();
    list_issuer();
  }

  void name_relay() {
    const auto at = [&](int offset) { return "\"127.0.0.1:" + std::to_string(relay.port(offset)) + "\"\n"; };
    site.server().conf("95-relay", "[[holepunch.relay]]\nname = \"north\"\naddress = " + at(1) +
                                       "[[relay_tickets.relay]]\nname = \"north\"\naddress = " + at(2) + "key = \"" +
                                       key_of(relay) + "\"\n");
  }
  void list_issuer() {
    relay.conf("90-issuers", "[relay_tickets]\nissuers = [\"" + key_of(site.server()) + "\"]\n");
    relay.reload();
  }
  void unlist_issuer() {
    relay.remove_conf("90-issuers");
    relay.reload();
  }
  bool told() { return site.metric("relay_tickets", "relays_up") == 1; }
  std::string state_of_relay() {
    return site.server().ctl("relays").row("name", "north")->getValue<std::string>("state");
  }
  bool in_use() {
    return eventually([&] { return told() && state_of_relay() == "up"; });
  }

  wire::TcpClient side(const std::string& from, const std::string& uuid, const std::string& id = "") const {
    wire::TcpClient::Options options;
    options.local = ip(from);
    options.timeout = patient(wire::kPatience);
    wire::TcpClient client = wire::TcpClient::connect(ip("127.0.0.1").with_port(relay.port(1)), options);
    hbb::RequestRelay request;
    request.set_uuid(uuid);
    request.set_id(id);
    client.send(request);
    return client;
  }
  /// A's request and B's word of it, as far as signalling goes.
  bool asked(Device& b, const std::string& uuid) {
    wire::TcpClient a = site.dial("127.0.0.2");
    hbb::RequestRelay request;
    request.set_id(b.id());
    request.set_uuid(uuid);
    a.send(request);
    return b.pushed(wire::kPatience).request_relay().uuid() == uuid;
  }
  bool joins(Device& b, const std::string& uuid) {
    if (!asked(b, uuid)) return false;
    wire::TcpClient first = side("127.0.0.3", uuid), second = side("127.0.0.2", uuid, b.id());
    return joined(second, first);
  }
  static bool joined(wire::TcpClient& a, wire::TcpClient& b) {
    b.send_raw("hello");
    return a.receive_exactly(5, patient(wire::kPatience)) == "hello";
  }

  Server relay;
  Site site;
};

TEST_CASE("a relay on another host joins what signalling has announced, and nothing else") {
  TwoHosts hosts;
  REQUIRE(hosts.in_use());
  Device device{hosts.site, "127.0.0.3"};
  for (const char* uuid : {"one", "two", "three"}) CHECK(hosts.joins(device, uuid));
  wire::TcpClient a = hosts.side("127.0.0.2", "made-up", "123456789"), b = hosts.side("127.0.0.3", "made-up");
  CHECK(a.wait_end(patient(wire::kPatience)));
  CHECK(b.wait_end(patient(wire::kPatience)));
  CHECK(hosts.relay.log_has("relay.refused", "reason=no_ticket"));
  CHECK(hosts.asked(device, "for-that-id"));
  wire::TcpClient c = hosts.side("127.0.0.2", "for-that-id", "987654321"), d = hosts.side("127.0.0.3", "for-that-id");
  CHECK(c.wait_end(patient(wire::kPatience)));
  CHECK(hosts.relay.log_has("relay.refused", "reason=other_ticket"));
  CHECK(hosts.relay.log().find("for-that-id") == std::string::npos);
  struct stat info {};
  REQUIRE(stat((hosts.relay.data_dir() + "/relay_tickets.key").c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0600);
}

TEST_CASE("health checks pass at a relay that requires tickets, without a word in its log") {
  TwoHosts hosts;
  REQUIRE(hosts.in_use());
  hosts.relay.mark_log();
  const int64_t before = hosts.site.metric("relay_tickets", "delivered");
  CHECK(eventually([&] { return hosts.site.metric("relay_tickets", "delivered") > before + 4; }));
  CHECK(hosts.state_of_relay() == "up");
  CHECK_FALSE(hosts.relay.log_has("relay.refused", Millis{0}));
}

TEST_CASE("a pair that is faster than its ticket waits for it, over a cut of the link") {
  TwoHosts hosts{"[relay]\nticket_wait = \"60s\"\n"};
  REQUIRE(hosts.in_use());
  Device device{hosts.site, "127.0.0.3"};
  hosts.unlist_issuer();
  CHECK(hosts.site.server().log_has("tickets.down", "reason=not_listed"));
  CHECK(hosts.relay.log_has("tickets.unlinked", "reason=unknown_issuer"));
  // Its relay is known dead to signalling only after a while: this one is allowed, and announced in vain so far.
  const std::string uuid = "announced";
  wire::TcpClient b = hosts.side("127.0.0.3", uuid), a = hosts.side("127.0.0.2", uuid, device.id());
  b.send_raw("hello");
  hosts.site.server().conf("96-relaxed", "[relay_tickets]\ndown_after = \"1h\"\n");
  hosts.site.server().reload();
  CHECK(eventually([&] { return hosts.state_of_relay() != "no_tickets"; }));
  CHECK(hosts.asked(device, uuid));
  hosts.list_issuer();
  CHECK(a.receive_exactly(5, patient(wire::kPatience)) == "hello");
}

TEST_CASE("a relay whose tickets do not get through gets no sessions, and after its restart it does again") {
  TwoHosts hosts;
  REQUIRE(hosts.in_use());
  Device device{hosts.site, "127.0.0.3"};
  CHECK(hosts.joins(device, "before"));
  hosts.relay.kill();
  CHECK(eventually([&] { return !hosts.told() && hosts.state_of_relay() != "up"; }));
  CHECK(hosts.site.server().log_has("holepunch.no_relay"));
  wire::TcpClient a = hosts.site.dial("127.0.0.2");
  hbb::RequestRelay request;
  request.set_id(device.id());
  request.set_uuid("meanwhile");
  a.send(request);
  const auto refusal = a.receive(patient(wire::kPatience));
  REQUIRE(refusal);
  CHECK_FALSE(refusal->relay_response().refuse_reason().empty());
  hosts.relay.start();
  REQUIRE(hosts.in_use());
  CHECK(hosts.joins(device, "after"));
}

TEST_CASE("a relay with a new key is told nothing until its signalling is told the key") {
  TwoHosts hosts;
  REQUIRE(hosts.in_use());
  CHECK(hosts.relay.stop() == 0);
  std::filesystem::remove(hosts.relay.data_dir() + "/relay_tickets.key");
  hosts.relay.start();
  CHECK(hosts.site.server().log_has("tickets.down", "reason=wrong_relay_key"));
  CHECK(eventually([&] { return hosts.state_of_relay() != "up"; }));
  hosts.name_relay();
  hosts.site.server().reload();
  REQUIRE(hosts.in_use());
  Device device{hosts.site, "127.0.0.3"};
  CHECK(hosts.joins(device, "with-the-new-key"));
}

}  // namespace
}  // namespace junctor::site
