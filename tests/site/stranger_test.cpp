// SPDX-License-Identifier: Apache-2.0
// What a stranger can do to a device by datagrams in its name, and to everybody by what he pipelines: devices are
// reached and served, before, meanwhile and afterwards.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "site.hpp"
#include "wire/frame.hpp"
#include "wire/kinds.hpp"

namespace junctor::site {
namespace {

constexpr const char* kB = "127.0.0.3";
constexpr const char* kStranger = "127.0.0.9";

TEST_CASE("heartbeats in a device's name, from ports of its own address, do not silence it") {
  Site site;
  site.start();
  Device b{site, kB};
  std::vector<wire::UdpClient> forged;
  for (int i = 0; i < 8; ++i) {
    forged.push_back(Site::datagrams(kB));
    for (wire::UdpClient& one : forged) beat(one, site.at(), b.peer());
    REQUIRE(connects(site, b));
  }
  CHECK(b.beat(site) == false);
  CHECK(connects(site, b));
}

TEST_CASE("a device whose port has changed is reached at once, and asked for its key where somebody else writes too") {
  Site site;
  site.start();
  Device b{site, kB};
  wire::UdpClient moved = Site::datagrams(kB);
  CHECK(beat(moved, site.at(), b.peer()) == false);
  wire::TcpClient a = site.dial(kStranger);
  a.send(punch_request(site, b.id()));
  const auto pushed = moved.receive(testing::patient(wire::kPatience));
  REQUIRE(pushed);
  CHECK(pushed->message.has_punch_hole());
  CHECK(b.pushed().has_punch_hole());

  wire::UdpClient third = Site::datagrams(kB);
  CHECK(beat(third, site.at(), b.peer()) == true);
  CHECK(register_once(third, site.at(), b.peer().register_pk()) == hbb::RegisterPkResponse::OK);
  CHECK(beat(third, site.at(), b.peer()) == false);
}

/// Connections of one address that send small requests as fast as they are taken, and come again when they are closed.
class Pipelines {
 public:
  Pipelines(const Site& site, int count) {
    for (int i = 0; i < 2000; ++i) wire::append_frame(wire::wrap_message(hbb::TestNatRequest{}), requests_);
    for (int i = 0; i < count; ++i) threads_.emplace_back([this, &site] { run(site); });
  }
  ~Pipelines() {
    over_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void run(const Site& site) {
    while (!over_) {
      try {
        wire::TcpClient client = site.dial(kStranger);
        while (!over_) client.send_raw(requests_);
      } catch (const wire::ClientError&) {  // not read any more, or closed
      }
    }
  }

  std::string requests_;
  std::atomic<bool> over_{false};
  std::vector<std::thread> threads_;
};

TEST_CASE("what twenty connections of one address pipeline keeps nobody else waiting") {
  Site site;
  site.start();
  Device b{site, kB};
  std::vector<double> waits;  // ms
  {
    const Pipelines pipelines{site, 20};
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{3};
    while (std::chrono::steady_clock::now() < end) {
      const auto begin = std::chrono::steady_clock::now();
      REQUIRE(b.beat(site) == false);
      waits.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
    CHECK(connects(site, b));
  }
  std::sort(waits.begin(), waits.end());
  const double p99 = waits[waits.size() * 99 / 100];
  MESSAGE("heartbeats meanwhile: ", waits.size(), ", half within ", waits[waits.size() / 2], " ms, 99 % within ", p99,
          " ms");
  CHECK(p99 < static_cast<double>(testing::patient(Millis{200}).count()));
  CHECK(site.metric("rendezvous", "held_back") > 0);
}

/// One call of the API, on a connection of its own.
bool calls(const Site& site) {
  wire::TcpClient client = site.dial(kB, -2);
  client.send_raw("GET /api/nothing-here HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  return client.receive_exactly(12, testing::patient(wire::kPatience)) == "HTTP/1.1 404";
}

/// A WebSocket, up to the server's yes.
bool upgrades(const Site& site, int offset) {
  wire::TcpClient client = site.dial(kB, offset);
  client.send_raw(
      "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  return client.receive_exactly(12, testing::patient(wire::kPatience)) == "HTTP/1.1 101";
}

TEST_CASE("a thousand silent connections of one address to each port keep nobody out, and cost little memory") {
  Site site{"[ws_bridge]\n[http]\n[metrics]\n"};
  site.start();
  Device b{site, kB};
  const int64_t before = site.memory_kib();
  std::vector<wire::TcpClient> silent;
  for (const int offset : {-2, -1, 0, 1, 2, 3}) {
    for (int i = 0; i < testing::scaled(1000); ++i) silent.push_back(site.dial(kStranger, offset));
  }
  int through = 0;
  std::vector<double> waits;  // ms
  for (int i = 0; i < 50; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const bool served = connects(site, b) && relays(site, "honest-" + std::to_string(i)) && calls(site) &&
                        upgrades(site, 2) && upgrades(site, 3);
    through += served ? 1 : 0;
    waits.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  std::sort(waits.begin(), waits.end());
  MESSAGE("honest clients that were served: ", through, " of 50, half within ", waits[25], " ms, all within ",
          waits.back(), " ms; ", site.memory_kib() - before, " KiB for ", silent.size(), " silent connections");
  CHECK(through >= 49);
}

}  // namespace
}  // namespace junctor::site
