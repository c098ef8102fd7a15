// SPDX-License-Identifier: Apache-2.0
// Plugins that are bad on purpose: each is refused or contained with words that name it and the reason, and the rest
// goes on.
#include <doctest/doctest.h>

#include <array>

#include "site.hpp"

using namespace junctor::testing;

namespace {

/// What --check says against a file whose line 2 has the plugin.
std::string refusal(const std::string& plugin, const std::string& more = "") {
  Server server{fixtures()};
  server.conf("20-bad", "\n[" + plugin + "]\n" + more);
  const Finished done = run_junctord(server.arguments({"--check"}));
  CHECK(done.code == 1);
  CHECK(contains(done.err, "20-bad.toml:2:"));
  CHECK(contains(done.err, plugin));
  return done.err;
}

/// A running server with the probe and the bad one.
struct Site {
  explicit Site(const std::string& plugin, const std::string& kernel = "") : server{fixtures(kernel)} {
    add_probe(server);
    server.conf("20-bad", "[" + plugin + "]\n");
    server.start();
  }
  Server server;
};

}  // namespace

TEST_CASE("a file that is no plugin is refused by name") {
  CHECK(contains(refusal("no_entry"), "no symbol junctor_plugin_v1; not a Junctor plugin"));
  CHECK(contains(refusal("null_descriptor"), "its entry gave no descriptor"));
}

TEST_CASE("another version of the boundary is refused with both numbers") {
  CHECK(contains(refusal("wrong_major"), "has junctor_plugin_v2, this kernel speaks junctor_plugin_v1"));
  CHECK(contains(refusal("newer_minor"), "it needs ABI 1.99 (built with 1.99), this kernel has 1.0"));
}

TEST_CASE("a descriptor that contradicts itself is refused") {
  CHECK(contains(refusal("wrong_name"), "it calls itself \"somebody_else\", expected \"wrong_name\""));
  CHECK(contains(refusal("wrong_option_type"), "option \"colour\" has the unknown type 77"));
  CHECK(contains(refusal("bad_default"), "option \"wait\": bad default"));
}

TEST_CASE("a file that others could change is refused, and so is one that is no file") {
  TempDir plugins;
  std::filesystem::copy(std::string{JUNCTOR_TEST_FIXTURES} + "/probe.so", plugins.file("probe.so"));
  std::filesystem::permissions(plugins.file("probe.so"), std::filesystem::perms::others_write,
                               std::filesystem::perm_options::add);
  std::filesystem::create_directory(plugins.file("echo_c.so"));
  ServerOptions options;
  options.plugin_dir = plugins.path();
  Server server{options};
  server.conf("10-probe", "[probe]\n[echo_c]\n");
  const Finished done = run_junctord(server.arguments({"--check"}));
  CHECK(done.code == 1);
  CHECK(contains(done.err, "probe.so: writable by others than its owner; chmod go-w it"));
  CHECK(contains(done.err, "echo_c.so: not a regular file"));
}

TEST_CASE("a service that nobody provides is named") {
  CHECK(contains(refusal("missing_service"), "needs the service weather/1, which no enabled plugin provides"));
}

TEST_CASE("a circle of services is named in full") {
  Server server{fixtures()};
  server.conf("20-bad", "[cycle_a]\n[cycle_b]\n");
  const Finished done = run_junctord(server.arguments({"--check"}));
  CHECK(done.code == 1);
  CHECK(contains(done.err, "20-bad.toml:1:"));
  CHECK(contains(done.err, "cycle_a -> cycle_b -> cycle_a"));
}

TEST_CASE("one provider of several must be chosen") {
  Server server{fixtures()};
  server.conf("20-numbers", "[giver]\n[giver-two]\nplugin = \"giver\"\nnumber = 8\n");
  server.conf("30-taker", "[taker]\n");
  const Finished done = run_junctord(server.arguments({"--check"}));
  CHECK(done.code == 1);
  CHECK(contains(done.err, "30-taker.toml:1:"));
  CHECK(contains(done.err, "giver, giver-two provide it; say which: number = \"giver\""));
  server.conf("30-taker", "[taker]\nnumber = \"giver-two\"\n");
  server.start();
  CHECK(server.ctl("taker").text == R"({"ok":true,"result":{"number":8,"from":"giver-two"}})");
  CHECK(server.stop() == 0);
}

TEST_CASE("an exception in create reaches the operator as a reason, not as a crash") {
  for (const auto& [plugin, reason] : {std::array{"throws_in_create", "the moon is full"},
                                       std::array{"faults_in_create", "it answered status -14 without a text"},
                                       std::array{"silent_provider", "it declares the service ghost/1"}}) {
    Server server{fixtures()};
    add_probe(server);
    server.conf("20-bad", std::string{"["} + plugin + "]\n");
    server.launch();
    CHECK(server.wait_exit() == 2);
    CHECK(server.log_has("event=plugin.create_failed", reason));
    CHECK(server.log_has("event=server.start_failed", std::string{"["} + plugin + "]"));
  }
}

TEST_CASE("a plugin that fails in a reload leaves nothing of itself behind") {
  Server server{fixtures()};
  add_probe(server);
  server.start();
  server.conf("20-bad", "[faults_in_create]\n");
  const Answer answer = server.ctl("reload");
  CHECK_FALSE(answer.ok);
  CHECK(contains(answer.error, "[faults_in_create]"));
  CHECK(answers(server));
  CHECK(contains(server.ctl("left_behind").error, "unknown command"));
  CHECK(server.stop() == 0);
}

TEST_CASE("what a plugin has not given back is closed and logged against it") {
  Site timer{"leaks_timer"};
  CHECK(answers(timer.server));
  CHECK(timer.server.stop() == 0);
  CHECK(timer.server.log_has("plugin=leaks_timer event=plugin.leftover timers=1"));
  CHECK_FALSE(timer.server.log_has("plugin=probe event=plugin.leftover", Millis{0}));

  Site listener{"leaks_listener"};
  CHECK(LineClient::try_connect("127.0.0.1", listener.server.port(1)));
  CHECK(listener.server.stop() == 0);
  CHECK(listener.server.log_has("plugin=leaks_listener event=plugin.leftover listeners=1"));
}

TEST_CASE("calls from a thread of the plugin's own are refused, logged and harmless") {
  Site site{"wrong_thread"};
  LineClient client = connect(site.server, 1);
  // send, close, udp_send, timer_start: wrong thread; listen without a table: argument; provide: wrong thread.
  CHECK(client.read_line().value_or("") == "-2 -2 -2 -2 -1 -2 ");
  for (const char* call : {"send", "close", "udp_send", "timer_start", "provide"}) {
    CHECK(site.server.log_has("plugin=wrong_thread event=plugin.wrong_thread", std::string{"call="} + call));
  }
  CHECK(answers(site.server));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("handles that are stale, foreign or made up answer CLOSED") {
  Site site{"stale_handles"};
  CHECK(site.server.ctl("stale").text == R"({"ok":true,"result":[-3,0,-3,-3,-3,-3,-3,-3]})");
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a callback that holds its loop is logged by name, once, and the rest goes on") {
  Server server{fixtures("loop_stall = \"200ms\"\n")};
  add_probe(server);
  server.conf("20-bad", "[blocks_loop]\nhold = \"1s\"\n");
  server.start();
  CHECK(server.log_has("plugin=blocks_loop event=loop.stalled", "held_ms="));
  CHECK(answers(server));
  CHECK(server.stop() == 0);
  const std::string log = server.log();
  CHECK(log.find("loop.stalled") == log.rfind("loop.stalled"));
}

TEST_CASE("faults in callbacks cost their own connection and are counted") {
  Site site{"faults_on_every_callback"};
  CHECK(site.server.log_has("plugin=faults_on_every_callback event=plugin.timer_failed status=-14"));
  LineClient refused = connect(site.server, 1);
  CHECK(refused.wait_end() != LineClient::End::kOpen);
  CHECK(site.server.log_has("event=plugin.callback_failed callback=on_accept"));
  LineClient faulty = connect(site.server, 2);
  faulty.send("x\n");
  CHECK(faulty.wait_end() != LineClient::End::kOpen);
  CHECK(site.server.log_has("event=plugin.callback_failed callback=on_data"));
  UdpClient datagrams{"127.0.0.1", site.server.port(1)};
  datagrams.send("x");
  CHECK(site.server.log_has("event=plugin.datagrams_failed status=-14"));
  CHECK(contains(site.server.ctl("status").text, "plugin_faults"));
  CHECK(answers(site.server));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("services that a descriptor does not name are neither given nor found") {
  Site site{"undeclared_service"};
  CHECK(site.server.log_has("plugin=undeclared_service event=plugin.undeclared_service service=storage/1"));
  CHECK(site.server.log_has("plugin=undeclared_service event=plugin.undeclared_service service=keys/1"));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a plugin that consumes more than there was loses that connection alone") {
  Site site{"lying_consumed"};
  LineClient client = connect(site.server, 1);
  client.send("four");
  CHECK(client.wait_end() != LineClient::End::kOpen);
  CHECK(site.server.log_has("plugin=lying_consumed event=plugin.consumed_too_much bytes=5"));
  CHECK(answers(site.server));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("only the first answer to a command counts, and a failure keeps its words") {
  Site site{"double_finish"};
  CHECK(site.server.ctl("twice").text == R"({"ok":true,"result":"first"})");
  CHECK(site.server.ctl("failing").text == R"({"ok":false,"error":"not today"})");
  LineClient client = LineClient::local(site.server.control_path());
  const std::string garbled = client.ask(R"({"command":"garbled"})");
  CHECK(contains(garbled, "\"ok\":false"));
  CHECK(contains(garbled, "no JSON"));
  CHECK(contains(client.ask(R"({"command":"twice"})"), "first"));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a plugin that never drains is left behind at the drain timeout") {
  Site site{"never_drains", "drain_timeout = \"300ms\"\n"};
  site.server.signal(SIGTERM);
  CHECK(site.server.wait_exit() == 0);
  CHECK(site.server.log_has("event=plugin.drain_timeout instance=never_drains"));
}

TEST_CASE("a word that another instance has is refused, and the log says whose it is") {
  Server server{fixtures()};
  server.conf("10-echo", "[echo_c]\n[echo_c-two]\nplugin = \"echo_c\"\nlisten = \":P+1\"\n");
  server.launch();
  CHECK(server.wait_exit() == 2);
  CHECK(server.log_has("plugin=echo_c-two event=plugin.command_taken command=\"echo_c, by [echo_c]\""));
}

TEST_CASE("a plugin in plain C serves, ticks, reloads and drains") {
  Server server{fixtures()};
  server.conf("10-echo", "[echo_c]\nprefix = \"> \"\n");
  server.start();
  LineClient client = connect(server);
  CHECK(client.ask("one") == "> one");
  CHECK(eventually([&] { return server.ctl("echo_c").object()->getValue<int>("ticks") > 2; }));
  server.conf("10-echo", "[echo_c]\nprefix = \"* \"\n");
  server.reload();
  CHECK(client.ask("two") == "* two");
  CHECK(server.ctl("echo_c").object()->getValue<int>("bytes") == 8);
  client.close();
  CHECK(server.stop() == 0);
  CHECK_FALSE(server.log_has("plugin.leftover", Millis{0}));
}
