// SPDX-License-Identifier: Apache-2.0
// Plugins in Rust in the real daemon: the template answers and decides about sessions, the UDP example answers, and one
// that is bad on purpose is contained and named.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "support/clients.hpp"
#include "support/server.hpp"
#include "support/temp_dir.hpp"
#include "wire/client.hpp"
#include "wire/peer.hpp"

namespace {

using namespace junctor::testing;
namespace wire = junctor::wire;

/// The site's plugins and those in Rust, as an installed tree has them side by side.
class PluginDir {
 public:
  PluginDir() {
    for (const std::string dir : {JUNCTOR_TEST_PLUGINS, JUNCTOR_RUST}) {
      for (const auto& entry : std::filesystem::directory_iterator{dir}) {
        const std::string link = dir_.path() + "/" + entry.path().filename().string();
        if (!std::filesystem::exists(link)) std::filesystem::create_symlink(entry.path(), link);
      }
    }
  }
  const std::string& path() const { return dir_.path(); }

 private:
  TempDir dir_;
};

ServerOptions with(const PluginDir& plugins) {
  ServerOptions options;
  options.plugin_dir = plugins.path();
  return options;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A running server with the bad one, which is asked on P+1.
struct Faulty {
  explicit Faulty(const std::string& fault = "none") {
    server.conf("20-bad", "[faulty]\nfault = \"" + fault + "\"\n");
    server.start();
  }
  LineClient talk() { return {"127.0.0.1", server.port(1)}; }

  PluginDir plugins;
  Server server{with(plugins)};
};

std::string starting(const std::string& fault) {
  const PluginDir plugins;
  Server server{with(plugins)};
  server.conf("20-bad", "[faulty]\nfault = \"" + fault + "\"\n");
  server.launch();
  CHECK(server.wait_exit() == 2);
  return server.log();
}

}  // namespace

TEST_CASE("the template in Rust is put to work by its sample file and a reload, and decides about sessions") {
  const PluginDir plugins;
  Server server{with(plugins)};
  server.conf("10-site", "[storage_sqlite]\n[auth_key]\n[rendezvous]\n[holepunch]\n[relay]\n");
  server.start();
  server.conf("50-hours", read_file(JUNCTOR_RUST_CONF));
  server.reload();
  LineClient asker{"127.0.0.1", server.port(10)};
  const std::string status = asker.ask("status");
  CHECK((status.rfind("open until ", 0) == 0 || status.rfind("closed until ", 0) == 0));

  server.conf("50-hours", "[hours]\nzone = \"utc\"\nopen = \"00:00\"\nclose = \"00:00\"\n");
  server.reload();
  CHECK(asker.ask("may 123456789") == "yes");  // LIVE: the connection stayed
  server.conf("50-hours", "[hours]\nopen = \"noon\"\n");
  const Answer refused = server.ctl("reload");
  CHECK_FALSE(refused.ok);
  CHECK(contains(refused.error, "expected a time such as \"08:00\", got \"noon\""));
  CHECK(asker.ask("may 123456789") == "yes");

  server.remove_conf("50-hours");
  server.reload();
  CHECK(asker.wait_end() != LineClient::End::kOpen);
  CHECK(server.stop() == 0);
}

TEST_CASE("the UDP example in Rust counts its senders") {
  const PluginDir plugins;
  Server server{with(plugins)};
  server.conf("50-tide", "[tide]\nlisten = \"127.0.0.1:P+1\"\nturn = \"1h\"\n");
  server.start();
  UdpClient asker{"127.0.0.1", server.port(1)};
  for (const std::string count : {"1\n", "2\n", "3\n"}) {
    asker.send("?");
    const auto answer = asker.receive();
    REQUIRE(answer);
    CHECK(answer->bytes == count);
  }
  CHECK(server.ctl("tide").text == R"({"ok":true,"result":{"senders":1}})");
  CHECK(server.stop() == 0);
}

TEST_CASE("a panic costs its own connection, with a line that names plugin, callback and place") {
  Faulty site;
  LineClient other = site.talk();
  for (const std::string word : {"panic", "odd panic", "twice"}) {
    LineClient client = site.talk();
    client.send(word + "\n");
    CHECK(client.wait_end() != LineClient::End::kOpen);
    CHECK(other.ask("still here") == "still here");
  }
  const std::string line = "plugin=faulty event=plugin.exception where=on_data code=fault";
  CHECK(site.server.log_has(line, "on purpose"));
  CHECK(site.server.log_has(line, "lib.rs:"));
  CHECK(site.server.log_has(line, "a value that is no text"));
  CHECK(site.server.log_has(line, "LoopCell::with from inside of LoopCell::with"));
  CHECK_FALSE(contains(site.server.log(), "thread '"));  // nothing of std's own hook
  CHECK(site.server.stop() == 0);
}

TEST_CASE("panics of tasks, work, timers and datagrams are contained as well") {
  Faulty site{"timer"};
  CHECK(site.server.log_has("event=plugin.exception where=timer", "no time"));
  LineClient client = site.talk();
  client.send("task\n");
  CHECK(site.server.log_has("event=plugin.exception where=task", "a task"));
  CHECK(contains(client.ask("work"), "at work"));
  UdpClient{"127.0.0.1", site.server.port(1)}.send("x");
  CHECK(site.server.log_has("event=plugin.exception where=on_datagrams", "1 datagrams"));
  CHECK(client.ask("still here") == "still here");
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a panic in create or start is the operator's reason, and one in stop is logged") {
  CHECK(contains(starting("create"), "the tide is out"));
  CHECK(contains(starting("start"), "the tide is out"));
  Faulty site{"stop"};
  CHECK(site.server.stop() == 0);
  CHECK(site.server.log_has("event=plugin.exception where=stop", "the tide is out"));
}

TEST_CASE("a panic of an auth/1 provider denies at once") {
  const PluginDir plugins;
  Server server{with(plugins)};
  server.conf("10-site",
              "[storage_sqlite]\n[auth_key]\n[rendezvous]\n[holepunch]\n[relay]\n[faulty]\nlisten = "
              "\"127.0.0.1:P+3\"\nudp = \"127.0.0.1:P+3\"\n");
  server.start();
  const std::string key = server.ctl("keys").object()->getValue<std::string>("public_key");
  wire::TcpClient a = wire::TcpClient::connect(*wire::Address::parse("127.0.0.1:" + std::to_string(server.port())));
  hbb::PunchHoleRequest request;
  request.set_id("123456789");
  request.set_licence_key(key);
  a.send(request);
  CHECK(a.receive());
  CHECK(server.log_has("plugin=faulty event=plugin.exception where=check", "nobody starts"));
  CHECK(server.log_has("auth_unavailable"));
  CHECK(server.stop() == 0);
}

TEST_CASE("a call from another thread is refused, and what is left behind is closed; both are named") {
  Faulty site{"leak"};
  CHECK(site.talk().ask("thread") == "wrong_thread");
  CHECK(site.server.log_has("plugin=faulty event=plugin.wrong_thread", "call=timer_start"));
  CHECK(site.server.stop() == 0);
  CHECK(site.server.log_has("plugin=faulty event=plugin.leftover timers=1"));
}
