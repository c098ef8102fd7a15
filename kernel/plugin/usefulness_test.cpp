// SPDX-License-Identifier: Apache-2.0
#include "plugin/usefulness.hpp"

#include <doctest/doctest.h>

#include "plugin/test_site.hpp"

using namespace junctor;
using plugin::testing::instance;

namespace {

config::Snapshot site(std::vector<config::Instance> instances) {
  config::Snapshot made;
  made.instances = std::move(instances);
  return made;
}

std::string reasons(const config::Snapshot& snapshot) {
  std::string all;
  for (const plugin::Doubt& doubt : plugin::doubts_of(snapshot)) all += std::string{doubt.reason} + " ";
  return all;
}

config::Instance listening(config::Instance made) {
  auto schema = std::make_shared<config::Schema>(*made.schema);
  schema->options.push_back(config::option("listen", config::Type::kListener, "where"));
  made.schema = std::move(schema);
  return made;
}

}  // namespace

TEST_CASE("a server that no client can use is doubted: without instances, or with helpers alone") {
  CHECK(reasons(site({})) == "serves_nobody ");
  CHECK(reasons(site({instance("storage", {"storage/1"}, {}), instance("metrics", {}, {"?storage/1"})})) ==
        "serves_nobody ");
  CHECK(reasons(site({listening(instance("ws_bridge", {}, {"?signal/1", "?relay/1"}))})) == "serves_nobody ");
  auto off = instance("rendezvous", {"signal/1"}, {});
  off.enabled = false;
  CHECK(reasons(site({off})) == "serves_nobody ");
}

TEST_CASE("signalling alone, or a plugin of one's own that listens, is what somebody wants") {
  CHECK(reasons(site({instance("rendezvous", {"signal/1", "peers/1"}, {})})).empty());
  CHECK(reasons(site({listening(instance("own", {}, {"?storage/1"}))})).empty());
}

TEST_CASE("a relay that asks nobody who may use it is doubted until somebody decides") {
  CHECK(reasons(site({instance("relay", {"relay/1"}, {"?auth/1"})})) == "open_relay ");
  CHECK(reasons(site({instance("relay", {"relay/1"}, {}), instance("auth_key", {"auth/1"}, {})})).empty());
  CHECK(reasons(site({instance("relay", {"relay/1"}, {}), instance("relay_tickets", {"tickets/1"}, {})})).empty());
}
