// SPDX-License-Identifier: Apache-2.0
// How soon a push reaches B, idle and under 20,000 heartbeats a second. Printed for the record: a busy machine says
// little about time, so only that every push arrives is checked.
#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "crowd.hpp"
#include "site.hpp"
#include "timings.hpp"

namespace junctor::site {
namespace {

constexpr uint32_t kPeers = 2000;

std::string id_of(uint32_t n) { return std::to_string(200'000'000 + n); }

void register_crowd(Site& site) {
  for (uint32_t n = 0; n < kPeers; ++n) {
    wire::UdpClient socket = Site::datagrams(loopback(50, n).ip_text());
    REQUIRE(register_once(socket, site.at(), wire::Peer::make(id_of(n)).register_pk()) == hbb::RegisterPkResponse::OK);
  }
}

/// From A's request by TCP to the push in B's hands by UDP; one every two milliseconds, so that each is alone.
Timings pushes(Site& site, int count) {
  Device b{site, "127.0.0.3"};
  wire::TcpClient a = site.dial("127.0.0.2");
  const auto request = punch_request(site, b.id());
  Timings timings;
  for (int i = 0; i < count; ++i) {
    std::this_thread::sleep_for(Millis{2});
    CHECK(timings.time([&] {
      a.send(request);
      for (;;) {
        const auto message = b.pushed(Millis{2000});
        if (message.union_case() == 0 || message.has_punch_hole()) return message.has_punch_hole();
      }
    }));
  }
  return timings;
}

TEST_CASE("pushes arrive, idle and under 20,000 heartbeats a second") {
  Site site{
      "[holepunch]\nlimit_requests_per_address = 0\nlimit_requests_per_id = 0\nlimit_requests = 0\n"
      "limit_pushes_per_address = 0\n"};
  site.start();
  register_crowd(site);
  const int count = testing::scaled(2000);
  Timings idle = pushes(site, count);
  Crowd crowd{site.at(), 20'000 / testing::test_scale(), [](uint64_t i) {
                const auto n = static_cast<uint32_t>(i % kPeers);
                hbb::RegisterPeer beat;
                beat.set_id(id_of(n));
                return Crowd::Datagram{loopback(50, n), wire::wrap_message(beat)};
              }};
  REQUIRE(testing::eventually([&] { return crowd.answered() > 1000; }));
  Timings busy = pushes(site, count);
  crowd.stop();
  MESSAGE("push, idle: ", idle.text());
  MESSAGE("push, beside ", crowd.sent(), " heartbeats: ", busy.text(), "; answered ", crowd.answered());
  CHECK(crowd.answered() > crowd.sent() * 9 / 10);
}

}  // namespace
}  // namespace junctor::site
