// SPDX-License-Identifier: Apache-2.0
// Tests of presence and locals.
#include "presence/presence.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
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

/// 32 bytes that tell of which peer they are.
std::string key_of(const std::string& id) { return id + std::string(32 - id.size(), '.'); }

std::string kept_key(const Presence& presence, std::string_view id) {
  const auto key = presence.key_of(id);
  return key ? std::string{key->begin(), key->end()} : "";
}

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

std::string peer_of(const jct_channel& channel) { return wire::from_abi(channel.peer).text(); }

/// Where a push goes at `now`: both ways, in order.
std::vector<std::string> reached(const Presence& presence, std::string_view id, Duration now) {
  const auto seen = presence.find(id);
  if (!seen || !seen->online(now, kTimeout)) return {};
  std::vector<std::string> all{peer_of(seen->channel)};
  if (seen->is_also(now, kTimeout)) all.push_back(peer_of(seen->also));
  std::sort(all.begin(), all.end());
  return all;
}

TEST_CASE("a heartbeat from another port or to another local address of the same IP is a second way") {
  Presence presence{kKey, 10};
  presence.put("123456789", udp_from("198.51.100.1:5000", "203.0.113.1:21116"), 1s);
  CHECK(presence.beat("123456789", udp_from("198.51.100.1:6000", "203.0.113.2:21116"), 9s) == Presence::Beat::kAlive);
  const auto seen = presence.find("123456789");
  REQUIRE(seen);
  CHECK(seen->seen == 9s);
  CHECK(seen->channel.transport == JCT_CHANNEL_UDP);
  CHECK(seen->channel.socket == test::kSocket);
  CHECK(peer_of(seen->channel) == "198.51.100.1:6000");
  CHECK(wire::from_abi(seen->channel.local).text() == "203.0.113.2:21116");
  CHECK(seen->is_also(30s, kTimeout));
  CHECK(peer_of(seen->also) == "198.51.100.1:5000");
  CHECK(wire::from_abi(seen->also.local).text() == "203.0.113.1:21116");
  CHECK_FALSE(seen->is_also(31s, kTimeout));
}

TEST_CASE("a peer whose NAT gave it another port is pushed to at both until the old one has been silent") {
  Presence presence{kKey, 10};
  presence.put("123456789", udp_from("198.51.100.1:5000"), 0s);
  for (Duration now = 15s; now <= 60s; now += 15s) {
    CHECK(presence.beat("123456789", udp_from("198.51.100.1:6000"), now) == Presence::Beat::kAlive);
  }
  CHECK(reached(presence, "123456789", 60s) == std::vector<std::string>{"198.51.100.1:6000"});
  CHECK(presence.beat("123456789", udp_from("198.51.100.1:7000"), 61s) == Presence::Beat::kAlive);
  CHECK(reached(presence, "123456789", 61s) == std::vector<std::string>{"198.51.100.1:6000", "198.51.100.1:7000"});
}

TEST_CASE("whatever a forger writes in a peer's name, from ports of its IP, the peer itself is reached") {
  Presence presence{kKey, 10};
  presence.put("123456789", udp_from("198.51.100.1:5000"), 0s);
  uint16_t forged = 10'000;
  const auto is_reached = [&](const char* at, Duration now) {
    const auto all = reached(presence, "123456789", now);
    return std::count(all.begin(), all.end(), at) == 1 && all.size() <= 2;
  };
  const auto forge = [&](Duration now) {
    const std::string port = std::to_string(forged++);
    presence.beat("123456789", udp_from("198.51.100.1:" + port), now);
    presence.beat("123456789", udp_from("198.51.100.1:5000", "203.0.113.2:21116"), now);
  };
  for (Duration now = 0s; now < 200s; now += 100ms) {  // the peer stays
    if (now % 15s == 0s)
      CHECK(presence.beat("123456789", udp_from("198.51.100.1:5000"), now) == Presence::Beat::kAlive);
    forge(now);
    REQUIRE(is_reached("198.51.100.1:5000", now));
  }
  // It moves: asked for its key where there is no third place, and reached there from then on.
  CHECK(presence.beat("123456789", udp_from("198.51.100.1:6000"), 201s) == Presence::Beat::kMoved);
  REQUIRE(presence.put("123456789", udp_from("198.51.100.1:6000"), 201s));
  for (Duration now = 201s; now < 300s; now += 100ms) {
    if (now % 15s == 0s)
      CHECK(presence.beat("123456789", udp_from("198.51.100.1:6000"), now) == Presence::Beat::kAlive);
    forge(now);
    REQUIRE(is_reached("198.51.100.1:6000", now));
  }
}

TEST_CASE("a RegisterPk ends what was heard from other ports") {
  Presence presence{kKey, 10};
  presence.put("123456789", udp_from("198.51.100.1:5000"), 0s);
  presence.beat("123456789", udp_from("198.51.100.1:6000"), 1s);
  presence.put("123456789", udp_from("198.51.100.1:6000"), 2s);
  CHECK(reached(presence, "123456789", 2s) == std::vector<std::string>{"198.51.100.1:6000"});
}

TEST_CASE("a heartbeat from another IP changes nothing, not even one from loopback") {
  Presence presence{kKey, 10};
  presence.put("123456789", udp_from("198.51.100.1:5000"), 1s);
  for (const char* elsewhere : {"198.51.100.2:5000", "[2001:db8::1]:5000", "127.0.0.1:5000", "[::1]:5000"}) {
    CHECK(presence.beat("123456789", udp_from(elsewhere), 9s) == Presence::Beat::kMoved);
    CHECK(presence.find("123456789")->seen == 1s);
    CHECK(reached(presence, "123456789", 9s) == std::vector<std::string>{"198.51.100.1:5000"});
  }
}

TEST_CASE("a peer that is on record at loopback may come from any of its addresses") {
  Presence presence{kKey, 10};
  presence.put("123456789", udp_from("127.0.0.1:5000"), 1s);
  CHECK(presence.beat("123456789", udp_from("127.0.0.2:5000"), 2s) == Presence::Beat::kAlive);
  CHECK(presence.beat("123456789", udp_from("[::1]:5000"), 3s) == Presence::Beat::kAlive);
  CHECK(presence.beat("123456789", udp_from("198.51.100.1:5000"), 4s) == Presence::Beat::kMoved);
}

TEST_CASE("who has shown that it receives is known by address and port, for as long as it stays there") {
  using Proof = Presence::Proof;
  Presence presence{kKey, 10};
  const auto nobody = [](const jct_addr&) { return false; };
  const auto everybody = [](const jct_addr&) { return true; };
  const auto sweep_all = [&](const std::function<bool(const jct_addr&)>& receives) {
    for (size_t i = 0; i < Presence::kShards; ++i) presence.sweep(i, 2s, 1h, receives);
  };
  const auto at = udp_from("198.51.100.1:5000");
  presence.put("123456789", at, 1s, "", true);
  CHECK(presence.proof("123456789", at) == Proof::kReceives);
  CHECK(presence.proof("123456789", udp_from("198.51.100.1:5001")) == Proof::kNone);
  presence.put("123456789", udp_from("198.51.100.1:5001"), 1s);
  sweep_all(nobody);
  CHECK(presence.proof("123456789", udp_from("198.51.100.1:5001")) == Proof::kRegistered);
  sweep_all(everybody);
  CHECK(presence.proof("123456789", udp_from("198.51.100.1:5001")) == Proof::kReceives);
  presence.admit("222222222", at, 1s, "");  // it has not registered from there
  sweep_all(everybody);
  CHECK(presence.proof("222222222", at) == Proof::kNone);
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

TEST_CASE("a registration brings a key, the next one replaces it, and heartbeats leave it alone") {
  Presence presence{kKey, 10};
  CHECK_FALSE(presence.key_of("123456789"));
  presence.put("123456789", udp_from("198.51.100.1:5000"), 1s, key_of("old"));
  presence.beat("123456789", udp_from("198.51.100.1:6000"), 2s);
  presence.beat("123456789", udp_from("198.51.100.2:6000"), 3s);
  CHECK(kept_key(presence, "123456789") == key_of("old"));
  presence.put("123456789", udp_from("198.51.100.1:5000"), 4s, key_of("new"));
  CHECK(kept_key(presence, "123456789") == key_of("new"));
  presence.erase("123456789");
  CHECK_FALSE(presence.key_of("123456789"));
}

TEST_CASE("a key that has not 32 bytes is not kept, nor is the one before it") {
  Presence presence{kKey, 10};
  for (const size_t size : {0U, 1U, 31U, 33U, 256U}) {
    CAPTURE(size);
    presence.put("123456789", udp_from("198.51.100.1:5000"), 1s, key_of("old"));
    REQUIRE(presence.key_of("123456789"));
    presence.put("123456789", udp_from("198.51.100.1:5000"), 2s, std::string(size, 'k'));
    CHECK_FALSE(presence.key_of("123456789"));
  }
}

TEST_CASE("what storage tells makes an entry with its key, but never replaces one") {
  Presence presence{kKey, 2};
  const auto from = udp_from("198.51.100.1:5000");
  CHECK(presence.admit("123456789", from, 1s, key_of("stored")) == Presence::Beat::kAlive);
  CHECK(kept_key(presence, "123456789") == key_of("stored"));
  presence.put("123456789", from, 2s, key_of("registered"));
  CHECK(presence.admit("123456789", udp_from("198.51.100.1:6000"), 3s, key_of("stored")) == Presence::Beat::kAlive);
  CHECK(presence.admit("123456789", udp_from("198.51.100.2:6000"), 4s, key_of("stored")) == Presence::Beat::kMoved);
  CHECK(kept_key(presence, "123456789") == key_of("registered"));
  CHECK(presence.find("123456789")->seen == 3s);
  CHECK(presence.admit("222222222", from, 5s, "") == Presence::Beat::kAlive);
  CHECK(presence.admit("333333333", from, 5s, "") == Presence::Beat::kUnknown);
  CHECK(presence.size() == 2);
}

TEST_CASE("thousands of peers are each found again, with their keys, also while half of them are erased") {
  constexpr int kPeers = 20'000;
  Presence presence{kKey, kPeers};
  const auto id_of = [](int i) {
    return i % 7 == 0 ? "a-rather-long-name-" + std::to_string(i) : std::to_string(i + 100'000);
  };
  for (int i = 0; i < kPeers; ++i) {
    REQUIRE(presence.put(id_of(i), udp_from("198.51.100.1:5000"), Duration{i}, key_of(id_of(i))));
  }
  for (int i = 0; i < kPeers; i += 2) REQUIRE(presence.erase(id_of(i)));
  CHECK_FALSE(presence.erase(id_of(0)));
  CHECK(presence.size() == kPeers / 2);
  for (int i = 0; i < kPeers; ++i) {
    const auto seen = presence.find(id_of(i));
    REQUIRE(seen.has_value() == (i % 2 == 1));
    if (seen) REQUIRE(seen->seen == Duration{i});
    REQUIRE(kept_key(presence, id_of(i)) == (seen ? key_of(id_of(i)) : ""));
  }
}

TEST_CASE("peers with ids of ten digits cost at most 160 bytes each, keys included, at a million and before") {
  constexpr size_t kPeers = 1'000'000;
  Presence presence{kKey, kPeers};
  const jct_channel from = udp_from("198.51.100.1:5000");
  size_t worst = 0;
  for (size_t i = 1; i <= kPeers; ++i) {
    const std::string id = std::to_string(1'000'000'000 + i);
    presence.put(id, from, 1s, key_of(id));
    if (i >= 100'000 && i % 20'000 == 0) worst = std::max(worst, presence.memory() / i);
  }
  REQUIRE(presence.size() == kPeers);
  REQUIRE(presence.key_of("1000000001"));
  MESSAGE("bytes a peer: " << presence.memory() / kPeers << ", at worst on the way: " << worst);
  CHECK(presence.memory() <= 160 * kPeers);
  CHECK(worst < 160);
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
    const auto one = presence.sweep(i, 1010s, 600s, [](const jct_addr&) { return false; });
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
  std::atomic<int> wrong_keys{0};
  const auto work = [&](int thread) {
    for (int i = 0; i < 5000; ++i) {
      const std::string id = std::to_string(100'000 + i % 500);
      presence.put(id, udp_from("198.51.100.1:5000", "203.0.113." + std::to_string(i % 9) + ":21116"), Duration{i},
                   key_of(id));
      presence.beat(id, udp_from("198.51.100.1:5001"), Duration{i});
      presence.admit(id, udp_from("198.51.100.1:5001"), Duration{i}, key_of(id));
      if (i % 97 == thread) presence.erase(id);
      presence.find(id);
      if (const std::string key = kept_key(presence, id); !key.empty() && key != key_of(id)) ++wrong_keys;
    }
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) threads.emplace_back(work, t);
  for (auto& thread : threads) thread.join();
  CHECK(wrong_keys == 0);
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
