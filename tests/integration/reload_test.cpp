// SPDX-License-Identifier: Apache-2.0
// Reload: LIVE values in place, restarts without a refused connection, and refusals that change nothing.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "site.hpp"

using namespace junctor::testing;

namespace {

std::string state_of(Server& server, const std::string& instance) {
  const auto row = server.ctl("plugins").row("instance", instance);
  return row.isNull() ? "none" : row->getValue<std::string>("state");
}

/// Everything that a refused reload must leave alone.
void check_untouched(Server& server, LineClient& old) {
  CHECK(old.ask("hello") == "hello");
  CHECK(old.ask("label") == "none");
  CHECK(answers(server));
  CHECK(state_of(server, "probe") == "running");
}

}  // namespace

TEST_CASE("a LIVE option is applied in place and connections stay") {
  Server server{fixtures()};
  add_probe(server);
  server.start();
  LineClient client = connect(server);
  CHECK(client.ask("hello") == "hello");
  add_probe(server, "greeting = \"good day\"\n");
  server.signal(SIGHUP);
  REQUIRE(server.log_has("event=config.reloaded live=probe"));
  CHECK(client.ask("hello") == "good day");
  CHECK(server.ctl("probe").object()->getValue<std::string>("greeting") == "good day");
  CHECK(contains(server.ctl("config").text, "10-probe.toml:2"));
  CHECK(server.stop() == 0);
}

TEST_CASE("a change that needs more restarts the instance, and no connection attempt is refused meanwhile") {
  Server server{fixtures()};
  add_probe(server);
  server.start();
  LineClient old = connect(server);
  REQUIRE(old.ask("label") == "none");

  std::atomic<bool> over{false};
  std::atomic<int> served{0};
  std::atomic<int> lost{0};
  std::thread hammer{[&] {
    while (!over) {
      auto client = LineClient::try_connect("127.0.0.1", server.port());
      if (client && client->try_send("echo in\n") && client->read_line() == "in") {
        ++served;
      } else {
        ++lost;
      }
    }
  }};
  const int rounds = scaled(20);
  for (int i = 0; i < rounds; ++i) {
    add_probe(server, "label = \"" + std::to_string(i) + "\"\n");
    server.reload();
    LineClient fresh = connect(server);
    CHECK(fresh.ask("label") == std::to_string(i));
  }
  over = true;
  hammer.join();
  CHECK(served > 0);
  CHECK(lost == 0);
  CHECK(old.ask("label") == "none");  // what was there before is served by the object that drains
  CHECK(state_of(server, "probe") == "running");
  old.close();
  CHECK(eventually([&] { return server.ctl("plugins").rows().size() == 1; }));
  CHECK(server.stop() == 0);
  CHECK_FALSE(server.log_has("plugin.leftover", Millis{0}));
}

TEST_CASE("datagrams are answered by the restarted instance") {
  Server server{fixtures()};
  add_probe(server);
  server.start();
  UdpClient client{"127.0.0.1", server.port()};
  for (int i = 0; i < 3; ++i) {
    client.send("ping");
    CHECK(client.receive().value_or(UdpClient::Datagram{}).bytes == "ping");
    add_probe(server, "label = \"" + std::to_string(i) + "\"\n");
    server.reload();
  }
  CHECK(server.stop() == 0);
}

TEST_CASE("a plugin without a drain of its own is restarted too") {
  Server server{fixtures()};
  server.conf("10-bad", "[leaks_listener]\n");
  server.start();
  server.conf("10-bad", "[leaks_listener]\nlisten = { address = \"127.0.0.1:P+1\", backlog = 7 }\n");
  server.reload();
  CHECK(state_of(server, "leaks_listener") == "running");
  CHECK(LineClient::try_connect("127.0.0.1", server.port(1)));
  CHECK(server.stop() == 0);
}

TEST_CASE("an added file starts a plugin, a removed one drains and stops it, the others are not disturbed") {
  Server server{fixtures()};
  add_probe(server);
  server.start();
  LineClient probe = connect(server);
  server.conf("20-echo", "[echo_c]\nlisten = \":P+1\"\n");
  server.reload();
  CHECK(state_of(server, "echo_c") == "running");
  LineClient echo = connect(server, 1);
  CHECK(echo.ask("one") == "one");
  server.remove_conf("20-echo");
  server.reload();
  CHECK(state_of(server, "echo_c") == "draining");
  CHECK_FALSE(LineClient::try_connect("127.0.0.1", server.port(1)));
  CHECK(echo.ask("two") == "two");
  echo.close();
  CHECK(eventually([&] { return state_of(server, "echo_c") == "none"; }));
  CHECK(contains(server.ctl("echo_c").error, "unknown command"));
  CHECK(probe.ask("echo here") == "here");
  CHECK(server.stop() == 0);
}

TEST_CASE("enabled = false switches an instance off, and true on again") {
  Server server{fixtures()};
  add_probe(server);
  server.conf("20-echo", "[echo_c]\nlisten = \":P+1\"\n");
  server.start();
  server.conf("90-site", "[echo_c]\nenabled = false\n");
  server.reload();
  CHECK(eventually([&] { return state_of(server, "echo_c") == "none"; }));
  server.remove_conf("90-site");
  server.reload();
  CHECK(state_of(server, "echo_c") == "running");
  CHECK(server.stop() == 0);
}

TEST_CASE("users are restarted with the provider whose service they hold") {
  Server server{fixtures()};
  add_probe(server);
  server.conf("20-number", "[giver]\n[taker]\n");
  server.start();
  CHECK(server.ctl("taker").object()->getValue<int>("number") == 7);
  server.conf("20-number", "[giver]\nnumber = 9\n[taker]\n");
  server.mark_log();
  server.reload();
  CHECK(server.ctl("taker").object()->getValue<int>("number") == 9);
  CHECK(server.log_has("event=config.reloaded", "started=giver,taker"));
  CHECK_FALSE(server.log_has("instance=probe", Millis{0}));
  // The provider goes and its user stays: refused, and both go on.
  server.conf("20-number", "[taker]\n");
  const Answer refused = server.ctl("reload");
  CHECK_FALSE(refused.ok);
  CHECK(contains(refused.error, "needs the service number/1"));
  CHECK(server.ctl("taker").object()->getValue<int>("number") == 9);
  CHECK(server.stop() == 0);
}

TEST_CASE("a plugin that refuses new values leaves everything as it was") {
  Server server{fixtures()};
  add_probe(server);
  server.conf("20-bad", "[refuses_reload]\n");
  server.start();
  LineClient old = connect(server);
  add_probe(server, "greeting = \"good day\"\nlabel = \"new\"\n");
  server.conf("20-bad", "[refuses_reload]\nmood = \"merry\"\n");
  server.conf("30-echo", "[echo_c]\nlisten = \":P+1\"\n");
  const Answer answer = server.ctl("reload");
  CHECK_FALSE(answer.ok);
  CHECK(contains(answer.error, "[refuses_reload] refuses the new values: not on a Sunday"));
  CHECK(server.log_has("event=config.reload_refused", "not on a Sunday"));
  check_untouched(server, old);
  CHECK_FALSE(LineClient::try_connect("127.0.0.1", server.port(1)));
  CHECK(server.stop() == 0);
}

TEST_CASE("a fault in the files leaves everything as it was and is logged with its place") {
  Server server{fixtures()};
  add_probe(server);
  server.start();
  LineClient old = connect(server);
  for (const char* text :
       {"[probe]\nlabel = \"new\"\ngreeting = \n", "[probe]\nlabel = 7\n", "[probe]\n[missing_service]\n"}) {
    server.conf("10-probe", text);
    server.mark_log();
    server.signal(SIGHUP);
    CHECK(server.log_has("event=config.fault", "10-probe.toml:"));
    CHECK_FALSE(server.ctl("reload").ok);
    check_untouched(server, old);
  }
  CHECK(server.stop() == 0);
}

TEST_CASE("a port that is taken refuses the reload before anything is touched") {
  Server holder{fixtures()};
  add_probe(holder);
  holder.start();
  Server server{fixtures()};
  add_probe(server);
  server.start();
  LineClient old = connect(server);
  add_probe(server, "label = \"new\"\nlisten = [\":P\", \"127.0.0.1:" + std::to_string(holder.port()) + "\"]\n");
  const Answer answer = server.ctl("reload");
  CHECK_FALSE(answer.ok);
  CHECK(contains(answer.error, "another process has it"));
  check_untouched(server, old);
  CHECK(holder.stop() == 0);
  server.reload();
  CHECK(server.stop() == 0);
}

TEST_CASE("what only a restart can change refuses the reload and says so; LIVE kernel options apply") {
  Server server{fixtures()};
  add_probe(server);
  server.start();
  server.kernel("offload_threads = 9\n");
  const Answer answer = server.ctl("reload");
  CHECK_FALSE(answer.ok);
  CHECK(contains(answer.error, "kernel.offload_threads cannot change while the server runs; restart it"));
  server.kernel("log_level = \"debug\"\n");
  server.reload();
  CHECK(server.ctl("log").object()->getValue<std::string>("level") == "debug");
  CHECK(server.stop() == 0);
}

TEST_CASE("an instance that fails to start in a reload is shown with its reason and mended by the next one") {
  Server server{fixtures()};
  add_probe(server);
  server.start();
  server.conf("20-bad", "[start_fails]\n");
  const Answer answer = server.ctl("reload");
  CHECK(!answer.ok);
  CHECK(contains(answer.error, "[start_fails] ("));
  CHECK(contains(answer.error, "20-bad.toml:1): the tide is out"));
  CHECK(state_of(server, "start_fails") == "failed");
  CHECK(contains(server.ctl("plugins").row("instance", "start_fails")->getValue<std::string>("reason"),
                 "the tide is out"));
  CHECK(answers(server));
  server.remove_conf("20-bad");
  server.reload();
  CHECK(eventually([&] { return state_of(server, "start_fails") == "none"; }));
  CHECK(server.stop() == 0);
}

TEST_CASE("an instance that moves to another port answers there and not here") {
  Server server{fixtures()};
  add_probe(server);
  server.start();
  LineClient old = connect(server);
  CHECK(old.ask("echo here") == "here");  // who still waits in the queue of a port that closes is reset
  add_probe(server, "listen = [\":P+2\"]\n");
  server.reload();
  LineClient moved = connect(server, 2);
  CHECK(moved.ask("echo x") == "x");
  CHECK_FALSE(LineClient::try_connect("127.0.0.1", server.port()));
  CHECK(old.ask("echo still") == "still");
  CHECK(server.stop() == 0);
}

TEST_CASE("a refused reload stays a warning until it is mended, since the next start would fail") {
  Server server{fixtures()};
  add_probe(server);
  server.start();
  const auto warnings = [&] { return server.ctl("status").object()->getArray("warnings"); };
  CHECK(warnings()->size() == 0);
  for (const char* text : {"[probe]\nlabl = 1\n", "[probe]\nlabel = \"forbidden\"\n"}) {
    server.conf("10-probe", text);
    CHECK_FALSE(server.ctl("reload").ok);
    REQUIRE(warnings()->size() == 1);
    CHECK(warnings()->getObject(0)->getValue<std::string>("reason") == "reload_refused");
    CHECK(contains(warnings()->getObject(0)->getValue<std::string>("detail"), "10-probe.toml:2"));
  }
  add_probe(server);
  server.reload();
  CHECK(warnings()->size() == 0);
  CHECK(server.stop() == 0);
}

TEST_CASE("an address in other words is handed over, and no connection attempt is refused meanwhile") {
  Server server{fixtures()};
  add_probe(server);
  server.start();
  const std::string apart = "listen = [\"0.0.0.0:P\", \"[::]:P\"]\n";
  for (const std::string& listen : {apart, std::string{"listen = [\":P\"]\n"}, apart}) {
    LineClient before = connect(server);
    add_probe(server, listen);
    const Answer answer = server.ctl("reload");
    CAPTURE(answer.error);
    REQUIRE(answer.ok);
    CHECK(before.ask("echo old") == "old");
    CHECK(connect(server).ask("echo new") == "new");
  }
  CHECK(server.stop() == 0);
}
