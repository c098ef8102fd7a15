// SPDX-License-Identifier: Apache-2.0
// Tests of Pending: which answers pass, when, and what a flood can do.
#include "pending.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "rendezvous/test_values.hpp"
#include "wire/abi.hpp"

namespace junctor::holepunch {
namespace {

using namespace std::chrono_literals;
using For = Asked::For;
using Match = Pending::Match;
using Put = Pending::Put;
using test::tcp_from;
using test::udp_from;

constexpr auto kA = "198.51.100.1:5000";
constexpr auto kB = "203.0.113.77:6000";
constexpr auto kStranger = "192.0.2.66:7000";
const std::string kId = "123456789";

const Pending::Limits kLimits{100, 30s, 1s};

Asked asked(For what = For::kPunch, std::string_view a = kA, const std::string& id = kId, jct_handle handle = 1) {
  Asked out;
  out.what = what;
  out.id = id;
  out.a = tcp_from(a, handle);
  out.b = udp_from(kB);
  return out;
}

Answer answer(Answer::Kind kind, const jct_channel& from, const std::string& id = kId) {
  Answer out;
  out.kind = kind;
  out.from = from;
  out.id = id;
  return out;
}

Answer sent(std::string_view from = kB, const std::string& id = kId) {
  return answer(Answer::Kind::kSent, tcp_from(from, 2), id);
}

/// As clients send it: without id and uuid.
Answer go_ahead(std::string_view from = kB) { return answer(Answer::Kind::kRelay, tcp_from(from, 2), ""); }

struct Table {
  explicit Table(const Pending::Limits& limits = kLimits) : pending{limits} {}
  Put ask(Asked request, Duration now = 0s) { return pending.put(request, now); }
  Match tell(const Answer& what, Duration now = 1s, std::string_view a = kA) {
    return pending.match(*wire::Address::parse(a), what, trusted, now, matched);
  }
  Pending pending;
  Asked matched;
  bool trusted = true;
};

TEST_CASE("an answer from B's own IP passes at once, from whatever port") {
  Table table;
  CHECK(table.ask(asked()) == Put::kNew);
  CHECK(table.tell(sent("203.0.113.77:9999")) == Match::kPass);
  CHECK(table.matched.a.handle == 1);
  CHECK(table.matched.id == kId);
}

TEST_CASE("an answer that nobody asked for goes nowhere") {
  Table table;
  CHECK(table.tell(sent()) == Match::kNobody);
  table.ask(asked());
  CHECK(table.tell(sent(kB, "987654321")) == Match::kNobody);            // another id
  CHECK(table.tell(sent(), 1s, "198.51.100.1:5001") == Match::kNobody);  // another A
  CHECK(table.tell(sent(kStranger, "")) == Match::kNobody);              // neither B's id nor its address
}

TEST_CASE("an answer passes once, and once more when A repeats its request") {
  Table table;
  table.ask(asked());
  CHECK(table.tell(sent()) == Match::kPass);
  CHECK(table.tell(sent()) == Match::kDuplicate);
  CHECK(table.ask(asked(), 3s) == Put::kRepeated);
  CHECK(table.tell(sent(), 4s) == Match::kPass);
  CHECK(table.pending.size() == 1);
}

RelayPtr relay_called(const std::string& name) {
  RelaySpec spec;
  spec.name = spec.address = name;
  return std::make_shared<Relay>(std::move(spec));
}

Asked asked_at(const RelayPtr& relay, For what = For::kPunch) {
  Asked out = asked(what);
  out.meeting = {relay, ""};
  out.pushed_relay = relay->spec().address;
  return out;
}

TEST_CASE("a repeated request keeps the relay that was chosen first, unless it has died") {
  const RelayPtr one = relay_called("one:1"), two = relay_called("two:2");
  Table table;
  Asked first = asked_at(one), second = asked_at(two), third = asked_at(two);
  table.pending.put(first, 0s);
  CHECK(table.pending.put(second, 3s) == Put::kRepeated);
  CHECK(second.meeting.relay == one);
  CHECK(second.pushed_relay == "one:1");
  one->set_up(false);
  CHECK(table.pending.put(third, 9s) == Put::kRepeated);
  CHECK(third.meeting.relay == two);
  CHECK(third.pushed_relay == "two:2");
}

TEST_CASE("a repeated RequestRelay goes where it says") {
  Table table;
  Asked first = asked_at(relay_called("one:1"), For::kRelay), second = asked_at(relay_called("two:2"), For::kRelay);
  table.pending.put(first, 0s);
  CHECK(table.pending.put(second, 3s) == Put::kRepeated);
  CHECK(second.pushed_relay == "two:2");
}

TEST_CASE("a forger never beats the real one, whichever comes first") {
  Table table;
  table.ask(asked());
  CHECK(table.tell(sent(kStranger), 1s) == Match::kHeld);
  CHECK(table.pending.due(1900ms).empty());
  CHECK(table.tell(sent(kB), 1950ms) == Match::kPass);
  CHECK(table.pending.due(9s).empty());
  CHECK(table.tell(sent(kStranger), 10s) == Match::kDuplicate);
}

TEST_CASE("an answer from a foreign address passes after a second if nothing better has come") {
  Table table;
  table.ask(asked());
  CHECK(table.tell(sent(kStranger), 1s) == Match::kHeld);
  CHECK(table.tell(sent("192.0.2.67:1"), 1s) == Match::kDuplicate);
  const auto due = table.pending.due(2s);
  REQUIRE(due.size() == 1);
  CHECK(due[0].first.a.handle == 1);
  CHECK(wire::from_abi(due[0].second.from.peer).text() == kStranger);
  CHECK(table.tell(sent(kB), 3s) == Match::kDuplicate);
}

TEST_CASE("an answer that waits is bounded in length") {
  Table table;
  table.ask(asked());
  Answer fat = sent(kStranger);
  fat.version = std::string(Pending::kMostHeld, 'v');
  CHECK(table.tell(fat) == Match::kTooLong);
  fat.from = tcp_from(kB, 2);
  CHECK(table.tell(fat) == Match::kPass);
}

TEST_CASE("one address may ask by TCP and by UDP at once, and each answer goes to its own connection") {
  Table table;
  CHECK(table.ask(asked(For::kPunch, kA, kId, 1)) == Put::kNew);
  CHECK(table.ask(asked(For::kPunchUdp, kA, kId, 2)) == Put::kNew);
  const Answer by_udp = answer(Answer::Kind::kSent, udp_from("203.0.113.77:7777"));
  CHECK(table.tell(by_udp) == Match::kPass);
  CHECK(table.matched.a.handle == 2);
  CHECK(table.tell(by_udp) == Match::kDuplicate);  // it is sent three times
  CHECK(table.tell(sent()) == Match::kPass);
  CHECK(table.matched.a.handle == 1);
}

TEST_CASE("an answer by UDP is for nobody who did not offer a UDP port") {
  Table table;
  table.ask(asked());
  CHECK(table.tell(answer(Answer::Kind::kSent, udp_from(kB))) == Match::kNobody);
}

TEST_CASE("a request with a udp_port may also be answered by TCP: locally, or by relaying") {
  Table table;
  table.ask(asked(For::kPunchUdp));
  CHECK(table.tell(answer(Answer::Kind::kRelay, tcp_from(kB, 2))) == Match::kPass);
}

TEST_CASE("the go-ahead, which has no id, matches the pending RequestRelay of that address") {
  Table table;
  table.ask(asked(For::kPunch));
  table.ask(asked(For::kRelay));
  CHECK(table.tell(go_ahead()) == Match::kPass);
  CHECK(table.matched.what == For::kRelay);
  CHECK(table.tell(go_ahead()) == Match::kDuplicate);
}

TEST_CASE("of two RequestRelays of one address the go-ahead finds that of its own B") {
  Table table;
  Asked other = asked(For::kRelay, kA, "987654321", 5);
  other.b = udp_from("192.0.2.1:1");
  table.ask(other);
  table.ask(asked(For::kRelay, kA, kId, 6));
  CHECK(table.tell(go_ahead()) == Match::kPass);
  CHECK(table.matched.a.handle == 6);
}

TEST_CASE("requests expire, renewed ones later") {
  Table table;
  table.ask(asked(), 0s);
  table.ask(asked(For::kPunch, "198.51.100.2:1"), 0s);
  table.ask(asked(), 20s);
  CHECK(table.tell(sent(), 31s, "198.51.100.2:1") == Match::kNobody);
  std::vector<Asked> unanswered;
  table.pending.due(31s, &unanswered);
  CHECK(unanswered.size() == 1);
  CHECK(table.pending.size() == 1);
  CHECK(table.tell(sent(), 49s) == Match::kPass);
  table.pending.due(51s);
  CHECK(table.pending.size() == 0);
}

TEST_CASE("a flood fills the table, evicts nobody, and is over when it expires") {
  Table table{{50, 30s, 1s}};
  table.ask(asked());
  int refused = 0;
  for (int i = 0; i < 500; ++i) {
    refused += table.ask(asked(For::kPunch, "192.0.2.1:" + std::to_string(1000 + i))) == Put::kFull ? 1 : 0;
  }
  CHECK(refused == 451);
  CHECK(table.tell(sent()) == Match::kPass);
  CHECK(table.pending.put(table.matched, 5s) == Put::kRepeated);
  table.pending.due(30s);
  CHECK(table.pending.size() == 1);
  CHECK(table.ask(asked(For::kPunch, "192.0.2.9:1"), 30s) == Put::kNew);
}

TEST_CASE("one address has a bounded number of requests") {
  Table table;
  for (size_t i = 0; i < Pending::kMostForOne; ++i) {
    CHECK(table.ask(asked(For::kPunch, kA, "peer-" + std::to_string(i))) == Put::kNew);
  }
  CHECK(table.ask(asked(For::kPunch, kA, "one-more")) == Put::kFull);
}

TEST_CASE("an answer that waits when its request expires still passes") {
  Table table;
  table.ask(asked());
  CHECK(table.tell(sent(kStranger), 29500ms) == Match::kHeld);
  CHECK(table.pending.due(30200ms).empty());
  CHECK(table.pending.due(30500ms).size() == 1);
  table.pending.due(31s);
  CHECK(table.pending.size() == 0);
}

TEST_CASE("every loop may ask, answer and tick at once") {
  Pending pending{{1000, 1s, 1ms}};
  std::atomic<int> passed{0};
  const auto work = [&](int thread) {
    for (int i = 0; i < 2000; ++i) {
      const Duration now = std::chrono::milliseconds{i};
      const std::string a = "198.51.100.1:" + std::to_string(1000 + (i * 7 + thread) % 100);
      Asked request = asked(For::kPunch, a);
      pending.put(request, now);
      Asked matched;
      const auto match = pending.match(*wire::Address::parse(a), sent(i % 3 == 0 ? kStranger : kB), true, now, matched);
      passed += match == Match::kPass ? 1 : 0;
      if (i % 50 == 0) pending.due(now);
    }
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) threads.emplace_back(work, t);
  for (auto& thread : threads) thread.join();
  CHECK(passed > 0);
  CHECK(pending.size() <= 100);
  pending.due(10s);
  CHECK(pending.size() == 0);
}

}  // namespace
}  // namespace junctor::holepunch
