// SPDX-License-Identifier: Apache-2.0
// The relay's side on a fake host: who may bring tickets, which are taken, and what operators see.
#include "outbound.hpp"
#include "test_plugin.hpp"

using namespace junctor;
using namespace junctor::relay_tickets;
using namespace junctor::relay_tickets::test;

namespace {

const wire::SigningKeys kIssuer = seeded(1), kSecond = seeded(2), kStranger = seeded(3);

Settings taking(Settings more = {}) {
  more["listen"] = ":21120";
  more["issuers"] = kIssuer.public_text() + ", " + kSecond.public_text();
  return more;
}

/// A signalling host that is connected.
struct Issuer {
  Issuer(World& where, const wire::SigningKeys& own) : Issuer{where, own, where.key().public_key()} {}
  Issuer(World& where, const wire::SigningKeys& own, const wire::PublicKey& relay)
      : world{where},
        talk{own, relay,
             [this](Verdict verdict) {
               told.push_back(verdict);
               return true;
             }},
        stream{where.host.connect("listen")} {
    std::string out;
    talk.hello(out);
    say(out);
  }

  void say(std::string_view bytes) {
    stream.deliver(bytes);
    world.host.run_until_idle();
    for (std::string back = stream.take_sent(); !back.empty(); back = stream.take_sent()) {
      std::string out;
      talk.feed(back, out);
      if (out.empty()) continue;
      stream.deliver(out);
      world.host.run_until_idle();
    }
  }
  Verdict bring(const Ticket& what) {
    std::string out;
    talk.ticket(what, out);
    say(out);
    REQUIRE_FALSE(told.empty());
    return told.back();
  }
  Ticket fresh(const std::string& uuid = "uuid") const { return ticket(uuid, world.host.loops().wall()); }

  World& world;
  std::vector<Verdict> told;
  Outbound talk;
  FakeStream stream;
};

TEST_CASE("a listed issuer's ticket reaches the relay with what is left of its time") {
  World world{taking()};
  Issuer issuer{world, kIssuer};
  REQUIRE(issuer.talk.welcome());
  CHECK(issuer.bring(issuer.fresh()) == Verdict::kGood);
  CHECK(world.relay.told == std::vector<std::string>{"uuid 123456789 60"});
  CHECK(world.metric("taken") == 1);
  CHECK(world.metric("links") == 1);
  const auto answer = world.host.command("tickets");
  CHECK(answer->json.find("from " + kIssuer.public_text()) != std::string::npos);
  issuer.stream.reset();
  world.host.run_until_idle();
  CHECK(world.metric("links") == 0);
  CHECK(world.metric("links_failed", "connection_lost") == 1);
}

TEST_CASE("a ticket counts once, and one that another issuer or a later time renews counts again") {
  World world{taking()};
  Issuer issuer{world, kIssuer}, second{world, kSecond};
  const Ticket first = issuer.fresh();
  CHECK(issuer.bring(first) == Verdict::kGood);
  CHECK(issuer.bring(first) == Verdict::kKnown);
  CHECK(second.bring(first) == Verdict::kGood);
  world.host.advance(1s);
  CHECK(issuer.bring(issuer.fresh()) == Verdict::kGood);
  CHECK(world.relay.told.size() == 3);
}

TEST_CASE("clocks may differ by `skew`, and a ticket counts no longer than it was issued for, nor than max_ttl") {
  World world{taking({{"skew", "10s"}, {"max_ttl", "30s"}})};
  Issuer issuer{world, kIssuer};
  Ticket ahead = issuer.fresh("ahead"), behind = issuer.fresh("behind"), brief = issuer.fresh("brief");
  ahead.issued += 11 * test::kSecond;
  CHECK(issuer.bring(ahead) == Verdict::kTooEarly);
  behind.issued -= 65 * test::kSecond;
  behind.expires = behind.issued + 60 * test::kSecond;
  CHECK(issuer.bring(behind) == Verdict::kGood);
  brief.expires = brief.issued + 2 * test::kSecond;
  CHECK(issuer.bring(brief) == Verdict::kGood);
  CHECK(issuer.bring(issuer.fresh("long")) == Verdict::kGood);
  CHECK(world.relay.told == std::vector<std::string>{"behind 123456789 5", "brief 123456789 2", "long 123456789 30"});
  CHECK(world.metric("refused", "too_early") == 1);
  CHECK(world.host.last_line("tickets.refused").field("reason") == "too_early");
}

TEST_CASE("an issuer that is not listed is told so and logged with its key, which makes it easy to list") {
  World world{taking()};
  Issuer stranger{world, kStranger};
  CHECK(std::string{stranger.talk.reason()} == "not_listed");
  CHECK(stranger.stream.closed());
  CHECK(world.metric("links_failed", "unknown_issuer") == 1);
  CHECK(world.host.last_line("tickets.unlinked").field("issuer") == kStranger.public_text());
  auto settings = taking();
  settings["issuers"] += ", " + kStranger.public_text();
  world.plugin->reload(settings);
  Issuer again{world, kStranger};
  CHECK(again.talk.welcome());
  world.plugin->reload(taking());
  CHECK(again.stream.closed());
}

TEST_CASE("strangers that say nothing are closed, and when they are many the oldest gives way") {
  World world{taking({{"max_links", "2"}, {"greeting_timeout", "5s"}})};
  FakeStream one = world.host.connect("listen"), two = world.host.connect("listen");
  world.host.run_until_idle();
  Issuer issuer{world, kIssuer};
  CHECK(one.closed());
  CHECK_FALSE(two.closed());
  CHECK(issuer.talk.welcome());
  world.host.advance(6s);
  CHECK(two.closed());
  CHECK_FALSE(issuer.stream.closed());
  CHECK(world.metric("links_failed", "too_many") == 1);
  CHECK(world.metric("links_failed", "greeting_timeout") == 1);
}

TEST_CASE("an issuer that falls silent is given up; one that pings is not") {
  World world{taking({{"silence", "30s"}})};
  Issuer issuer{world, kIssuer}, silent{world, kSecond};
  for (int i = 0; i < 4; ++i) {
    world.host.advance(10s);
    std::string ping;
    issuer.talk.ping(ping);
    issuer.say(ping);
  }
  CHECK_FALSE(issuer.stream.closed());
  CHECK(silent.stream.closed());
}

TEST_CASE("a full relay says so, and so does a full memory") {
  World world{taking({{"max_tickets", "1"}})};
  Issuer issuer{world, kIssuer};
  world.relay.answer = JCT_E_LIMIT;
  CHECK(issuer.bring(issuer.fresh("one")) == Verdict::kFull);
  world.relay.answer = JCT_E_STATE;
  CHECK(issuer.bring(issuer.fresh("one")) == Verdict::kNoRelay);
  world.relay.answer = JCT_OK;
  CHECK(issuer.bring(issuer.fresh("one")) == Verdict::kGood);
  CHECK(issuer.bring(issuer.fresh("two")) == Verdict::kFull);
  world.host.advance(100ms);
  CHECK(world.host.metric("limit_used", "limit=max_tickets") == 1);
  CHECK(world.host.metric("limit", "limit=max_tickets") == 1);
  CHECK(world.host.metric("limit_used", "limit=max_links") == 1);
}

TEST_CASE("a drain ends the connections; nobody without a relay is let in") {
  World world{taking()};
  Issuer issuer{world, kIssuer};
  world.plugin->drain();
  CHECK(world.plugin->idle());
  CHECK(issuer.stream.closed());
  World no_relay{taking(), false};
  CHECK(no_relay.host.last_line("tickets.idle").field("hint").find("no relay runs") != std::string::npos);
  FakeStream stream = no_relay.host.connect("listen");
  no_relay.host.run_until_idle();
  CHECK(stream.closed());
}

TEST_CASE("what is no key is refused, and the key is shown to whoever may ask") {
  CHECK_THROWS_WITH_AS((World{{{"issuers", "nonsense"}}}), doctest::Contains("issuers[0]: expected a public key"),
                       Error);
  World world{taking()};
  const auto shown = world.host.command("tickets", R"({"args":["key"]})");
  CHECK(shown->json.find(world.key().public_text()) != std::string::npos);
  CHECK(world.host.command("tickets", R"({"args":["secret"]})")->status == JCT_E_ARG);
}

}  // namespace
