// SPDX-License-Identifier: Apache-2.0
// Whoever is here when the rules change: by a block, a list, a removal or an account what he has ends within a second,
// over UDP, TCP, WebSocket, the relay and HTTP; and everybody else stays.
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "site.hpp"
#include "ws_client.hpp"

namespace junctor::site {
namespace {

using SteadyClock = std::chrono::steady_clock;
using testing::patient;

constexpr const char* kMore = "[ws_bridge]\n[http]\n[metrics]\n";
constexpr const char* kBad = "127.0.9.1";
constexpr const char* kGood = "127.0.3.1";
constexpr Millis kSoon{1000};

bool is_online(Site& site, const std::string& id) {
  wire::TcpClient client = site.dial("127.0.0.2", -1);
  hbb::OnlineRequest request;
  request.add_peers(id);
  client.send(request);
  const auto answer = client.receive(patient(wire::kPatience));
  REQUIRE(answer);
  return answer->online_response().states() == "\x80";
}

wire::TcpClient relay_side(Site& site, const std::string& from, const std::string& uuid, const std::string& id) {
  wire::TcpClient client = site.dial(from, 1);
  hbb::RequestRelay request;
  request.set_uuid(uuid);
  request.set_licence_key(site.key());
  request.set_id(id);
  client.send(request);
  return client;
}

/// What one host has on a site: a device over each way, sessions with the first of them, a connection that says
/// nothing, and one that calls the API.
struct Guest {
  Guest(Site& the_site, const std::string& from, const std::string& name)
      : site{the_site},
        ids{name + "-udp", name + "-tcp", name + "-ws1"},
        udp{site, from, ids[0]},
        tcp{site.dial(from)},
        ws{site, {.from = from}},
        quiet{site.dial(from)},
        a{relay_side(site, from, name + "-uuid", ids[0])},
        b{relay_side(site, from, name + "-uuid", "")},
        parked{relay_side(site, from, name + "-parked", ids[0])},
        api{site.dial(from, -2)} {
    CHECK(wire::register_peer(tcp, wire::Peer::make(ids[1]), patient(wire::kPatience)).result() ==
          hbb::RegisterPkResponse::OK);
    ws.send_message(wire::Peer::make(ids[2]).register_pk());
    CHECK(ws.receive_message(patient(wire::kPatience))->register_pk_response().result() == hbb::RegisterPkResponse::OK);
    a.send_raw("hello");
    CHECK(b.receive_exactly(5, patient(wire::kPatience)) == "hello");
    CHECK(call_api().compare(0, 12, "HTTP/1.1 404") == 0);
    for (const std::string& id : ids) CHECK(is_online(site, id));
  }

  std::string call_api() {
    api.send_raw("GET /api/nothing-here HTTP/1.1\r\nHost: h\r\n\r\n");
    return api.receive_raw(4096, patient(wire::kPatience));
  }
  bool has_all() {
    a.send_raw("again");
    return b.receive_exactly(5, patient(wire::kPatience)) == "again" && is_online(site, ids[0]) &&
           is_online(site, ids[1]) && is_online(site, ids[2]) && call_api().compare(0, 12, "HTTP/1.1 404") == 0;
  }

  Site& site;
  std::vector<std::string> ids;
  Device udp;
  wire::TcpClient tcp;
  WsClient ws;
  wire::TcpClient quiet, a, b, parked, api;
};

/// One way to put somebody out, and what of a guest it ends.
struct Way {
  const char* name;
  std::function<void(Site& site)> act;
  bool address;  // everything from there; else the device bad-udp and its sessions
};

void told(Site& site, const std::string& word, const std::vector<std::string>& args) {
  const testing::Answer answer = site.server().ctl(word, args);
  REQUIRE_MESSAGE(answer.ok, answer.error);
}
std::function<void(Site&)> by_list(const std::string& line) {
  return [line](Site& site) {
    site.server().conf("90-test", "[auth_key]\n" + line + "\n" + kMore);
    site.server().reload();
  };
}

const Way kWays[] = {
    {"block ADDRESS", [](Site& site) { told(site, "block", {kBad}); }, true},
    {"deny_networks", by_list("deny_networks = [\"127.0.9.0/24\"]"), true},
    {"allow_networks", by_list("allow_networks = [\"127.0.0.0/21\"]"), true},
    {"block ID", [](Site& site) { told(site, "block", {"bad-udp"}); }, false},
    {"peers block ID",
     [](Site& site) {
       told(site, "peers", {"block", "bad-udp"});
     },
     false},
    {"peers remove ID",
     [](Site& site) {
       told(site, "peers", {"remove", "bad-udp"});
     },
     false},
    {"deny_ids", by_list("deny_ids = [\"bad-udp\"]"), false},
};

TEST_CASE("a block, a list or a removal takes along what is there already, within a second, and nothing else") {
  for (const Way& way : kWays) {
    CAPTURE(way.name);
    Site site{kMore};
    site.start();
    Guest bad{site, kBad, "bad"};
    Guest good{site, kGood, "good"};
    way.act(site);
    const auto begin = SteadyClock::now();
    const Millis soon = patient(kSoon);
    CHECK(bad.a.wait_end(soon));
    CHECK(bad.b.wait_end(soon));
    CHECK(bad.parked.wait_end(soon));
    if (way.address) {
      CHECK(bad.tcp.wait_end(soon));
      CHECK(bad.quiet.wait_end(soon));
      CHECK(bad.api.wait_end(soon));
      CHECK(bad.ws.wait_close(soon).has_value());
    }
    CHECK(testing::eventually([&] { return !is_online(site, "bad-udp"); }, kSoon));
    const auto took = SteadyClock::now() - begin;
    MESSAGE(way.name, ": gone within ", std::chrono::duration_cast<Millis>(took).count(), " ms");
    CHECK(took < soon);
    for (size_t i = 1; i < bad.ids.size(); ++i) CHECK(is_online(site, bad.ids[i]) == !way.address);
    // A heartbeat does not bring it back.
    CHECK(bad.udp.beat(site) != false);
    CHECK_FALSE(is_online(site, "bad-udp"));
    CHECK(good.has_all());
  }
}

TEST_CASE(
    "networks that may not register lose their devices and nothing more; those that may not start, their sessions") {
  Site site{kMore};
  site.start();
  Guest bad{site, kBad, "bad"};
  by_list("register_deny_networks = [\"127.0.9.1\"]")(site);
  CHECK(bad.tcp.wait_end(patient(kSoon)));
  CHECK(testing::eventually([&] { return !is_online(site, "bad-udp"); }, kSoon));
  bad.a.send_raw("still");
  CHECK(bad.b.receive_exactly(5) == "still");
  by_list("start_deny_networks = [\"127.0.9.1\"]")(site);
  CHECK(bad.b.wait_end(patient(kSoon)));
}

TEST_CASE("a device that cannot be reached any more stays online and loses its sessions") {
  Site site{kMore};
  site.start();
  Guest bad{site, kBad, "bad"};
  by_list("reach_deny_ids = [\"bad-*\"]")(site);
  CHECK(bad.b.wait_end(patient(kSoon)));
  CHECK(is_online(site, "bad-udp"));
  CHECK(bad.udp.beat(site) == false);
}

TEST_CASE("who was put out and is let in again comes back with a heartbeat") {
  Site site{kMore};
  site.start();
  Device device{site, kBad, "bad-udp"};
  told(site, "block", {"bad-udp"});
  CHECK(testing::eventually([&] { return !is_online(site, "bad-udp"); }, kSoon));
  told(site, "unblock", {"bad-udp"});
  CHECK(device.beat(site) == false);
  CHECK(is_online(site, "bad-udp"));
}

}  // namespace
}  // namespace junctor::site
