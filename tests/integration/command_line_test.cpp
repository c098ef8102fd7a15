// SPDX-License-Identifier: Apache-2.0
// The command line: what is checked, explained and overridden before anything runs, and the exit codes.
#include <doctest/doctest.h>

#include "site.hpp"

using namespace junctor::testing;

TEST_CASE("--check prints every fault with its file, line and column, and starts nothing") {
  Server server{fixtures()};
  add_probe(server, "greeting = 7\nlabl = \"x\"\n");
  server.conf("20-more", "[prob]\nx = 1\n\n[echo_c]\ntick = \"soon\"\n");
  const Finished done = run_junctord(server.arguments({"--check"}));
  CHECK(done.code == 1);
  const std::string conf = server.dir() + "/etc/conf.d/";
  CHECK(contains(done.err, conf + "10-probe.toml:2:"));
  CHECK(contains(done.err, conf + "10-probe.toml:3:1: unknown option \"labl\" in [probe] (did you mean \"label\"?)"));
  CHECK(contains(done.err, conf + "20-more.toml:1:"));
  CHECK(contains(done.err, "(did you mean \"probe\"?)"));
  CHECK(contains(done.err, conf + "20-more.toml:5:"));
  CHECK_FALSE(std::filesystem::exists(server.data_dir()));
}

TEST_CASE("--check says so when nothing is wrong, wherever it stands on the line") {
  Server server{fixtures()};
  add_probe(server);
  for (const bool first : {true, false}) {
    std::vector<std::string> args = server.arguments();
    args.insert(first ? args.begin() : args.end(), "--check");
    const Finished done = run_junctord(args);
    CHECK(done.code == 0);
    CHECK(done.out == "configuration ok: 1 instances\n");
    CHECK(done.err.empty());
  }
  CHECK_FALSE(std::filesystem::exists(server.data_dir()));
}

TEST_CASE("a syntax error is a fault with its place, and starting refuses it too") {
  Server server{fixtures()};
  server.conf("10-probe", "[probe]\ngreeting = \n");
  const Finished checked = run_junctord(server.arguments({"--check"}));
  CHECK(checked.code == 1);
  CHECK(contains(checked.err, "10-probe.toml:2:"));
  const Finished started = run_junctord(server.arguments());
  CHECK(started.code == 1);
  CHECK(started.err == checked.err);
}

TEST_CASE("a missing main file is a fault that names it") {
  const Finished done = run_junctord({"--config", "/nowhere/junctor.toml", "--check"});
  CHECK(done.code == 1);
  CHECK(contains(done.err, "/nowhere/junctor.toml"));
}

TEST_CASE("--explain prints a plugin's options from its own table, even beside a broken configuration") {
  Server server{fixtures()};
  server.conf("10-probe", "[probe]\ngreeting = \n");
  const Finished done = run_junctord(server.arguments({"--explain", "probe"}));
  CHECK(done.code == 0);
  CHECK(contains(done.out, "greeting"));
  CHECK(contains(done.out, "what \"label\" is answered with"));
  const Finished kernel = run_junctord({"--explain", "kernel"});
  CHECK(kernel.code == 0);
  CHECK(contains(kernel.out, "base_port"));
  const Finished reference = run_junctord(server.arguments({"--reference", "echo_c"}));
  CHECK(reference.code == 0);
  CHECK(contains(reference.out, "`tick`"));
  const Finished unknown = run_junctord(server.arguments({"--explain", "nothing"}));
  CHECK(unknown.code == 1);
  CHECK(contains(unknown.err, "nothing.so"));
}

TEST_CASE("--set overrides one key, and one number moves the whole site") {
  Server server{fixtures()};
  add_probe(server);
  const PortBlock other;
  ServerOptions options = fixtures();
  options.args = {"--set", "kernel.base_port=" + std::to_string(other.base()), "--set", "probe.greeting=moved"};
  Server moved{options};
  add_probe(moved);
  moved.start();
  LineClient client{"127.0.0.1", other.base()};
  CHECK(client.ask("hello") == "moved");
  CHECK_FALSE(LineClient::try_connect("127.0.0.1", moved.port()));
  CHECK(moved.stop() == 0);

  const Finished bad = run_junctord(server.arguments({"--set", "probe.greetin=x", "--check"}));
  CHECK(bad.code == 1);
  CHECK(contains(bad.err, "--set probe.greetin: unknown option \"greetin\" in [probe] (did you mean \"greeting\"?)"));
}

TEST_CASE("what the command line does not know is refused with code 1") {
  CHECK(run_junctord({"--wrong"}).code == 1);
  CHECK(run_junctord({"--config"}).code == 1);
  const Finished extra = run_junctord({"start"});
  CHECK(extra.code == 1);
  CHECK(contains(extra.err, "unexpected argument \"start\""));
  const Finished version = run_junctord({"--version"});
  CHECK(version.code == 0);
  CHECK(contains(version.out, "junctord "));
  const Finished help = run_junctord({"--help"});
  CHECK(help.code == 0);
  CHECK(contains(help.out, "--explain"));
}

TEST_CASE("a plugin that does not start ends the server with code 2 and the reason") {
  Server server{fixtures()};
  add_probe(server);
  server.conf("20-bad", "[start_fails]\n");
  server.launch();
  CHECK(server.wait_exit() == 2);
  CHECK(server.log_has("event=plugin.start_failed", "the tide is out"));
  CHECK(server.log_has("event=server.start_failed", "[start_fails]"));
  CHECK_FALSE(server.log_has("server.ready", Millis{0}));
}

TEST_CASE("a port that another process has ends the server with code 2, the port and what to do") {
  Server holder{fixtures()};
  add_probe(holder);
  holder.start();
  Server server{fixtures()};
  add_probe(server, "listen = [\"127.0.0.1:" + std::to_string(holder.port()) + "\"]\n");
  server.launch();
  CHECK(server.wait_exit() == 2);
  CHECK(server.log_has("event=net.listen_failed", "127.0.0.1:" + std::to_string(holder.port())));
  CHECK(server.log_has("another process has it"));
  CHECK(answers(holder));
  CHECK(holder.stop() == 0);
}

TEST_CASE("a second server in the same data directory is refused with code 3, and the first goes on") {
  Server first{fixtures()};
  add_probe(first);
  first.start();
  Server second{fixtures()};
  add_probe(second);
  second.kernel("control_socket = \"" + first.control_path() + "\"\n");
  second.launch();
  CHECK(second.wait_exit() == 3);
  CHECK(second.log_has("another server answers at"));
  CHECK(answers(first));
  CHECK(first.ctl("status").ok);
  CHECK(first.stop() == 0);
}

TEST_CASE("a socket file that a killed server left is no obstacle") {
  Server server{fixtures()};
  add_probe(server);
  server.start();
  server.kill();
  CHECK(std::filesystem::exists(server.control_path()));
  server.start();
  CHECK(server.ctl("status").ok);
  CHECK(server.stop() == 0);
  CHECK_FALSE(std::filesystem::exists(server.control_path()));
}

TEST_CASE("two listeners that want one port are a fault before anything starts") {
  Server server{fixtures()};
  add_probe(server);
  server.conf("20-echo", "[echo_c]\n");
  const Finished done = run_junctord(server.arguments({"--check"}));
  CHECK(done.code == 1);
  CHECK(contains(done.err, "20-echo.toml:1:"));
  CHECK(contains(done.err, "[echo_c] listen and [probe] listen both want tcp :" + std::to_string(server.port())));
}
