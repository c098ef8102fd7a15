// SPDX-License-Identifier: Apache-2.0
// The manager with plugins that only write down what is asked of them: order, refusals, drains. No .so, no thread.
#include "plugin/manager.hpp"

#include <doctest/doctest.h>

#include <map>

#include "plugin/test_site.hpp"

using namespace junctor;
using plugin::testing::instance;
using plugin::testing::with_number;
using plugin::testing::Words;

namespace {

/// What happened, in order, and what shall fail.
struct Script {
  Words said;
  std::string fails;  ///< "start b": the call that refuses
  std::map<std::string, std::function<void()>> draining;
  bool holds_drain = false;
  std::string holds_stop;  ///< who has a thread inside
  std::string hears;       ///< who hears events

  bool call(const std::string& what, std::string* why) {
    said.push_back(what);
    if (what != fails) return true;
    *why = "scripted";
    return false;
  }
};

class FakeObject final : public plugin::Object {
 public:
  FakeObject(Script& script, std::string name) : script_{script}, name_{std::move(name)} {}
  ~FakeObject() override { script_.said.push_back("destroy " + name_); }
  bool start(std::string* why) override { return script_.call("start " + name_, why); }
  void open() override { script_.said.push_back("open " + name_); }
  bool check(const config::Instance&, std::string* why) override { return script_.call("check " + name_, why); }
  void apply(std::shared_ptr<const config::Snapshot>, const config::Instance&) override {
    script_.said.push_back("apply " + name_);
  }
  void drain(std::function<void()> idle) override {
    script_.said.push_back("drain " + name_);
    if (!script_.holds_drain) return idle();
    script_.draining[name_] = std::move(idle);
  }
  void hand_over() override { script_.said.push_back("hand_over " + name_); }
  bool hears_events() const override { return name_ == script_.hears; }
  bool stop() override {
    script_.said.push_back("stop " + name_);
    return script_.holds_stop != name_;
  }
  bool can_stop() override { return script_.holds_stop != name_; }

 private:
  Script& script_;
  std::string name_;
};

class FakeModule final : public plugin::Module {
 public:
  explicit FakeModule(Script& script) : script_{script} {}
  const config::Schema& schema() const override { return schema_; }
  const std::string& version() const override { return version_; }
  bool verify(const std::shared_ptr<const config::Snapshot>&, const config::Instance&, std::string*,
              bool*) const override {
    return true;
  }
  bool claims(const std::shared_ptr<const config::Snapshot>&, const config::Instance&, std::vector<plugin::Claim>*,
              std::string*) const override {
    return true;
  }
  std::unique_ptr<plugin::Object> create(const std::string&, std::shared_ptr<const config::Snapshot>,
                                         const config::Instance& values, std::string* why) const override {
    if (!script_.call("create " + values.name, why)) return nullptr;
    return std::make_unique<FakeObject>(script_, values.name);
  }

 private:
  Script& script_;
  config::Schema schema_;
  std::string version_ = "1";
};

struct World {
  World() {
    plugin::Surroundings around;
    around.control = &loop;
    around.log = &log;
    around.services = &services;
    around.module = [this](const std::string&, std::string*) { return &module; };
    around.prepare_sockets = [this](const config::Instance& values, std::string* why) {
      return script.call("prepare " + values.name, why);
    };
    around.retire_sockets = [] {};
    around.forget_commands = [](const std::string&) {};
    manager = std::make_unique<plugin::Manager>(around);
  }
  static std::shared_ptr<const config::Snapshot> site(std::vector<config::Instance> instances) {
    auto made = std::make_shared<config::Snapshot>();
    made->instances = std::move(instances);
    made->kernel.drain_timeout = 3'600'000'000'000;
    return made;
  }
  Words take() { return std::exchange(script.said, {}); }
  void turn() { loop.run_once(loop::Duration::zero()); }

  Script script;
  FakeModule module{script};
  ops::Log log{{ops::Level::kError, false, "/dev/null", 0, 0}};
  loop::FakeClock clock;
  loop::EventLoop loop{0, clock};
  plugin::Services services;
  std::unique_ptr<plugin::Manager> manager;
  std::string reason;
};

const config::Instance kProvider = instance("b", {"b/1"}, {});
const config::Instance kUser = instance("a", {}, {"b/1"});

}  // namespace

TEST_CASE("all are created before one starts, all have started before one has traffic, and they stop in reverse") {
  World world;
  REQUIRE(world.manager->start(World::site({kUser, kProvider}), &world.reason));
  CHECK(world.take() == Words{"create b", "create a", "start b", "start a", "open b", "open a"});
  world.manager->stop();
  CHECK(world.take() == Words{"stop a", "destroy a", "stop b", "destroy b"});
}

TEST_CASE("who hears events stops after all but those that it uses, at a stop and at the end of a drain") {
  for (const bool drains : {false, true}) {
    World world;
    world.script.hears = "audit";
    const auto site = World::site({instance("storage", {"s/1"}, {}), kProvider, instance("relay", {}, {"s/1"}), kUser,
                                   instance("audit", {}, {"b/1"})});
    REQUIRE(world.manager->start(site, &world.reason));
    world.take();
    if (drains) {
      world.manager->drain([] {});
      world.take();
      world.turn();
    } else {
      world.manager->stop();
    }
    Words stopped;
    for (const std::string& what : world.take()) {
      if (what.rfind("stop ", 0) == 0) stopped.push_back(what.substr(5));
    }
    CHECK(stopped == Words{"a", "relay", "storage", "audit", "b"});
  }
}

TEST_CASE(
    "who is found late starts after its finder, stops before it, and stays in memory until that one has stopped") {
  World world;
  const auto site = World::site({instance("a", {"a/1"}, {"b/1"}), instance("b", {"b/1"}, {"~a/1"})});
  REQUIRE(world.manager->start(site, &world.reason));
  CHECK(world.take() == Words{"create b", "create a", "start b", "start a", "open b", "open a"});
  world.manager->stop();
  CHECK(world.take() == Words{"stop a", "stop b", "destroy b", "destroy a"});
}

TEST_CASE("a failure to create or start takes everything down again and is named") {
  World created;
  created.script.fails = "create a";
  CHECK_FALSE(created.manager->start(World::site({kUser, kProvider}), &created.reason));
  CHECK(created.reason == "[a] (site.toml:1): scripted");
  CHECK(created.take() == Words{"create b", "create a", "stop b", "destroy b"});

  World started;
  started.script.fails = "start a";
  CHECK_FALSE(started.manager->start(World::site({kUser, kProvider}), &started.reason));
  CHECK(started.reason == "[a] (site.toml:1): scripted");
  CHECK(started.take() ==
        Words{"create b", "create a", "start b", "start a", "stop a", "destroy a", "stop b", "destroy b"});
}

TEST_CASE("LIVE changes are asked of all and then applied; a refusal applies none") {
  World world;
  const auto at = [](int64_t value) {
    return World::site({with_number(kProvider, "n", value, true), with_number(kUser, "n", value, true)});
  };
  REQUIRE(world.manager->start(at(1), &world.reason));
  world.take();
  REQUIRE(world.manager->reload(at(2), &world.reason));
  CHECK(world.take() == Words{"check b", "check a", "apply b", "apply a"});
  world.script.fails = "check a";
  CHECK_FALSE(world.manager->reload(at(3), &world.reason));
  CHECK(world.reason == "[a] refuses the new values: scripted");
  CHECK(world.take() == Words{"check b", "check a"});
}

TEST_CASE("a restart makes the new generation first, then drains the old and takes its sockets") {
  World world;
  const auto at = [](int64_t value) { return World::site({with_number(kProvider, "n", value, false), kUser}); };
  REQUIRE(world.manager->start(at(1), &world.reason));
  world.take();
  world.script.holds_drain = true;
  REQUIRE(world.manager->reload(at(2), &world.reason));
  CHECK(world.take() == Words{"prepare a", "prepare b", "create b", "create a", "drain a", "drain b", "hand_over b",
                              "hand_over a", "start b", "start a", "open b", "open a"});
  CHECK(world.manager->status().size() == 4);
  world.script.draining["a"]();
  world.turn();
  CHECK(world.take().empty());  // they stop together: a user may still need its provider
  world.script.draining["b"]();
  world.turn();
  CHECK(world.take() == Words{"stop a", "destroy a", "stop b", "destroy b"});
  CHECK(world.manager->status().size() == 2);
}

TEST_CASE("a refused restart touches nothing that runs") {
  for (const char* refusal : {"prepare a", "create a"}) {
    World world;
    const auto at = [](int64_t value) { return World::site({with_number(kProvider, "n", value, false), kUser}); };
    REQUIRE(world.manager->start(at(1), &world.reason));
    world.take();
    world.script.fails = refusal;
    CHECK_FALSE(world.manager->reload(at(2), &world.reason));
    for (const std::string& what : world.take()) {
      CHECK(what.find("drain") == std::string::npos);
      CHECK(what.find("start") == std::string::npos);
    }
    CHECK(world.manager->status().size() == 2);
  }
}

TEST_CASE("where a provider does not start in a reload its users do not either, and the next reload tries again") {
  World world;
  REQUIRE(world.manager->start(World::site({instance("lone", {}, {})}), &world.reason));
  world.take();
  world.script.fails = "start b";
  REQUIRE(!world.manager->reload(World::site({instance("lone", {}, {}), kProvider, kUser}), &world.reason));
  CHECK(world.reason.find("[b]") != std::string::npos);
  CHECK(world.reason.find("[a]: [b], whose services it uses, has not started") != std::string::npos);
  CHECK(world.take() == Words{"prepare a", "prepare b", "create b", "create a", "start b"});
  for (const plugin::Status& row : world.manager->status()) {
    CHECK((row.state == plugin::State::kFailed) == (row.name != "lone"));
    if (row.name == "a") CHECK(row.reason == "[a]: [b], whose services it uses, has not started");
  }
  world.script.fails = "";
  REQUIRE(world.manager->reload(World::site({instance("lone", {}, {}), kProvider, kUser}), &world.reason));
  for (const plugin::Status& row : world.manager->status()) {
    if (row.state != plugin::State::kDraining) CHECK(row.state == plugin::State::kRunning);
  }
}

TEST_CASE("who has a thread inside when it stops is failed and kept, with those whose services it may call") {
  World world;
  REQUIRE(world.manager->start(World::site({kUser, kProvider, instance("lone", {}, {})}), &world.reason));
  world.take();
  world.script.holds_stop = "a";
  world.manager->stop();
  CHECK(world.take() == Words{"stop lone", "destroy lone", "stop a", "stop b"});
  REQUIRE(world.manager->has_late());
  REQUIRE(world.manager->status().size() == 1);
  CHECK(world.manager->status()[0].name == "a");
  CHECK(world.manager->status()[0].state == plugin::State::kFailed);
  CHECK(world.manager->status()[0].reason == "[a] was stopped, and has work that does not end");

  world.clock.advance(std::chrono::seconds{1});
  world.turn();
  CHECK(world.take().empty());
  world.script.holds_stop = "";
  world.clock.advance(std::chrono::seconds{1});
  world.turn();
  CHECK(world.take() == Words{"stop a", "destroy a", "destroy b"});
  CHECK_FALSE(world.manager->has_late());
}

TEST_CASE("a restart goes on where the old object has a thread inside, and its name has two rows") {
  World world;
  const auto at = [](int64_t value) { return World::site({with_number(kProvider, "n", value, false), kUser}); };
  REQUIRE(world.manager->start(at(1), &world.reason));
  world.take();
  world.script.holds_stop = "b";
  REQUIRE(world.manager->reload(at(2), &world.reason));
  world.turn();
  std::map<std::string, int> failed;
  std::map<std::string, int> running;
  for (const plugin::Status& row : world.manager->status()) {
    if (row.state == plugin::State::kFailed) ++failed[row.name];
    if (row.state == plugin::State::kRunning) ++running[row.name];
  }
  CHECK(failed == std::map<std::string, int>{{"b", 1}});
  CHECK(running == std::map<std::string, int>{{"a", 1}, {"b", 1}});
  world.script.holds_stop = "";
}

TEST_CASE("drain tells when all are idle, whatever drained before") {
  World world;
  REQUIRE(world.manager->start(World::site({kUser, kProvider}), &world.reason));
  world.take();
  world.script.holds_drain = true;
  bool idle = false;
  world.manager->drain([&] { idle = true; });
  CHECK(world.take() == Words{"drain a", "drain b"});
  world.script.draining["b"]();
  world.script.draining["a"]();
  CHECK_FALSE(idle);  // never inline
  world.turn();
  CHECK(idle);
  CHECK(world.manager->status().empty());
}
