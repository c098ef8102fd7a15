// SPDX-License-Identifier: Apache-2.0
// Floods and forgeries: memory stays bounded, honest devices are served meanwhile, and nothing leaves for an address
// that did not ask. Figures are printed.
#include <doctest/doctest.h>

#include <vector>

#include "crowd.hpp"
#include "site.hpp"
#include "timings.hpp"

namespace junctor::site {
namespace {

constexpr int64_t kMoreMemoryKib = testing::kBuildScale > 1 ? 1'500'000 : 64'000;
constexpr uint32_t kStrangers = 50'000;
constexpr double kPerSecond = 20'000;

/// What a stock client does as it starts, and then somebody connects to it. Every step may be repeated once, as clients
/// do when a datagram is lost.
bool start_and_connect(Site& site, const std::string& from) {
  wire::TcpClient nat = site.dial(from);
  nat.send(hbb::TestNatRequest{});
  if (!nat.receive(testing::patient(wire::kPatience))) return false;
  Device device{site, from};
  return device.beat(site) == false && connects(site, device);
}

Timings serve_honest(Site& site, int count, int first) {
  Timings timings;
  for (int i = 0; i < count; ++i) {
    CHECK(
        timings.time([&] { return start_and_connect(site, loopback(9, static_cast<uint32_t>(first + i)).ip_text()); }));
  }
  return timings;
}

Crowd::Datagram forged_registration(uint64_t i) {
  const auto n = static_cast<uint32_t>(i % kStrangers);
  const std::string id = "flood-" + std::to_string(n);
  if (i % 2 == 0) {
    hbb::RegisterPeer beat;
    beat.set_id(id);
    return {loopback(100, n), wire::wrap_message(beat)};
  }
  hbb::RegisterPk pk;
  pk.set_id(id);
  pk.set_uuid("uuid-of-nobody-at-all");
  pk.set_pk(std::string(32, 'k'));
  return {loopback(100, n), wire::wrap_message(pk)};
}

TEST_CASE("50,000 ids from 50,000 addresses leave memory bounded, and honest devices are served meanwhile") {
  Site site;
  site.start();
  const int honest = testing::scaled(100);
  Timings idle = serve_honest(site, honest, 1);
  const int64_t before = site.memory_kib();
  Crowd crowd{site.at(), kPerSecond / testing::test_scale(), forged_registration};
  Timings flooded = serve_honest(site, honest, 10'000);
  REQUIRE(testing::eventually([&] { return crowd.sent() >= 2 * kStrangers / testing::test_scale(); }, Millis{20'000}));
  crowd.stop();
  const int64_t more = site.memory_kib() - before;
  MESSAGE("from start to connected, idle: ", idle.text());
  MESSAGE("the same in a flood of ", crowd.sent(), " datagrams: ", flooded.text());
  MESSAGE("memory: ", more, " KiB more; refused as unproven: ", site.metric("rendezvous", "refused", "reason=unproven"),
          ", answered ", crowd.answered());
  CHECK(more < kMoreMemoryKib);
  CHECK(site.metric("rendezvous", "refused", "reason=unproven") > 0);
  CHECK(crowd.answer_bytes() < crowd.sent_bytes());
}

TEST_CASE("a flood of requests for one device from one address is stopped before it reaches the device") {
  Site site{"[holepunch]\nlimit_requests_per_address = 20\n"};
  site.start();
  Device b{site, "127.0.0.3"};
  int refused = 0;
  for (int i = 0; i < 60; ++i) {
    wire::TcpClient a = site.dial("127.0.0.9");
    a.send(punch_request(site, b.id()));
    const auto answer = a.receive(Millis{20});
    if (answer && !answer->punch_hole_response().other_failure().empty()) ++refused;
  }
  CHECK(refused >= 35);
  int pushes = 0;
  while (b.pushed(Millis{100}).has_punch_hole()) ++pushes;
  CHECK(pushes <= 25);
  CHECK(connects(site, b));
}

TEST_CASE("connections over a listener's limits are closed, and others are served") {
  Site site{"[rendezvous]\nlisten = { address = \":P\", max_per_source = 50 }\n"};
  site.start();
  std::vector<wire::TcpClient> flood;
  for (int i = 0; i < 300; ++i) flood.push_back(site.dial("127.0.0.9"));
  int closed = 0;
  for (wire::TcpClient& one : flood) closed += one.wait_end(Millis{5}) ? 1 : 0;
  CHECK(closed >= 250);
  CHECK(start_and_connect(site, "127.0.0.4"));
}

TEST_CASE("nothing leaves for an address that did not ask, whoever names it") {
  Site site;
  site.start();
  wire::UdpClient victim = Site::datagrams("127.0.0.66");
  const std::string named = wire::address_field(victim.local_address());
  Device b{site, "127.0.0.3"};
  wire::UdpClient forger = Site::datagrams("127.0.0.9");
  const hbb::PunchHoleSent sent = hole_sent(b.id(), named);
  hbb::LocalAddr local;
  local.set_id(b.id());
  local.set_socket_addr(named);
  local.set_local_addr(named);
  hbb::RelayResponse relay;
  relay.set_id(b.id());
  relay.set_socket_addr(named);
  relay.set_uuid("uuid");
  hbb::RequestRelay request;
  request.set_id(b.id());
  request.set_socket_addr(named);
  hbb::PunchHoleRequest punch = punch_request(site, b.id());
  punch.set_socket_addr_v6(named);
  wire::TcpClient asking = site.dial("127.0.0.10");
  for (int i = 0; i < 50; ++i) {
    forger.send(site.at(), sent);
    forger.send(site.at(), local);
    forger.send(site.at(), relay);
    forger.send(site.at(), request);
    asking.send(punch);
  }
  const auto refused = [&](const char* reason) {
    return site.metric("holepunch", "refused", std::string{"reason="} + reason);
  };
  // Every one is counted: 60 as an answer to nothing, then its source is heard no more.
  CHECK(testing::eventually([&] { return refused("not_pending") + refused("too_many_answers") == 150; }));
  CHECK(refused("not_pending") >= 60);
  CHECK(refused("too_many_answers") > 0);
  CHECK(refused("transport") == 50);

  int source = 10;
  for (const std::string& message : {wire::wrap_message(sent), wire::wrap_message(local), wire::wrap_message(relay)}) {
    const int64_t before = refused("not_pending");
    wire::TcpClient by_tcp = site.dial("127.0.0." + std::to_string(++source));
    try {
      for (int i = 0; i < 100; ++i) by_tcp.send_frame(message);
    } catch (const wire::ClientError&) {  // cut off meanwhile
    }
    CHECK(by_tcp.wait_end(testing::patient(wire::kPatience)));
    CHECK(refused("not_pending") - before >= 60);
    CHECK(refused("not_pending") - before < 100);
  }
  CHECK_FALSE(victim.receive_bytes(testing::patient(Millis{300})));
}

TEST_CASE("forged answers to a pending request do not reach who asked, the honest one does") {
  Site site;
  site.start();
  Device b{site, "127.0.0.3"};
  for (int i = 0; i < testing::scaled(20); ++i) {
    wire::TcpClient a = site.dial("127.0.0.2");
    a.send(punch_request(site, b.id()));
    const auto push = b.pushed();
    REQUIRE(push.has_punch_hole());
    const hbb::PunchHoleSent sent = hole_sent(b.id(), push.punch_hole().socket_addr());
    wire::UdpClient forger = Site::datagrams("127.0.0.66");
    for (int n = 0; n < 20; ++n) forger.send(site.at(), sent);
    wire::TcpClient honest = site.dial("127.0.0.3");
    honest.send(sent);
    const auto told = a.receive(testing::patient(wire::kPatience));
    REQUIRE(told);
    CHECK(decoded(told->punch_hole_response().socket_addr()).ip_text() == "127.0.0.3");
  }
}

}  // namespace
}  // namespace junctor::site
