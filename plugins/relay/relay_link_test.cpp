// SPDX-License-Identifier: Apache-2.0
// relay/1 with sides that are no kernel streams, on a fake host: pairing, back-pressure, ends, limits.
#include <doctest/doctest.h>

#include <chrono>

#include "test_link.hpp"

using namespace std::chrono_literals;
using namespace junctor::relay::testing;

namespace {

TEST_CASE("a link and a stream of a uuid exchange bytes, whichever comes first") {
  for (const bool link_first : {true, false}) {
    World world;
    std::unique_ptr<TestLink> b;
    if (link_first) b = std::make_unique<TestLink>(world, "u");
    FakeStream a = world.side("u", 1, "123456789");
    a.deliver("early words");
    world.run();
    if (!link_first) b = std::make_unique<TestLink>(world, "u");
    world.run();
    CHECK(b->offered == JCT_OK);
    CHECK(b->resumed == 1);
    CHECK(b->data("from b") == JCT_OK);
    a.deliver(", and more");
    world.run();
    CHECK(b->got == "early words, and more");
    CHECK(a.sent() == "from b");
    CHECK(world.host.metric("sessions") == 1);
    CHECK(world.host.last_line("relay.start").field("transport") == "tcp-ws");
    b->closed(JCT_E_RESET);
    world.run();
    CHECK(a.closed());
    CHECK(world.host.last_line("relay.stop").field("reason") == "reset");
    CHECK(world.host.last_line("relay.stop").field("bytes_ab") == "21");
    CHECK(world.host.last_line("relay.stop").field("bytes_ba") == "6");
  }
}

TEST_CASE("two links of a uuid exchange bytes, and a finished session delivers before it closes") {
  World world;
  TestLink a{world, "u", "123456789"}, b{world, "u"};
  CHECK(a.data("a") == JCT_OK);
  a.end();
  CHECK(b.got == "a");
  CHECK(b.ended);
  CHECK(b.data("b") == JCT_OK);
  CHECK(a.got == "b");
  CHECK(a.closes.empty());
  b.end();
  CHECK(a.closes == std::vector<jct_status>{JCT_OK});
  CHECK(b.closes == std::vector<jct_status>{JCT_OK});
  CHECK(world.host.metric("sessions") == 1);
  a.closed(JCT_OK);
  b.closed(JCT_OK);
  CHECK(world.host.metric("sessions") == 0);
  CHECK(world.host.last_line("relay.stop").field("reason") == "finished");
}

TEST_CASE("a link may say much before it has a partner: what is not taken waits with it, and nothing is lost") {
  World world;
  TestLink b{world, "u"};
  CHECK(b.data("early ") == JCT_OK);
  const std::string much(16 * 1024, 'x');
  CHECK(b.data(much) == JCT_E_AGAIN);
  TestLink a{world, "u", "1"};
  CHECK(b.resumed == 1);
  CHECK(b.data(much) == JCT_OK);
  CHECK(a.got == "early " + much);
}

TEST_CASE("what a link sends from inside resume, in the moment of pairing, is not lost") {
  World world;
  TestLink b{world, "u"};
  b.kept = "held back";
  TestLink a{world, "u", "1"};
  CHECK(a.got == "held back");
}

TEST_CASE("a link that reads slowly stops the stream, and nothing is lost") {
  World world;
  TestLink slow{world, "u"};
  FakeStream fast = world.side("u", 1, "1");
  world.run();
  slow.full = true;
  fast.deliver(std::string(200'000, 'x'));
  world.run();
  CHECK(slow.got.empty());
  CHECK(fast.paused());
  CHECK(fast.unread().size() == 200'000);
  slow.drink();
  world.run();
  CHECK(slow.got.size() == 200'000);
  CHECK_FALSE(fast.paused());
}

TEST_CASE("a stream that reads slowly stops the link, and nothing is lost") {
  World world;
  TestLink fast{world, "u"};
  FakeStream slow = world.side("u", 1, "1");
  world.run();
  slow.stall();
  size_t taken = 0;
  while (fast.data(std::string(10'000, 'x')) == JCT_OK) taken += 10'000;
  CHECK(taken <= 256 * 1024);
  CHECK(fast.resumed == 1);
  slow.unstall();
  world.run();
  CHECK(fast.resumed == 2);
  CHECK(fast.data("y") == JCT_OK);
  CHECK(slow.sent().size() == taken + 1);
}

TEST_CASE("a half-close of the stream reaches the link behind the bytes, and the other direction goes on") {
  World world;
  TestLink b{world, "u"};
  FakeStream a = world.side("u", 1, "1");
  world.run();
  b.full = true;
  a.deliver("last words");
  a.peer_closes();
  world.run();
  CHECK_FALSE(b.ended);
  b.drink();
  world.run();
  CHECK(b.got == "last words");
  CHECK(b.ended);
  CHECK(b.data("still here") == JCT_OK);
  CHECK(a.sent() == "still here");
  b.end();
  world.run();
  CHECK(a.ended());
  CHECK(b.closes == std::vector<jct_status>{JCT_OK});
}

TEST_CASE("a link that says its end and goes at once has ended well, and the other gets all of it") {
  World world;
  TestLink a{world, "u", "123456789"}, b{world, "u"};
  CHECK(a.data("last words") == JCT_OK);
  a.end();
  a.closed(JCT_OK);
  CHECK(b.got == "last words");
  CHECK(b.closes == std::vector<jct_status>{JCT_OK});
  b.closed(JCT_OK);
  CHECK(world.host.last_line("relay.stop").field("reason") == "finished");
}

TEST_CASE("a stream's reset cuts the link off") {
  World world;
  TestLink b{world, "u"};
  FakeStream a = world.side("u", 1, "1");
  world.run();
  a.reset();
  world.run();
  CHECK(b.closes == std::vector<jct_status>{JCT_E_RESET});
  b.closed(JCT_OK);
  CHECK(world.host.metric("sessions") == 0);
}

TEST_CASE("a refusal that is known at once stays an answer, and a later one comes through close") {
  World world;
  CHECK(TestLink{world, "u", "", "other"}.offered == JCT_E_DENIED);
  CHECK(TestLink{world, ""}.offered == JCT_E_ARG);
  world.auth.later = true;
  TestLink late{world, "u", "", "other"};
  CHECK(late.offered == JCT_OK);
  CHECK(late.closes.empty());
  world.host.on_loop(late.loop, [&] { world.auth.answer(); });
  CHECK(late.closes == std::vector<jct_status>{JCT_E_DENIED});
  CHECK(late.data("?") == JCT_OK);
  late.closed(JCT_OK);
  CHECK(world.refused("wrong_key") == 2);
}

TEST_CASE("a link is offered on the loop of its uuid and nowhere else") {
  World world;
  TestLink here{world, "u"};
  const auto& service = world.relay->service<jct_relay_service>("relay/1");
  jct_relay_side side{};
  side.size = sizeof side;
  side.uuid = junctor::str("u");
  jct_relay_link table{};
  table.size = sizeof table;
  jct_handle handle = 0;
  const auto offer = [&] {
    return service.offer_link(world.relay->service_self("relay/1"), &side, &table, nullptr, &handle);
  };
  CHECK(world.host.on_loop(here.loop, offer) == JCT_E_ARG);  // a table without functions
  const auto data = [&] { return service.data(world.relay->service_self("relay/1"), here.handle, {}); };
  CHECK(world.host.on_loop((here.loop + 1) % 4, data) == JCT_E_CLOSED);
}

TEST_CASE("a third link of a uuid, a full waiting room and a drain are told apart") {
  World world{{{"max_waiting", "1"}}};
  TestLink a{world, "u"}, b{world, "u"};
  CHECK(TestLink{world, "u"}.offered == JCT_E_EXISTS);
  TestLink waits{world, "v"};
  CHECK(TestLink{world, "w"}.offered == JCT_E_LIMIT);
  world.relay->drain();
  CHECK(waits.closes == std::vector<jct_status>{JCT_E_STATE});
  CHECK(TestLink{world, "w"}.offered == JCT_E_STATE);
  CHECK_FALSE(world.relay->idle());
  a.closed(JCT_E_RESET);
  CHECK(b.closes == std::vector<jct_status>{JCT_E_RESET});
  b.closed(JCT_OK);
  world.run();
  CHECK(world.relay->idle());
}

TEST_CASE("no partner, idle and lifetime end a link with a timeout") {
  World world{{{"idle", "20s"}, {"lifetime", "1m"}}};
  TestLink lonely{world, "lonely"};
  TestLink a{world, "u"}, b{world, "u"};
  world.host.advance(19s);
  CHECK(a.data("x") == JCT_OK);
  world.host.advance(19s);
  CHECK(a.closes.empty());
  CHECK(lonely.closes == std::vector<jct_status>{JCT_E_TIMEOUT});
  world.host.advance(1s);
  CHECK(a.closes == std::vector<jct_status>{JCT_E_TIMEOUT});
  a.closed(JCT_OK);
  b.closed(JCT_OK);
  CHECK(world.host.last_line("relay.stop").field("reason") == "idle");
  TestLink c{world, "v"}, d{world, "v"};
  for (int i = 0; i < 6; ++i) {
    CHECK(c.data("x") == JCT_OK);
    world.host.advance(10s);
  }
  CHECK(c.closes.size() == 1);
  c.closed(JCT_OK);
  d.closed(JCT_OK);
  CHECK(world.host.last_line("relay.stop").field("reason") == "lifetime");
}

TEST_CASE("a rate holds links back, and time lets them go on") {
  World world{{{"rate", "8Mbit"}}};
  TestLink a{world, "u", "1"}, b{world, "u"};
  const std::string chunk(10'000, 'x');
  int64_t sent = 0;
  for (int i = 0; i < 1000; ++i) {
    while (a.data(chunk) == JCT_OK) sent += 10'000;
    world.host.advance(5ms);
  }
  CHECK(sent > 4'800'000);
  CHECK(sent < 5'300'000);
  CHECK(b.got.size() == static_cast<size_t>(sent));
}

TEST_CASE("sessions of links share as those of streams do, and a reload lets them go on faster") {
  World world{{{"total_rate", "16Mbit"}, {"idle", "0"}}};
  TestLink a{world, "u", "1"}, b{world, "u"}, c{world, "v", "2"}, d{world, "v"};
  const std::string chunk(10'000, 'x');
  const auto pour = [&](std::chrono::milliseconds time) {
    const size_t before_b = b.got.size(), before_d = d.got.size();
    for (auto past = 0ms; past < time; past += 5ms) {
      while (a.data(chunk) == JCT_OK) continue;
      while (c.data(chunk) == JCT_OK) continue;
      world.host.advance(5ms);
    }
    return std::pair{b.got.size() - before_b, d.got.size() - before_d};
  };
  pour(2s);
  const auto [first, second] = pour(4s);
  CHECK(static_cast<double>(first) == doctest::Approx(4e6).epsilon(0.05));
  CHECK(static_cast<double>(second) == doctest::Approx(4e6).epsilon(0.05));
  world.relay->reload({{"total_rate", "32Mbit"}, {"idle", "0"}});
  pour(2s);
  CHECK(static_cast<double>(pour(2s).first) == doctest::Approx(4e6).epsilon(0.05));
}

TEST_CASE("junctorctl shows and ends sessions of links as those of streams") {
  World world;
  TestLink a{world, "u", "123456789"}, b{world, "u"};
  CHECK(a.data("12345") == JCT_OK);
  const auto shown = world.host.command("sessions");
  CHECK(shown->json.find(R"("transport":"ws-ws")") != std::string::npos);
  CHECK(shown->json.find(R"("bytes_ab":5)") != std::string::npos);
  const std::string number = world.host.last_line("relay.start").field("session");
  CHECK(world.host.command("sessions", R"({"args":["end",")" + number + R"("]})")->status == JCT_OK);
  CHECK(b.closes == std::vector<jct_status>{JCT_E_CLOSED});
  a.closed(JCT_OK);
  b.closed(JCT_OK);
  CHECK(world.host.last_line("relay.stop").field("reason") == "operator");
  world.relay->finish();
  CHECK(world.host.complaints() == std::vector<std::string>{});
}

}  // namespace
