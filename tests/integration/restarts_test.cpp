// SPDX-License-Identifier: Apache-2.0
// An instance that is restarted leaves nothing of what it was behind: memory, ports, words in the log.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "site.hpp"

using namespace junctor::testing;

namespace {

int64_t resident_kib(pid_t pid) {
  std::ifstream status{"/proc/" + std::to_string(pid) + "/smaps_rollup"};
  for (std::string word; status >> word;) {
    int64_t kib = 0;
    if (word == "Rss:" && status >> kib) return kib;
  }
  return 0;
}

/// Its old object has gone.
bool settled(Server& server) { return server.ctl("plugins").object()->getArray("rows")->size() == 1; }

}  // namespace

TEST_CASE("memory is flat over hundreds of restarts of an instance, however long its configuration is") {
  Server server{fixtures()};
  std::string greeting(200'000, 'x');
  const auto restart = [&](int n) {
    add_probe(server, "greeting = \"" + greeting + "\"\nlabel = \"" + std::to_string(n) + "\"\n");
    server.reload();
    REQUIRE(eventually([&] { return settled(server); }));
  };
  add_probe(server);
  server.start();
  for (int i = 0; i < 20; ++i) restart(i);  // what is needed once
  const int64_t before = resident_kib(server.pid());
  const int restarts = scaled(200);
  for (int i = 0; i < restarts; ++i) restart(100 + i);
  const int64_t kept = resident_kib(server.pid()) - before;
  MESSAGE(restarts << " restarts kept " << kept << " KiB");
  // A configuration takes 200 KiB and more; what a host is takes one.
  if (kBuildScale == 1) CHECK(kept < restarts * 20);
  CHECK(server.stop() == 0);
}

TEST_CASE("a start that fails gives up its ports: who connects is refused at once, and the file and line are said") {
  Server server{fixtures()};
  add_probe(server);
  server.start();
  server.conf("20-bad", "\n[start_fails]\n");
  CHECK_FALSE(server.ctl("reload").ok);
  CHECK(server.log_has("event=plugin.start_failed instance=start_fails", "20-bad.toml:2)"));
  CHECK_FALSE(LineClient::try_connect("127.0.0.1", server.port(1)));
  CHECK(answers(server));
  CHECK(server.stop() == 0);
}

TEST_CASE("a plugin whose file has changed or gone is said at a reload") {
  TempDir plugins;
  const std::string file = plugins.file("probe.so");
  std::filesystem::copy(std::string{JUNCTOR_TEST_FIXTURES} + "/probe.so", file);
  ServerOptions options;
  options.plugin_dir = plugins.path();
  Server server{options};
  add_probe(server);
  server.start();
  CHECK(server.ctl("reload").text == R"({"ok":true,"result":{"reloaded":true}})");

  std::filesystem::rename(file, file + ".old");
  CHECK(contains(server.ctl("reload").error, "probe.so: No such file or directory"));
  CHECK(contains(server.ctl("status").text, "reload_refused"));

  std::filesystem::copy(std::string{JUNCTOR_TEST_FIXTURES} + "/probe.so", file);
  CHECK(contains(server.ctl("reload").text, R"("old_code":"probe: changed on disk)"));
  CHECK(server.log_has("event=server.warning reason=plugin_changed"));
  CHECK(contains(server.ctl("status").text, "plugin_changed"));
  CHECK(answers(server));

  std::filesystem::remove(file);
  std::filesystem::rename(file + ".old", file);
  CHECK(server.ctl("reload").text == R"({"ok":true,"result":{"reloaded":true}})");
  CHECK(server.log_has("event=server.warning_over reason=plugin_changed"));
  CHECK(server.stop() == 0);
}

TEST_CASE("a refused reload says of nobody who runs that he has stopped") {
  Server server{fixtures()};
  add_probe(server);
  server.start();
  add_probe(server, "label = \"another\"\n");
  server.conf("20-bad", "[faults_in_create]\n");
  CHECK_FALSE(server.ctl("reload").ok);
  CHECK_FALSE(server.log_has("event=plugin.stopped", Millis{0}));
  CHECK(answers(server));
  CHECK(server.stop() == 0);
}

TEST_CASE("a drain that takes too long is laid at the door of who had not drained") {
  Server server{fixtures("drain_timeout = \"300ms\"\n")};
  add_probe(server);
  server.conf("20-bad", "[never_drains]\n[giver]\n");
  server.start();
  server.signal(SIGTERM);
  CHECK(server.wait_exit() == 0);
  CHECK(server.log_has("event=plugin.drain_timeout instance=never_drains"));
  CHECK_FALSE(server.log_has("event=plugin.drain_timeout instance=probe", Millis{0}));
  CHECK_FALSE(server.log_has("event=plugin.drain_timeout instance=giver", Millis{0}));
}
