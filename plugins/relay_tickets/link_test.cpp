// SPDX-License-Identifier: Apache-2.0
// Both sides of a connection against each other: greeting, tickets, verdicts, and what ends it. One thread.
#include <doctest/doctest.h>

#include <vector>

#include "inbound.hpp"
#include "outbound.hpp"
#include "test_keys.hpp"

using namespace junctor;
using namespace junctor::relay_tickets;
using namespace junctor::relay_tickets::test;

namespace {

struct Link {
  wire::SigningKeys issuer = seeded(1), relay = seeded(2);
  bool listed = true;
  std::vector<Verdict> told;
  std::vector<std::string> taken;
  Outbound out;
  Inbound in;
  std::string to_relay, to_issuer;
  size_t piece = SIZE_MAX;
  bool out_good = true, in_good = true;

  explicit Link(const wire::PublicKey& expected = seeded(2).public_key())
      : out{issuer, expected,
            [this](Verdict verdict) {
              told.push_back(verdict);
              return told.size() <= 4000;
            }},
        in{relay, [this](const wire::PublicKey& key) { return listed && key == issuer.public_key(); },
           [this](const wire::PublicKey& key, std::string_view text) {
             const Opened opened = open_ticket(key, relay.public_key(), text, kNow, 0);
             if (opened.verdict == Verdict::kGood) taken.push_back(opened.ticket.uuid);
             return opened.verdict;
           }} {
    out.hello(to_relay);
  }

  /// Until nothing is on its way any more.
  void run() {
    while (in_good && out_good && (!to_relay.empty() || !to_issuer.empty())) {
      const std::string there = std::exchange(to_relay, {});
      for (size_t at = 0; at < there.size() && in_good; at += std::min(piece, there.size() - at)) {
        in_good = in.feed(std::string_view{there}.substr(at, piece), to_issuer);
      }
      const std::string back = std::exchange(to_issuer, {});
      for (size_t at = 0; at < back.size() && out_good; at += std::min(piece, back.size() - at)) {
        out_good = out.feed(std::string_view{back}.substr(at, piece), to_relay);
      }
    }
  }
};

TEST_CASE("a listed issuer's tickets arrive, and each has its verdict, in order") {
  Link link;
  link.run();
  REQUIRE(link.out.welcome());
  CHECK(link.in.issuer() == link.issuer.public_key());
  link.out.ticket(ticket("one"), link.to_relay);
  link.out.ticket(ticket("late", kNow - 99 * kSecond), link.to_relay);
  link.out.ticket(ticket("two"), link.to_relay);
  link.run();
  CHECK(link.taken == std::vector<std::string>{"one", "two"});
  CHECK(link.told == std::vector<Verdict>{Verdict::kGood, Verdict::kExpired, Verdict::kGood});
}

TEST_CASE("one byte at a time means the same") {
  Link link;
  link.piece = 1;
  link.run();
  link.out.ticket(ticket("one"), link.to_relay);
  link.out.ping(link.to_relay);
  link.run();
  CHECK(link.taken == std::vector<std::string>{"one"});
  CHECK(link.out_good);
  CHECK(link.in_good);
}

TEST_CASE("neither uuid nor id is to be read on the way, and a ping has an answer") {
  Link link;
  link.run();
  link.out.ticket(ticket("a-secret-uuid"), link.to_relay);
  CHECK(link.to_relay.find("a-secret-uuid") == std::string::npos);
  CHECK(link.to_relay.find("123456789") == std::string::npos);
  link.run();
  link.out.ping(link.to_relay);
  std::string answer;
  CHECK(link.in.feed(link.to_relay, answer));
  CHECK_FALSE(answer.empty());
}

TEST_CASE("thousands of tickets at once are answered in frames that fit") {
  Link link;
  link.run();
  for (int i = 0; i < 2000; ++i) link.out.ticket(ticket("u" + std::to_string(i)), link.to_relay);
  link.run();
  CHECK(link.told.size() == 2000);
  CHECK(link.out_good);
}

TEST_CASE("an issuer that is not listed is told so; nothing of it is taken") {
  Link link;
  link.listed = false;
  link.run();
  CHECK_FALSE(link.in_good);
  CHECK(std::string{link.in.reason()} == "unknown_issuer");
  link.out.feed(link.to_issuer, link.to_relay);
  CHECK(std::string{link.out.reason()} == "not_listed");
}

TEST_CASE("a relay with another key than the expected one is told nothing") {
  Link link{seeded(9).public_key()};
  link.run();
  CHECK_FALSE(link.out_good);
  CHECK(std::string{link.out.reason()} == "wrong_relay_key");
  CHECK(link.to_relay.empty());
}

TEST_CASE("whatever comes instead of a message ends the connection, with a reason") {
  Link strange;
  std::string out;
  std::string frame;
  wire::append_frame("GET / HTTP/1.1", frame);
  CHECK_FALSE(strange.in.feed(frame, out));
  CHECK(std::string{strange.in.reason()} == "bad_hello");
  CHECK_FALSE(strange.in.feed(frame, out));
  CHECK(out.empty());

  Link large;
  const std::string promise{wire::FrameHeader{kMaxFrame + 1}.view()};
  CHECK_FALSE(large.in.feed(promise, out));
  CHECK(std::string{large.in.reason()} == "too_large");

  Link damaged;
  damaged.run();
  damaged.out.ticket(ticket(), damaged.to_relay);
  damaged.to_relay.back() ^= 1;
  damaged.run();
  CHECK(std::string{damaged.in.reason()} == "bad_seal");
  CHECK(damaged.taken.empty());
}

TEST_CASE("a recorded connection cannot be played again") {
  Link link;
  std::string all = link.to_relay;
  link.in.feed(link.to_relay, link.to_issuer);
  link.to_relay.clear();
  link.out.feed(std::exchange(link.to_issuer, {}), link.to_relay);
  all += link.to_relay;
  link.run();
  Link again;
  std::string out;
  CHECK_FALSE(again.in.feed(all, out));
  CHECK(std::string{again.in.reason()} == "bad_seal");
}

TEST_CASE("a verdict that nobody waits for ends the connection") {
  Link link;
  link.run();
  link.told.resize(4000);
  link.out.ticket(ticket(), link.to_relay);
  link.run();
  CHECK(std::string{link.out.reason()} == "bad_message");
}

}  // namespace
