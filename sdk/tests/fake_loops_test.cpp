// SPDX-License-Identifier: Apache-2.0
// The fake host's threads, tasks, timers and gate.
#include <doctest/doctest.h>

#include <chrono>
#include <memory>

#include "probe_plugin.hpp"

using namespace std::chrono_literals;
using junctor::Timer;
using junctor::testing::FakeHost;
using junctor::testing::PluginUnderTest;

namespace {

struct World {
  FakeHost host{{.loops = 3, .home = 1}};
  int dummy = 0;
  std::unique_ptr<PluginUnderTest> plugin;

  World() {
    probe::script() = {};
    host.provide("storage/1", &dummy, nullptr);
    plugin = std::make_unique<PluginUnderTest>(host, junctor_plugin_v1());
    plugin->start();
  }
  const junctor::Host& api() { return probe::plugin().host; }
};

TEST_CASE("a posted task runs on its loop and never inline") {
  World world;
  uint32_t ran_on = JCT_NO_LOOP;
  CHECK(world.api().post(2, [&] { ran_on = world.api().current_loop(); }) == JCT_OK);
  CHECK(ran_on == JCT_NO_LOOP);
  world.host.run_until_idle();
  CHECK(ran_on == 2);
  CHECK(world.api().current_loop() == JCT_NO_LOOP);
}

TEST_CASE("a task for a loop that is not there is dropped once") {
  World world;
  auto token = std::make_shared<int>(1);
  CHECK(world.api().post(9, [token] {}) == JCT_E_ARG);
  CHECK(token.use_count() == 1);
}

TEST_CASE("one loop can be run while the others stand still") {
  World world;
  std::string order;
  world.api().post(0, [&] { order += "0"; });
  world.api().post(2, [&] {
    order += "2";
    world.api().post(2, [&] { order += "x"; });
  });
  world.host.run_loop(2);
  CHECK(order == "2x");
  world.host.run_until_idle();
  CHECK(order == "2x0");
}

TEST_CASE("offloaded work runs in the pool and its answer on the asking loop") {
  World world;
  uint32_t work_on = 0, done_on = 0;
  world.host.on_loop(2, [&] {
    world.api().offload([&] { work_on = world.api().current_loop(); }, [&] { done_on = world.api().current_loop(); });
  });
  world.host.run_until_idle();
  CHECK(work_on == JCT_NO_LOOP);
  CHECK(done_on == 2);
}

TEST_CASE("a full pool refuses and drops both tasks") {
  World world;
  world.host.loops().pool_capacity = 1;
  auto token = std::make_shared<int>(1);
  CHECK(world.api().offload([] {}, [] {}) == JCT_OK);
  CHECK(world.api().offload([token] {}, [token] {}) == JCT_E_LIMIT);
  CHECK(token.use_count() == 1);
}

TEST_CASE("timers fire in the order in which they are due, and repeat") {
  World world;
  std::string order;
  Timer late, early, often;
  world.host.on_loop(0, [&] {
    late = world.api().after(50ms, [&] { order += "L"; });
    early = world.api().after(20ms, [&] { order += "E"; });
    often = world.api().every(15ms, [&] { order += "."; });
  });
  world.host.advance(49ms);
  CHECK(order == ".E..");
  world.host.advance(1ms);
  CHECK(order == ".E..L");
  world.host.on_loop(0, [&] {
    often.cancel();
    late.cancel();
    early.cancel();
  });
  world.host.advance(1s);
  CHECK(order == ".E..L");
}

TEST_CASE("a timer's callback may cancel its own timer") {
  World world;
  int fired = 0;
  Timer timer;
  world.host.on_loop(0, [&] {
    timer = world.api().every(1ms, [&] {
      if (++fired == 3) timer.cancel();
    });
  });
  world.host.advance(10ms);
  CHECK(fired == 3);
}

TEST_CASE("calls from a wrong thread are refused and noted") {
  World world;
  jct_handle out = 0;
  const auto* loop = static_cast<const jct_loop_api*>(world.host.raw()->api(world.host.raw(), JCT_LOOP_API));
  const auto nothing = [](void*, jct_handle) -> jct_status { return JCT_OK; };
  CHECK(loop->timer_start(world.host.raw(), 1, 0, nothing, nullptr, &out) == JCT_E_THREAD);
  world.host.on_loop(0, [&] { loop->timer_start(world.host.raw(), 1, 0, nothing, nullptr, &out); });
  world.host.on_loop(1, [&] { CHECK(loop->timer_cancel(world.host.raw(), out) == JCT_E_THREAD); });
  CHECK(world.host.complaints().size() == 2);
  world.host.on_loop(0, [&] { CHECK(loop->timer_cancel(world.host.raw(), out) == JCT_OK); });
  world.host.on_loop(0, [&] { CHECK(loop->timer_cancel(world.host.raw(), out) == JCT_E_CLOSED); });
}

TEST_CASE("once the instance stops its tasks are dropped and its gate is shut") {
  World world;
  auto token = std::make_shared<int>(1);
  bool ran = false;
  world.api().post(0, [token, &ran] { ran = true; });
  const junctor::Gate gate = world.api().gate();
  CHECK(gate.inside([] {}) == JCT_OK);
  world.plugin->stop();
  CHECK(token.use_count() == 1);
  CHECK(world.api().post(0, [token, &ran] { ran = true; }) == JCT_E_STATE);
  CHECK(token.use_count() == 1);
  CHECK(gate.inside([&] { ran = true; }) == JCT_E_STATE);
  world.host.run_until_idle();
  CHECK_FALSE(ran);
}

TEST_CASE("an exception in a task is logged and held against the plugin") {
  World world;
  world.api().post(0, [] { throw std::runtime_error{"no luck"}; });
  world.host.run_until_idle();
  CHECK(world.host.last_line("plugin.exception").field("text") == "no luck");
  CHECK(world.host.complaints().size() == 1);
}

TEST_CASE("the wall clock goes on with the fake clock from where a test has put it") {
  World world;
  world.host.set_wall(1'000'000'000);
  world.host.advance(2s);
  CHECK(world.api().wall() == 1'002'000'000);
}

}  // namespace
