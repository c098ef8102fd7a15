// SPDX-License-Identifier: Apache-2.0
// A race of thousands of sessions whose one side says its last words and ends, before its partner has come or in the
// same instant (protocol.md 6.5): no byte is lost, and nobody waits for somebody who has gone.
#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "party.hpp"

namespace junctor::site {
namespace {

using Clock = std::chrono::steady_clock;

enum class How { kOrderly, kReset };

struct Race {
  size_t sessions = 0, lost_words = 0, waited = 0;
  std::chrono::milliseconds longest{};
};

/// One side says its words and ends; the other comes `later`, from another thread.
void run(const FourWays& ways, Transport of_ending, Transport of_other, How how, std::chrono::microseconds later,
         const std::string& uuid, Race& race) {
  const std::string words = "the last words of " + uuid;
  std::thread ending{[&] {
    Party party{ways, of_ending};
    party.greet(ways, uuid, "123456789");
    party.send(words);
    how == How::kReset ? party.tube().reset() : party.finish();
    if (how == How::kOrderly) party.wait_end();
  }};
  if (later.count() > 0) std::this_thread::sleep_for(later);
  const auto begin = Clock::now();
  Party other{ways, of_other};
  other.greet(ways, uuid);
  const auto heard = other.receive(Millis{4000});
  other.finish();
  const auto end = other.wait_end(Millis{4000});
  ending.join();
  ++race.sessions;
  race.lost_words += heard != words ? 1 : 0;
  race.waited += end == Party::End::kOpen ? 1 : 0;
  race.longest = std::max(race.longest, std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin));
}

TEST_CASE("whoever comes after a side that has ended, or with it, gets its words and its end") {
  FourWays ways;
  ways.start();
  const int each = testing::scaled(750);
  for (const Transport of_ending : {Transport::kTcp, Transport::kWs}) {
    for (const Transport of_other : {Transport::kTcp, Transport::kWs}) {
      for (const How how : {How::kOrderly, How::kReset}) {
        Race race;
        for (int i = 0; i < each; ++i) {
          const std::string uuid = std::string{name_of(of_ending)} + name_of(of_other) +
                                   std::to_string(static_cast<int>(how)) + "-" + std::to_string(i);
          run(ways, of_ending, of_other, how, std::chrono::microseconds{(i % 5) * 100}, uuid, race);
        }
        MESSAGE(std::string{name_of(of_ending)}, " ends ", how == How::kReset ? "by reset" : "in order",
                ", the other on ", std::string{name_of(of_other)}, ": ", race.sessions, " sessions, words lost ",
                race.lost_words, ", waited ", race.waited, ", longest ", race.longest.count(), " ms");
        CHECK(race.lost_words == 0);
        CHECK(race.waited == 0);
        CHECK(race.longest < Millis{3000});
      }
    }
  }
  CHECK(testing::eventually([&] { return ways.idle(); }, Millis{30'000}));
}

}  // namespace
}  // namespace junctor::site
