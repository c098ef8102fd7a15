// SPDX-License-Identifier: Apache-2.0
// Signalling's side on a fake host: the connection to a relay, what is brought there, and when it gets no sessions.
#include "inbound.hpp"
#include "test_plugin.hpp"
#include "wire/abi.hpp"

using namespace junctor;
using namespace junctor::relay_tickets;
using namespace junctor::relay_tickets::test;

namespace {

const wire::SigningKeys kRelayKey = seeded(7), kOtherKey = seeded(8);

Settings bringing(Settings more = {}) {
  more["relay[0].name"] = "north";
  more["relay[0].address"] = "192.0.2.9:21120";
  more["relay[0].key"] = kRelayKey.public_text();
  return more;
}

struct Signalling : World {
  explicit Signalling(const Settings& more = {}) : World{bringing(more), false} {}

  jct_status announce(const std::string& uuid, const std::string& where = "north") {
    const auto& service = plugin->service<jct_tickets_service>(JCT_TICKETS_SERVICE);
    const jct_status status = host.on_loop(0, [&] {
      return service.announce(plugin->service_self(JCT_TICKETS_SERVICE), str(where), str(uuid), str("123456789"),
                              60'000'000'000);
    });
    host.run_until_idle();
    return status;
  }
  bool usable(const std::string& where = "north") {
    host.advance(100ms);
    const auto& service = plugin->service<jct_tickets_service>(JCT_TICKETS_SERVICE);
    return host.on_loop(0, [&] { return service.usable(plugin->service_self(JCT_TICKETS_SERVICE), str(where)); }) != 0;
  }
  FakeStream dial() { return host.dials().back(); }
};

/// The relay's host, for the plugin's newest connection.
struct RelayHost {
  explicit RelayHost(Signalling& where, const wire::SigningKeys& own = kRelayKey)
      : site{where},
        stream{where.dial()},
        talk{own, [this](const wire::PublicKey&) { return listed; },
             [this, &own](const wire::PublicKey& issuer, std::string_view text) {
               const Opened opened = open_ticket(issuer, own.public_key(), text, site.host.loops().wall(), 0);
               if (opened.verdict == Verdict::kGood) {
                 taken.push_back(opened.ticket.uuid);
               }
               return opened.verdict;
             }} {}

  void accept() {
    stream.accept();
    run();
  }
  void run() {
    site.host.run_until_idle();
    for (std::string came = stream.take_sent(); !came.empty(); came = stream.take_sent()) {
      std::string out;
      talk.feed(came, out);
      if (answers) stream.deliver(out);
      site.host.run_until_idle();
    }
  }

  Signalling& site;
  FakeStream stream;
  bool listed = true, answers = true;
  std::vector<std::string> taken;
  Inbound talk;
};

TEST_CASE("tickets go to the relay of that name, and are counted once it has taken them") {
  Signalling site;
  CHECK(wire::from_abi(site.dial().peer()).text() == "192.0.2.9:21120");
  CHECK(site.announce("early") == JCT_OK);
  RelayHost relay{site};
  relay.accept();
  CHECK(site.announce("one") == JCT_OK);
  relay.run();
  CHECK(relay.taken == std::vector<std::string>{"early", "one"});
  CHECK(site.metric("delivered") == 2);
  CHECK(site.announce("one", "south") == JCT_E_NOT_FOUND);
  CHECK(site.announce("") == JCT_E_ARG);
  CHECK(site.host.command("tickets")->json.find("\"state\":\"up\"") != std::string::npos);
  CHECK(site.usable());
  CHECK(site.metric("relays_up") == 1);
}

TEST_CASE("a lost connection is made anew, and what had no answer is brought again") {
  Signalling site;
  RelayHost first{site};
  first.accept();
  first.answers = false;
  site.announce("one");
  first.run();
  CHECK(first.taken.size() == 1);
  first.stream.reset();
  site.host.run_until_idle();
  CHECK(site.host.last_line("tickets.down").field("reason") == "connection_lost");
  site.announce("two");
  site.host.advance(200ms);
  REQUIRE(site.host.dials().size() == 2);
  RelayHost second{site};
  second.accept();
  CHECK(second.taken == std::vector<std::string>{"one", "two"});
  CHECK(site.host.lines_of("tickets.up") == 2);
}

TEST_CASE("a relay that cannot be told is sent no sessions after down_after, until it can, unless told otherwise") {
  Signalling site{{{"down_after", "2s"}}};
  CHECK(site.usable());
  site.host.advance(2s);
  CHECK_FALSE(site.usable());
  CHECK(site.usable("south"));
  RelayHost relay{site};
  relay.accept();
  CHECK(site.usable());
  Signalling relaxed{{{"relay[0].required", "false"}}};
  relaxed.host.advance(20s);
  CHECK(relaxed.usable());
}

TEST_CASE("calls that fail come less and less often, and the log has each reason once") {
  Signalling site{{{"retry_min", "100ms"}, {"retry_max", "1s"}}};
  for (int i = 0; i < 600; ++i) {
    site.dial().reset();
    site.host.advance(100ms);
  }
  CHECK(site.host.dials().size() > 60);
  CHECK(site.host.dials().size() < 100);
  CHECK(site.host.lines_of("tickets.down") == 1);
  CHECK(site.host.last_line("tickets.down").field("reason") == "cannot_connect");
}

TEST_CASE("a relay with another key, or one that does not list this host, is told nothing and the log says why") {
  Signalling site;
  RelayHost wrong{site, kOtherKey};
  wrong.accept();
  CHECK(wrong.stream.closed());
  CHECK(site.host.last_line("tickets.down").field("reason") == "wrong_relay_key");
  site.host.advance(200ms);
  RelayHost unlisting{site};
  unlisting.listed = false;
  site.announce("one");
  unlisting.accept();
  CHECK(site.host.last_line("tickets.down").field("reason") == "not_listed");
  CHECK(site.metric("calls_failed", "not_listed") == 1);
  CHECK(unlisting.taken.empty());
}

TEST_CASE("a relay that answers nothing is given up after greeting_timeout, one that falls silent after `silence`") {
  Signalling site{{{"greeting_timeout", "5s"}, {"silence", "30s"}, {"keep_alive", "10s"}}};
  site.dial().accept();
  site.host.advance(5s);
  CHECK(site.host.last_line("tickets.down").field("reason") == "no_answer");
  site.host.advance(200ms);
  RelayHost relay{site};
  relay.accept();
  for (int i = 0; i < 5; ++i) {
    site.host.advance(10s);
    relay.run();
  }
  CHECK_FALSE(relay.stream.closed());
  relay.answers = false;
  site.host.advance(31s);
  CHECK(relay.stream.closed());
  CHECK(site.host.last_line("tickets.down").field("reason") == "silent");
}

TEST_CASE("the queue is bounded; what gets too old in it is counted") {
  Signalling site{{{"max_queue", "2"}}};
  CHECK(site.announce("one") == JCT_OK);
  site.announce("two");
  site.announce("three");
  CHECK(site.metric("lost", "queue_full") == 1);
  site.host.advance(61s);
  CHECK(site.metric("lost", "expired_here") == 2);
}

TEST_CASE("a relay that reads slowly gets everything in the end, in order") {
  Signalling site{{{"max_queue", "1000"}}};
  RelayHost relay{site};
  relay.stream.set_high_mark(8192);
  relay.accept();
  relay.stream.stall();
  for (int i = 0; i < 500; ++i) site.announce("u" + std::to_string(i));
  relay.stream.unstall();
  for (int i = 0; i < 100; ++i) relay.run();
  REQUIRE(relay.taken.size() == 500);
  CHECK(relay.taken.back() == "u499");
  CHECK(site.metric("delivered") == 500);
}

TEST_CASE("a reload keeps the connection of a relay that stays, and lets go of one that has changed") {
  Signalling site;
  RelayHost relay{site};
  relay.accept();
  site.plugin->reload(bringing({{"relay[1].name", "south"},
                                {"relay[1].address", "192.0.2.10:21120"},
                                {"relay[1].key", kRelayKey.public_text()}}));
  CHECK_FALSE(relay.stream.closed());
  CHECK(site.host.dials().size() == 2);
  CHECK(site.announce("one", "south") == JCT_OK);
  site.plugin->reload(bringing({{"relay[0].required", "false"}}));
  CHECK(relay.stream.closed());
  CHECK(site.announce("one", "south") == JCT_E_NOT_FOUND);
  site.plugin->drain();
  CHECK(site.plugin->idle());
  CHECK(site.dial().closed());
}

TEST_CASE("a name is looked up where the loop does not wait for it, and an unknown one is said") {
  Signalling site{
      {{"relay[1].name", "south"}, {"relay[1].address", "localhost:21120"}, {"relay[1].key", kRelayKey.public_text()}}};
  REQUIRE(site.host.dials().size() == 2);
  CHECK(site.dial().peer().port == 21120);
  for (const char* bad : {"relay.example.org", ":21120", "relay.example.org:0", "a:b"}) {
    CHECK_THROWS_WITH_AS(
        site.plugin->reload(bringing(
            {{"relay[1].name", "south"}, {"relay[1].address", bad}, {"relay[1].key", kRelayKey.public_text()}})),
        doctest::Contains("relay[1].address: expected HOST:PORT"), Error);
  }
}

}  // namespace
