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

TEST_CASE("a second server in the same data directory is refused with code 3 and the first one's pid, which goes on") {
  Server first{fixtures()};
  add_probe(first);
  first.start();
  Server second{fixtures()};
  add_probe(second);
  second.kernel("control_socket = \"own.sock\"\n");
  second.wrap({});
  const Finished done = run_junctord(second.arguments({"--data", first.data_dir()}));
  CHECK(done.code == 3);
  CHECK(contains(done.err, "another server, pid " + std::to_string(first.pid()) + ", has " + first.data_dir()));
  CHECK(answers(first));
  CHECK(first.ctl("status").ok);
  CHECK(first.stop() == 0);
}

TEST_CASE("a control socket that another server answers at is not taken away") {
  Server first{fixtures()};
  add_probe(first);
  first.start();
  Server second{fixtures()};
  add_probe(second);
  second.kernel("control_socket = \"" + first.control_path() + "\"\n");
  second.launch();
  CHECK(second.wait_exit() == 3);
  CHECK(second.log_has("another server answers at"));
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

TEST_CASE("what the next start would refuse is found by --check, with the line that says so") {
  struct Case {
    const char* probe;
    const char* kernel;
    const char* where;
    const char* what;
    int start = 1;  // 2: it may be right at the next try
  };
  const Case cases[] = {
      {"label = \"forbidden\"\n", "", "10-probe.toml:2:", "[probe] label: expected another word than \"forbidden\""},
      {"listen = [\"192.0.2.7:P\"]\n", "", "10-probe.toml:2:", "no interface of this host has the address", 2},
      {"listen = [\"no-such-host.invalid:P\"]\n", "", "10-probe.toml:2:", "no-such-host.invalid", 2},
      {"", "log_file = \"/dev/null/log\"\n", "junctor.toml:", "\"log_file\" in [kernel]: cannot reach /dev/null/log"},
      {"", "user = \"nobody-of-that-name\"\n", "junctor.toml:", "there is no user \"nobody-of-that-name\""},
  };
  for (const Case& one : cases) {
    CAPTURE(one.what);
    if (std::string{one.kernel}.find("user") != std::string::npos && ::geteuid() != 0) continue;
    Server server{fixtures(one.kernel)};
    add_probe(server, one.probe);
    const Finished checked = run_junctord(server.arguments({"--check"}));
    CHECK(checked.code == 1);
    CHECK(contains(checked.err, one.where));
    CHECK(contains(checked.err, one.what));
    const Finished started = run_junctord(server.arguments());
    CHECK(started.code == one.start);
    CHECK(contains(started.err, one.what));
    CHECK_FALSE(std::filesystem::exists(server.control_path()));
  }
}

TEST_CASE("a data directory that anybody may write in is refused with the reason") {
  Server server{fixtures()};
  add_probe(server);
  std::filesystem::create_directory(server.data_dir());
  std::filesystem::permissions(server.data_dir(), std::filesystem::perms::all);
  const Finished done = run_junctord(server.arguments({"--check"}));
  CHECK(done.code == 1);
  CHECK(contains(done.err, "chmod o-w '" + server.data_dir() + "'"));
}

TEST_CASE("a configuration that serves nobody is a fault of --check, and a server with it says so") {
  Server server{fixtures()};
  const Finished done = run_junctord(server.arguments({"--check"}));
  CHECK(done.code == 1);
  CHECK(contains(done.err, "no instance is enabled, so this server does nothing"));
  server.start();
  CHECK(server.log_has("event=server.warning", "reason=serves_nobody"));
  const auto warnings = server.ctl("status").object()->getArray("warnings");
  REQUIRE(warnings->size() == 1);
  CHECK(warnings->getObject(0)->getValue<std::string>("reason") == "serves_nobody");
  add_probe(server);
  server.reload();
  CHECK(server.ctl("status").object()->getArray("warnings")->size() == 0);
  CHECK(server.stop() == 0);
}

TEST_CASE("signals that mean nothing here end nothing, and one that opens the log anew keeps every line") {
  Server server{fixtures("log_file = \"server.log\"\n")};
  add_probe(server);
  server.launch();
  const std::string log = server.data_dir() + "/server.log";
  REQUIRE(eventually([&] { return contains(read_file(log), "server.ready"); }));
  for (const int number : {SIGUSR2, SIGALRM, SIGPIPE, SIGXFSZ}) server.signal(number);
  CHECK(eventually([&] { return contains(read_file(log), "event=server.signal_ignored"); }));
  std::filesystem::rename(log, log + ".1");
  server.signal(SIGUSR1);
  CHECK(eventually([&] { return std::filesystem::exists(log); }));
  CHECK(answers(server));
  CHECK(server.stop() == 0);
  CHECK(contains(read_file(log), "event=server.stopped"));
  CHECK_FALSE(contains(read_file(log + ".1"), "event=server.stopped"));
}

TEST_CASE("a bound on the size of files costs log lines and not the server") {
  ServerOptions options = fixtures("log_file = \"server.log\"\nlog_level = \"debug\"\n");
  options.wrapper = {"prlimit", "--fsize=2000"};
  Server server{options};
  add_probe(server);
  server.launch();
  REQUIRE(eventually([&] { return std::filesystem::exists(server.control_path()) && answers(server); }));
  CHECK(eventually([&] {
    server.reload();
    return server.ctl("status").object()->getValue<int64_t>("log_write_failures") > 0;
  }));
  CHECK(answers(server));
  CHECK(server.stop() == 0);
}
