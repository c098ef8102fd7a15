// SPDX-License-Identifier: Apache-2.0
// Thousands of relay sessions over WebSocket that end in every way at every stage, and nothing of them stays.
#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <iterator>
#include <thread>
#include <vector>

#include "ws_relay_side.hpp"

namespace junctor::site {
namespace {

using testing::patient;

enum Way { kClose, kReset, kVanish, kHalfClose, kTruncate, kBadFrame, kWays };

void end(RelaySide& side, int way, std::mt19937& random) {
  switch (way) {
    case kClose:
      return side.finish();
    case kReset:
      return side.socket().reset();
    case kVanish:
      return side.socket().close();
    case kHalfClose:
      return side.socket().shutdown_write();
    case kTruncate: {
      std::string whole = side.ws() != nullptr ? ws_bridge::testing::binary(std::string(5000, 'x')) : std::string{};
      if (side.ws() == nullptr) wire::append_frame(std::string(5000, 'x'), whole);
      side.socket().send_raw(whole.substr(0, 1 + random() % (whole.size() - 1)));
      return side.socket().close();
    }
    default:
      if (side.ws() != nullptr) side.socket().send_raw("\xff\xff\xff\xff");
      return side.socket().shutdown_write();
  }
}

/// One session; false where a side that should have ended did not.
bool session(const Site& site, const std::string& key, const std::string& uuid, std::mt19937& random) {
  const bool a_ws = random() % 4 != 0, b_ws = !a_ws || random() % 2 == 0;
  RelaySide a{site, a_ws, relay_request(uuid, key, "123456789")};
  const int way = static_cast<int>(random() % kWays);
  if (random() % 8 == 0) {  // before there is a partner
    if (random() % 2 == 0) a.send("early", random);
    end(a, way, random);
    return way == kReset || way == kVanish || way == kTruncate || a.wait_end(patient(wire::kPatience));
  }
  RelaySide b{site, b_ws, relay_request(uuid, key)};
  if (random() % 4 != 0) {
    const std::string word(1 + random() % 3000, 'w');
    a.send(word, random);
    if (b.receive(patient(wire::kPatience)) != word) return false;
  }
  for (uint32_t i = random() % 4; i > 0; --i) b.send(std::string(random() % 100'000, 'b'), random);
  end(a, way, random);
  if (way == kClose || way == kHalfClose) {
    // What came before the end still arrives; then the other side ends, too.
    b.wait_end(patient(wire::kPatience));
    b.finish();
  }
  return b.wait_end(patient(wire::kPatience));
}

size_t descriptors(pid_t pid) {
  const std::filesystem::directory_iterator all{"/proc/" + std::to_string(pid) + "/fd"};
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

TEST_CASE("4,000 sessions end in every way at every stage, and nothing of them stays") {
  // A side whose partner has gone before they met is alone, and ends with its patience.
  Site site{"[relay]\nwait = \"1s\"\n[ws_bridge]\nclose_timeout = \"1s\"\n"};
  site.start();
  const std::string key = site.key();
  const size_t before = descriptors(site.server().pid());
  const int total = testing::scaled(4000);
  std::atomic<int> next{0}, stuck{0}, broken{0};
  std::vector<std::thread> threads;
  for (uint32_t seed = 0; seed < 8; ++seed) {
    threads.emplace_back([&, seed] {
      std::mt19937 random{seed};
      for (int i = next++; i < total; i = next++) {
        try {
          const std::string uuid = "uuid-" + std::to_string(i);
          if (session(site, key, uuid, random)) continue;
          MESSAGE("a side did not end: ", uuid);
          ++stuck;
        } catch (const wire::ClientError&) {
          ++broken;  // the other side's end came between two sends
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  MESSAGE(total, " sessions, ", broken.load(), " of them cut off while a side was sending");
  CHECK(stuck == 0);
  CHECK(testing::eventually([&] { return site.metric("relay", "sessions") + site.metric("relay", "waiting") == 0; }));
  CHECK(testing::eventually([&] { return site.metric("ws_bridge", "connections", "for=relay") == 0; }));
  CHECK(testing::eventually([&] { return descriptors(site.server().pid()) <= before + 2; }));
  RelaySide a{site, true, relay_request("last", key)}, b{site, false, relay_request("last", key)};
  std::mt19937 random{99};
  a.send("works", random);
  CHECK(b.receive(patient(wire::kPatience)) == "works");
}

}  // namespace
}  // namespace junctor::site
