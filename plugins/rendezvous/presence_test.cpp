// SPDX-License-Identifier: Apache-2.0
// Tests of presence and locals.
#include "presence.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "rendezvous/test_values.hpp"

namespace junctor::rendezvous {
namespace {

using namespace std::chrono_literals;
using test::udp_from;

constexpr Presence::HashKey kKey{1, 2, 3};
constexpr Duration kTimeout = 30s;

TEST_CASE("a heartbeat of an id that nobody registered makes no entry") {
  Presence presence{kKey, 10};
  CHECK(presence.beat("123456789", udp_from("198.51.100.1:5000"), 1s) == Presence::Beat::kUnknown);
  CHECK(presence.size() == 0);
  CHECK_FALSE(presence.find("123456789"));
}

TEST_CASE("a peer is online while its last registration is younger than the timeout") {
  Presence presence{kKey, 10};
  REQUIRE(presence.put("123456789", udp_from("198.51.100.1:5000"), 100s));
  const auto seen = presence.find("123456789");
  REQUIRE(seen);
  CHECK(seen->online(100s, kTimeout));
  CHECK(seen->online(130s - 1ns, kTimeout));
  CHECK_FALSE(seen->online(130s, kTimeout));
}

TEST_CASE("a heartbeat from the same IP moves the port, the time and the local address") {
  Presence presence{kKey, 10};
  presence.put("123456789", udp_from("198.51.100.1:5000", "203.0.113.1:21116"), 1s);
  CHECK(presence.beat("123456789", udp_from("198.51.100.1:6000", "203.0.113.2:21116"), 9s) == Presence::Beat::kAlive);
  const auto seen = presence.find("123456789");
  REQUIRE(seen);
  CHECK(seen->seen == 9s);
  CHECK(seen->channel.transport == JCT_CHANNEL_UDP);
  CHECK(seen->channel.socket == test::kSocket);
  CHECK(wire::from_abi(seen->channel.peer).text() == "198.51.100.1:6000");
  CHECK(wire::from_abi(seen->channel.local).text() == "203.0.113.2:21116");
}

TEST_CASE("a heartbeat from another IP changes nothing, one from loopback is let through") {
  Presence presence{kKey, 10};
  presence.put("123456789", udp_from("198.51.100.1:5000"), 1s);
  CHECK(presence.beat("123456789", udp_from("198.51.100.2:5000"), 9s) == Presence::Beat::kMoved);
  CHECK(presence.find("123456789")->seen == 1s);
  CHECK(presence.beat("123456789", udp_from("[2001:db8::1]:5000"), 9s) == Presence::Beat::kMoved);
  CHECK(presence.beat("123456789", udp_from("127.0.0.1:5000"), 9s) == Presence::Beat::kAlive);
  CHECK(presence.beat("123456789", udp_from("[::1]:5000"), 9s) == Presence::Beat::kAlive);
}

TEST_CASE("a peer on a connection is online until that connection goes") {
  Presence presence{kKey, 10};
  presence.put("123456789", test::tcp_from("198.51.100.1:5000", 77), 1s);
  CHECK(presence.find("123456789")->online(9999s, kTimeout));
  presence.disconnected("123456789", 76, 2s);  // an older connection of it
  CHECK(presence.find("123456789")->online(9999s, kTimeout));
  presence.disconnected("123456789", 77, 3s);
  CHECK_FALSE(presence.find("123456789")->online(3s, kTimeout));
  CHECK(presence.find("123456789")->seen == 3s);
}

TEST_CASE("a peer that moves from a connection to UDP is reached by UDP") {
  Presence presence{kKey, 10};
  presence.put("123456789", test::tcp_from("198.51.100.1:5000", 77), 1s);
  presence.put("123456789", udp_from("198.51.100.1:5000"), 2s);
  presence.disconnected("123456789", 77, 3s);
  CHECK(presence.find("123456789")->channel.transport == JCT_CHANNEL_UDP);
  CHECK(presence.find("123456789")->online(4s, kTimeout));
}

TEST_CASE("the bound on peers refuses one too many and evicts nobody") {
  Presence presence{kKey, 2};
  CHECK(presence.put("aaaaaa", udp_from("198.51.100.1:1"), 1s));
  CHECK(presence.put("bbbbbb", udp_from("198.51.100.1:2"), 1s));
  CHECK_FALSE(presence.put("cccccc", udp_from("198.51.100.1:3"), 1s));
  CHECK(presence.put("aaaaaa", udp_from("198.51.100.9:4"), 1s));
  CHECK(presence.size() == 2);
  presence.set_max_peers(3);
  CHECK(presence.put("cccccc", udp_from("198.51.100.1:3"), 1s));
}

TEST_CASE("thousands of peers are each found again, also while half of them are erased") {
  constexpr int kPeers = 20'000;
  Presence presence{kKey, kPeers};
  const auto id_of = [](int i) {
    return i % 7 == 0 ? "a-rather-long-name-" + std::to_string(i) : std::to_string(i + 100'000);
  };
  for (int i = 0; i < kPeers; ++i) REQUIRE(presence.put(id_of(i), udp_from("198.51.100.1:5000"), Duration{i}));
  for (int i = 0; i < kPeers; i += 2) REQUIRE(presence.erase(id_of(i)));
  CHECK_FALSE(presence.erase(id_of(0)));
  CHECK(presence.size() == kPeers / 2);
  for (int i = 0; i < kPeers; ++i) {
    const auto seen = presence.find(id_of(i));
    REQUIRE(seen.has_value() == (i % 2 == 1));
    if (seen) REQUIRE(seen->seen == Duration{i});
  }
}

TEST_CASE("a million peers with ids of ten digits cost at most 160 bytes each") {
  constexpr size_t kPeers = 1'000'000;
  Presence presence{kKey, kPeers};
  const jct_channel from = udp_from("198.51.100.1:5000");
  for (size_t i = 0; i < kPeers; ++i) presence.put(std::to_string(1'000'000'000 + i), from, 1s);
  REQUIRE(presence.size() == kPeers);
  MESSAGE("bytes a peer: " << presence.memory() / kPeers);
  CHECK(presence.memory() <= 160 * kPeers);
}

TEST_CASE("pages cover every peer once") {
  Presence presence{kKey, 1000};
  for (int i = 0; i < 1000; ++i) presence.put(std::to_string(100'000 + i), udp_from("198.51.100.1:5000"), 1s);
  std::set<std::string> ids;
  for (size_t skip = 0; skip < 1000; skip += 300) {
    const auto rows = presence.page(skip, 300);
    CHECK(rows.size() == std::min<size_t>(300, 1000 - skip));
    for (const auto& row : rows) ids.insert(row.id);
  }
  CHECK(ids.size() == 1000);
  CHECK(presence.page(1000, 10).empty());
}

TEST_CASE("peers are found by their IP, whatever their port, up to the limit") {
  Presence presence{kKey, 100};
  for (int i = 0; i < 5; ++i) {
    presence.put("10000" + std::to_string(i), udp_from("198.51.100.1:" + std::to_string(5000 + i)), 1s);
  }
  presence.put("200000", udp_from("198.51.100.2:5000"), 1s);
  const jct_addr address = test::address("198.51.100.1:9");
  CHECK(presence.at_address(address, 100).size() == 5);
  CHECK(presence.at_address(address, 3).size() == 3);
}

TEST_CASE("a sweep counts who is online and forgets whom nobody has seen for long") {
  Presence presence{kKey, 100};
  presence.put("fresh1", udp_from("198.51.100.1:1"), 1000s);
  presence.put("stale1", udp_from("198.51.100.1:2"), 900s);
  presence.put("ancient", udp_from("198.51.100.1:3"), 0s);
  presence.put("linked", test::tcp_from("198.51.100.1:4", 5), 0s);
  Presence::Census all;
  for (size_t i = 0; i < Presence::kShards; ++i) {
    const auto one = presence.sweep(i, 1010s, kTimeout, 600s);
    all.online += one.online;
    all.forgotten += one.forgotten;
  }
  CHECK(all.online == 2);
  CHECK(all.forgotten == 1);
  CHECK(presence.size() == 3);
  CHECK_FALSE(presence.find("ancient"));
}

TEST_CASE("many threads touch the same peers at once") {
  Presence presence{kKey, 1000};
  const auto work = [&presence](int thread) {
    for (int i = 0; i < 5000; ++i) {
      const std::string id = std::to_string(100'000 + i % 500);
      presence.put(id, udp_from("198.51.100.1:5000", "203.0.113." + std::to_string(i % 9) + ":21116"), Duration{i});
      presence.beat(id, udp_from("198.51.100.1:5001"), Duration{i});
      if (i % 97 == thread) presence.erase(id);
      presence.find(id);
    }
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) threads.emplace_back(work, t);
  for (auto& thread : threads) thread.join();
  CHECK(presence.size() <= 500);
  CHECK(presence.page(0, 1000).size() == presence.size());
}

TEST_CASE("local addresses beyond the table fall back to their socket alone") {
  Locals locals;
  const uint16_t first = locals.index_of(7, test::address("203.0.113.1:21116"));
  CHECK(locals.index_of(7, test::address("203.0.113.1:21116")) == first);
  for (int i = 0; i < 2000; ++i) {
    locals.index_of(7, test::address("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ":1"));
  }
  const uint16_t fallback = locals.index_of(7, test::address("10.9.9.9:1"));
  CHECK(locals.at(fallback).socket == 7);
  CHECK(locals.at(fallback).local.family == 0);
  CHECK(locals.at(first).local.family == 4);
  CHECK(locals.at(Locals::kNone).socket == 0);
}

}  // namespace
}  // namespace junctor::rendezvous
