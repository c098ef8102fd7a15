// SPDX-License-Identifier: Apache-2.0
// The fake host's descriptors, calls from a plugin's own threads, and restarts.
#include <doctest/doctest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <thread>

#include "junctor/fd.hpp"
#include "junctor/testing/restart_under_test.hpp"
#include "probe_plugin.hpp"

using namespace std::chrono_literals;
using junctor::testing::FakeHost;
using junctor::testing::FakeStream;
using junctor::testing::PluginUnderTest;
using junctor::testing::RestartUnderTest;

namespace {

struct World {
  FakeHost host{{.loops = 2, .home = 1}};
  int dummy = 0;
  std::unique_ptr<PluginUnderTest> plugin;

  World() {
    probe::script() = {};
    host.provide("storage/1", &dummy, nullptr);
    plugin = std::make_unique<PluginUnderTest>(host, junctor_plugin_v1());
    plugin->start();
  }
  const junctor::Host& api() { return probe::plugin().host; }
  template <class Fn>
  auto at_home(Fn&& fn) {
    return host.on_loop(1, std::forward<Fn>(fn));
  }
};

TEST_CASE("a watch is called for what it wants, on its loop, until it ends") {
  World world;
  std::vector<uint32_t> ready;
  auto watch = world.at_home([&] {
    return junctor::Watch{world.api(), 1000, JCT_FD_READ, [&](uint32_t what) {
                            ready.push_back(what);
                            CHECK(world.api().current_loop() == 1);
                          }};
  });
  CHECK_FALSE(world.host.ready(1000, JCT_FD_WRITE));
  CHECK_FALSE(world.host.ready(1001, JCT_FD_READ));
  CHECK(world.host.ready(1000, JCT_FD_READ));
  CHECK(ready.empty());
  world.host.run_until_idle();
  CHECK(ready == std::vector<uint32_t>{JCT_FD_READ});
  world.at_home([&] { watch.want(JCT_FD_WRITE); });
  CHECK_FALSE(world.host.ready(1000, JCT_FD_READ));
  CHECK(world.host.ready(1000, JCT_FD_WRITE | JCT_FD_ERROR));
  world.at_home([&] { watch.end(); });
  world.host.run_until_idle();
  CHECK(ready.size() == 1);
  world.plugin->finish();
  CHECK(world.host.complaints().empty());
}

TEST_CASE("a watch from a wrong thread, of a wrong loop, twice, and one that is left are told of") {
  World world;
  CHECK_THROWS_AS((junctor::Watch{world.api(), 1000, JCT_FD_READ, [](uint32_t) {}}), junctor::Error);
  const jct_fd_api api = junctor::detail::fd_api(world.api());
  const jct_host* host = world.host.raw();
  const auto nothing = [](void*, jct_handle, uint32_t) -> jct_status { return JCT_OK; };
  jct_handle watch = 0;
  world.at_home([&] {
    CHECK(api.watch(host, 1000, JCT_FD_READ, nothing, nullptr, &watch) == JCT_OK);
    CHECK_THROWS_AS((junctor::Watch{world.api(), 1000, JCT_FD_READ, [](uint32_t) {}}), junctor::Error);
  });
  world.host.on_loop(0, [&] { CHECK(api.want(host, watch, JCT_FD_WRITE) == JCT_E_THREAD); });
  world.plugin->finish();
  CHECK(world.host.complaints() ==
        std::vector<std::string>{"watch called outside a loop", "want called away from loop 1", "left behind: watch"});
}

TEST_CASE("a Unix listener takes a real client, whose stream the test plays") {
  World world;
  const std::string path = std::filesystem::temp_directory_path() / ("junctor-fds-" + std::to_string(::getpid()));
  struct Client : probe::Connection {
    const junctor::Host* of = nullptr;
    const junctor::Host& host() const { return *of; }
    size_t on_data(std::string_view data) {
      seen = data;
      return data.size();
    }
  } client;
  client.of = &world.api();
  auto listener = world.at_home([&] {
    return junctor::UnixListener{world.api(), path, 0600,
                                 [&](int fd) { client.stream = junctor::adopt_socket(world.api(), fd, client); }};
  });
  const sockaddr_un address = junctor::detail::unix_address(path);
  const int caller = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(::connect(caller, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  world.host.poll_fds();
  world.host.run_until_idle();
  REQUIRE(world.host.adopted().size() == 1);
  FakeStream played = world.host.adopted()[0];
  played.deliver("hello");
  world.host.run_until_idle();
  CHECK(client.seen == "hello");
  ::close(caller);
  world.at_home([&] {
    listener.close();
    client.stream.close();
  });
  world.host.run_until_idle();
  CHECK(client.closes == 1);
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("another thread may post, log, count, publish and enter; what is for loops it may not") {
  World world;
  const junctor::Metric counter = world.at_home([&] { return world.api().counter("rung", "", "bells"); });
  uint32_t ran_on = JCT_NO_LOOP;
  jct_status sent = JCT_OK;
  std::thread library{[&] {
    const junctor::Host& api = world.api();
    CHECK(api.current_loop() == JCT_NO_LOOP);
    api.info("library.rang", {{"by", "thread"}});
    api.event(JCT_LOG_DEBUG, "library.event");
    counter.add(2);
    CHECK(api.gate().inside([] {}) == JCT_OK);
    const jct_dgram nothing{};
    sent = api.net().udp_send(api.raw(), &nothing);
    api.post(0, [&] { ran_on = world.api().current_loop(); });
  }};
  CHECK(world.host.run_until([&] { return ran_on == 0; }));
  library.join();
  CHECK(sent == JCT_E_THREAD);
  CHECK(world.host.metric("rung") == 2);
  CHECK(world.host.lines_of("library.rang") == 1);
  CHECK(world.host.events_of("library.event") == 1);
  CHECK(world.host.complaints() == std::vector<std::string>{"udp_send called outside a loop"});
  CHECK_FALSE(world.host.run_until([] { return false; }, std::chrono::milliseconds{1}));
}

TEST_CASE("work with a deadline is done in time, or late once and its work not begun") {
  World world;
  std::string said;
  const auto ask = [&] {
    CHECK(world.api().offload_within(
              1s, [&] { said += "work "; }, [&] { said += "done "; }, [&] { said += "late "; }) == JCT_OK);
  };
  ask();
  world.host.run_until_idle();
  world.host.advance(2s);
  CHECK(said == "work done ");
  said.clear();
  world.host.hold_pool(true);
  ask();
  world.host.advance(2s);
  CHECK(said == "late ");
  world.host.hold_pool(false);
  world.host.run_until_idle();
  CHECK(said == "late ");
  CHECK(world.api().offload_within(
            0s, [] {}, [] {}, [] {}) == JCT_E_ARG);
}

TEST_CASE("a restart: the successor is created first, then gets who arrives, while the old one answers what it has") {
  World world;
  FakeStream before = world.host.connect("listen", {.loop = 1});
  world.host.run_until_idle();
  probe::Plugin* old = probe::Plugin::current();
  std::string order;
  probe::script().drain = [&](junctor::Done done) {
    order += "drain ";
    done();
  };
  probe::script().start = [&](probe::Plugin&) { order += "start "; };
  probe::script().create = [&](junctor::Host&, const junctor::Config&) { order += "create "; };
  RestartUnderTest restart{world.host, *world.plugin, junctor_plugin_v1()};
  probe::Plugin* now = probe::Plugin::current();
  REQUIRE(now != old);
  restart.begin();
  CHECK(order == "create drain start ");
  CHECK(world.plugin->idle());
  FakeStream after = restart.host().connect("listen", {.loop = 1});
  after.deliver("to the new one");
  before.deliver("to the old one");
  restart.run_until_idle();
  CHECK(old->connections.at(0)->seen == "to the old one");
  CHECK(now->connections.at(0)->seen == "to the new one");
  CHECK(world.host.connect("listen").reason() == JCT_E_CLOSED);
  CHECK(restart.host().now() == world.host.now());
  restart.advance(5s);
  CHECK(restart.host().now() == world.host.now());
  restart.finish();
  CHECK(before.reason() == JCT_E_CLOSED);
  CHECK_FALSE(after.closed());
  probe::Plugin::current() = now;  // the old one's destructor has taken its name off
  restart.plugin().finish();
  CHECK(restart.host().complaints().empty());
}

TEST_CASE("a successor that refuses leaves the old one untold") {
  World world;
  probe::script().create = [](junctor::Host&, const junctor::Config&) { throw junctor::Error{JCT_E_CONFIG, "no"}; };
  bool drained = false;
  probe::script().drain = [&](const junctor::Done&) { drained = true; };
  CHECK_THROWS_AS((RestartUnderTest{world.host, *world.plugin, junctor_plugin_v1()}), junctor::Error);
  CHECK_FALSE(drained);
  CHECK(world.host.listens("listen"));
}

}  // namespace
