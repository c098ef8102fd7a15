// SPDX-License-Identifier: Apache-2.0
// The start order, and every fault that makes one impossible.
#include "plugin/graph.hpp"

#include <doctest/doctest.h>

#include "plugin/test_site.hpp"

using namespace junctor;
using plugin::testing::bound;
using plugin::testing::instance;
using plugin::testing::Words;

namespace {

struct Built {
  explicit Built(std::vector<config::Instance> instances) {
    snapshot.instances = std::move(instances);
    graph = plugin::build_graph(snapshot, &faults);
  }
  Words order() const {
    Words names;
    for (const size_t index : graph.order) names.push_back(snapshot.instances[index].name);
    return names;
  }
  std::string fault() const {
    return faults.size() == 1 ? faults[0].print() : std::to_string(faults.size()) + " faults";
  }

  config::Snapshot snapshot;
  std::vector<config::Fault> faults;
  plugin::Graph graph;
};

}  // namespace

TEST_CASE("providers start before their users, the rest in file order") {
  const Built site{{instance("user", {}, {"b/1", "a/1"}), instance("lone", {}, {}), instance("a", {"a/1"}, {"b/1"}),
                    instance("b", {"b/1"}, {})}};
  CHECK(site.faults.empty());
  CHECK(site.order() == Words{"b", "a", "user", "lone"});
  CHECK(site.graph.uses[0] == std::vector<size_t>{3, 2});
  CHECK(site.graph.uses[1].empty());
}

TEST_CASE("a need that nobody provides is a fault at its table, unless it may be missing") {
  CHECK(Built{{instance("user", {}, {"a/1"}, 7)}}.fault() ==
        "site.toml:7:1: [user] needs the service a/1, which no enabled plugin provides");
  CHECK(Built{{instance("user", {}, {"?a/1", "*b/1"})}}.faults.empty());
}

TEST_CASE("another revision of a service is another service") {
  CHECK_FALSE(Built{{instance("user", {}, {"a/2"}), instance("a", {"a/1"}, {})}}.faults.empty());
}

TEST_CASE("one of several providers must be named, also where none is needed") {
  for (const char* need : {"a/1", "?a/1"}) {
    const Built site{{instance("one", {"a/1"}, {}), instance("two", {"a/1"}, {}), instance("user", {}, {need}, 3)}};
    CHECK(site.fault() ==
          "site.toml:3:1: [user] needs one provider of a/1, and one, two provide it; say which: a = \"one\"");
  }
  const Built named{
      {instance("one", {"a/1"}, {}), instance("two", {"a/1"}, {}), bound(instance("user", {}, {"a/1"}), "a", {"two"})}};
  CHECK(named.faults.empty());
  CHECK(named.graph.uses[2] == std::vector<size_t>{1});
}

TEST_CASE("a need of many takes all providers in file order, or those that are named") {
  const Built all{{instance("user", {}, {"*a/1"}), instance("one", {"a/1"}, {}), instance("two", {"a/1"}, {})}};
  CHECK(all.graph.uses[0] == std::vector<size_t>{1, 2});
  const Built some{{bound(instance("user", {}, {"*a/1"}), "a", {"two"}), instance("one", {"a/1"}, {}),
                    instance("two", {"a/1"}, {})}};
  CHECK(some.graph.uses[0] == std::vector<size_t>{2});
}

TEST_CASE("a disabled instance provides nothing, needs nothing and does not start") {
  std::vector<config::Instance> instances{instance("a", {"a/1"}, {"missing/1"}), instance("user", {}, {"?a/1"})};
  instances[0].enabled = false;
  instances[0].schema = nullptr;
  const Built site{instances};
  CHECK(site.faults.empty());
  CHECK(site.order() == Words{"user"});
}

TEST_CASE("a circle is named in full and once, however it is entered") {
  const Built three{{instance("a", {"a/1"}, {"b/1"}, 1), instance("b", {"b/1"}, {"c/1"}, 2),
                     instance("c", {"c/1"}, {"a/1"}, 3), instance("user", {}, {"b/1"}, 4)}};
  CHECK(three.fault() == "site.toml:1:1: plugins need each other in a circle: a -> b -> c -> a; disable or rebind one");
}

TEST_CASE("an instance does not serve itself") {
  const Built site{{instance("a", {"a/1"}, {"?a/1"})}};
  CHECK(site.faults.empty());
  CHECK(site.graph.uses[0].empty());
}

TEST_CASE("who finds a provider late sets no order, so that two can serve each other") {
  const Built site{
      {instance("a", {"a/1"}, {"b/1"}), instance("b", {"b/1"}, {"~c/1"}), instance("c", {"c/1"}, {"a/1"})}};
  CHECK(site.faults.empty());
  CHECK(site.order() == Words{"b", "a", "c"});
  CHECK(site.graph.late[1] == std::vector<size_t>{2});
  CHECK(site.graph.uses[1].empty());
  CHECK(Built{{instance("user", {}, {"~a/1"})}}.faults.empty());
}

TEST_CASE("any number of providers may be found late") {
  const Built site{{instance("a", {"a/1"}, {}), instance("user", {}, {"~*a/1"}), instance("b", {"a/1"}, {})}};
  CHECK(site.faults.empty());
  CHECK(site.graph.late[1] == std::vector<size_t>{0, 2});
}

TEST_CASE("a need's marks are no part of its id") {
  CHECK(plugin::service_id("~signal/1") == "signal/1");
  CHECK(plugin::optional_need("~signal/1"));
  CHECK(plugin::service_id("?relay/1") == "relay/1");
  CHECK(plugin::service_id("*auth/1") == "auth/1");
  CHECK(plugin::service_id("~*auth/1") == "auth/1");
  CHECK(plugin::service_id("keys/1") == "keys/1");
  CHECK_FALSE(plugin::optional_need("keys/1"));
  CHECK(plugin::optional_need("*auth/1"));
  CHECK_FALSE(plugin::many_need("?relay/1"));
}
