// SPDX-License-Identifier: Apache-2.0
// Thousands of sessions over TCP, TLS, WS and WSS that stall, are cut, reset, half-closed or spoilt at every stage, on
// one side or on both at once. Nobody hangs, and nothing of them stays. JUNCTOR_TEST_SEED repeats a run's choices.
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "party.hpp"
#include "ws_bridge/test_frames.hpp"

namespace junctor::site {
namespace {

using testing::patient;
using testing::scaled;

enum Stage { kHandshake, kUpgrade, kGreeting, kWaiting, kPaired, kMidTransfer, kMidFrame, kStages };
enum Way { kFinish, kFin, kVanish, kReset, kSpoil, kStall, kWays };
constexpr std::array<const char*, kStages> kStageNames{"mid-handshake", "mid-upgrade",  "mid-greeting", "waiting",
                                                       "paired",        "mid-transfer", "mid-frame"};
constexpr std::array<const char*, kWays> kWayNames{"finish", "fin", "vanish", "reset", "spoil", "stall"};

/// What the server lets a silent side do before it ends it.
constexpr const char* kRelayLines = "wait = \"1s\"\ngreeting_timeout = \"1s\"\nidle = \"1s\"\n";
constexpr const char* kBridgeLines = "handshake_timeout = \"1s\"\nclose_timeout = \"1s\"\n";

uint32_t seed_of_run() {
  const char* given = std::getenv("JUNCTOR_TEST_SEED");
  return given == nullptr ? std::random_device{}() : static_cast<uint32_t>(std::strtoul(given, nullptr, 10));
}

/// One session: how far it comes, who ends it, and how. All of it from one number.
class Session {
 public:
  Session(const FourWays& ways, uint32_t seed)
      : ways_{ways},
        random_{seed},
        uuid_{"wild-" + std::to_string(seed)},
        stage_{static_cast<Stage>(random_() % kStages)},
        way_{choose_way()},
        both_{random_() % 8 == 0},
        of_a_{kTransports[random_() % 4]},
        of_b_{kTransports[random_() % 4]} {}

  std::string name() const {
    return uuid_ + " " + name_of(of_a_) + "-" + name_of(of_b_) + " " + kStageNames[stage_] + " " + kWayNames[way_] +
           (both_ ? " both" : "");
  }
  Stage stage() const { return stage_; }

  /// False where a side is still open long after it should have ended.
  bool run() {
    if (stage_ < kPaired) return run_alone();
    Party a{ways_, of_a_}, b{ways_, of_b_};
    if (!meet(a, b)) return false;
    if (stage_ == kMidTransfer) transfer(a, b);
    if (stage_ == kMidFrame) begin_frame(a);
    pause();
    end(a, way_);
    if (both_) end(b, random_() % 2 == 0 ? kFin : way_);
    return ends(b) && ends(a);
  }

 private:
  /// Standing still costs seconds: it is rarer than the rest.
  Way choose_way() {
    const uint32_t number = random_() % 64;
    return number < 2 ? kStall : static_cast<Way>(number % kStall);
  }
  void pause() {
    if (random_() % 4 == 0) std::this_thread::sleep_for(Millis{random_() % 20});
  }
  std::string part_of(const std::string& whole) { return whole.substr(0, 1 + random_() % (whole.size() - 1)); }

  bool run_alone() {
    Party a{ways_, of_a_};
    if (!come_to_stage(a)) return false;
    pause();
    end(a, way_);
    return ends(a);
  }
  bool come_to_stage(Party& a) {
    if (stage_ == kHandshake) {
      if (is_tls(of_a_) && random_() % 4 != 0) a.tube().write_under(part_of(a.tube().client_hello()));
      return true;
    }
    if (!a.secure()) return false;
    if (stage_ == kUpgrade && is_ws(of_a_)) return a.send_bytes(part_of(Party::upgrade_request()));
    if (!a.upgrade()) return false;
    const std::string greeting = a.greeting(ways_, uuid_, "123456789");
    if (stage_ != kWaiting) return a.send_bytes(part_of(greeting));
    return a.send_bytes(random_() % 2 == 0 ? greeting : greeting + a.encoded("early"));
  }

  bool meet(Party& a, Party& b) {
    if (!a.greet(ways_, uuid_, "123456789") || !b.greet(ways_, uuid_)) return false;
    if (random_() % 4 == 0) return true;  // in the moment of pairing
    const std::string word(1 + random_() % 3000, 'w');
    return a.send(word) && b.receive() == word;
  }
  /// As much as goes at once, from both.
  void transfer(Party& a, Party& b) {
    for (int i = static_cast<int>(random_() % 6); i >= 0; --i) {
      for (Party* party : {&a, &b}) {
        const std::string bytes = party->encoded(std::string(1 + random_() % 200'000, 'x'));
        std::string_view rest = bytes;
        while (!rest.empty() && party->tube().write(rest) == Tube::Went::kOn) continue;
        if (!rest.empty()) return;
      }
      if (random_() % 2 == 0) b.read();
    }
  }
  void begin_frame(Party& a) {
    const std::string whole = a.encoded(std::string(1 + random_() % 70'000, 'f'));
    a.send_bytes(part_of(whole), Millis{500});
  }

  void end(Party& party, Way way) {
    switch (way) {
      case kFinish:
        // Inside something unfinished a Close frame would be part of it.
        return stage_ < kWaiting || stage_ == kMidFrame ? party.tube().finish() : party.finish();
      case kFin:
        return party.tube().cut();
      case kVanish:
        return party.tube().close();
      case kReset:
        return party.tube().reset();
      case kSpoil: {
        std::string noise(1 + random_() % 64, '\0');
        for (char& byte : noise) byte = static_cast<char>(random_());
        party.tube().write_under(noise);
        return party.tube().cut();
      }
      default:
        return;
    }
  }
  /// Who hears the other's end says its own.
  static bool ends(Party& party) {
    if (!party.tube().is_open()) return true;
    if (party.wait_end() == Party::End::kOpen) return false;
    if (!is_ws(party.transport())) party.finish();
    return true;
  }

  const FourWays& ways_;
  std::mt19937 random_;
  const std::string uuid_;
  const Stage stage_;
  const Way way_;
  const bool both_;
  const Transport of_a_, of_b_;
};

/// Runs them on 32 threads, as some wait for the server's patience to end; the names of those that hung.
std::vector<std::string> run_all(const FourWays& ways, uint32_t seed, int count) {
  std::atomic<int> next{0};
  std::mutex mutex;
  std::vector<std::string> stuck;
  std::vector<std::thread> threads;
  for (int i = 0; i < 32; ++i) {
    threads.emplace_back([&] {
      for (int n = next++; n < count; n = next++) {
        Session session{ways, seed + static_cast<uint32_t>(n)};
        bool fine = false;
        std::string why;
        try {
          fine = session.run();
        } catch (const wire::ClientError& e) {
          why = e.what();
        }
        if (fine) continue;
        const std::lock_guard lock{mutex};
        stuck.push_back(session.name() + " " + why);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return stuck;
}

TEST_CASE("6,000 sessions go wrong in every way at every stage, and nothing of them stays") {
  FourWays ways{kRelayLines, kBridgeLines};
  ways.start();
  const uint32_t seed = seed_of_run();
  const int total = scaled(6000);
  MESSAGE("seed ", seed, " (JUNCTOR_TEST_SEED)");
  CHECK(run_all(ways, seed - 200, 200).empty());  // pipes and buffers that stay are there now
  REQUIRE(testing::eventually([&] { return ways.idle(); }));
  const size_t before = ways.descriptors();

  const auto stuck = run_all(ways, seed, total);
  for (const std::string& name : stuck) MESSAGE("did not end: ", name);
  CHECK(stuck.empty());
  CHECK(testing::eventually([&] { return ways.idle(); }));
  // The pool's pipes of a loop that had never relayed before.
  CHECK(testing::eventually([&] { return ways.descriptors() <= before + 4; }));
  MESSAGE(total, " sessions, ", ways.site().metric("relay", "paired"), " paired, descriptors ", before, " before and ",
          ways.descriptors(), " after, server CPU ", ways.server().cpu_seconds(), " s");
  const double cpu = ways.server().cpu_seconds();
  std::this_thread::sleep_for(Millis{1000});
  CHECK(ways.server().cpu_seconds() - cpu < 0.2 * testing::test_scale());  // no timer, no descriptor turns in circles

  for (const Transport of_a : kTransports) {
    for (const Transport of_b : kTransports) Pair{ways, std::string{name_of(of_a)} + name_of(of_b), of_a, of_b};
  }
  CHECK(ways.server().stop() == 0);
  CHECK(ways.server().log().find("plugin.leftover") == std::string::npos);
}

}  // namespace
}  // namespace junctor::site
