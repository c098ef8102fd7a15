// SPDX-License-Identifier: Apache-2.0
// Listeners that want one address are told apart by protocol, host and port.
#include "plugin/clashes.hpp"

#include <doctest/doctest.h>

#include "plugin/test_site.hpp"

using namespace junctor;
using plugin::testing::instance;

namespace {

config::Instance listener(const std::string& name, const config::Address& address, bool datagram = false) {
  config::Instance made = instance(name, {}, {}, 5);
  auto schema = std::make_shared<config::Schema>(*made.schema);
  schema->options.push_back(config::option("listen", config::Type::kListener, "a port"));
  schema->options.back().datagram = datagram;
  made.schema = std::move(schema);
  config::Listener value;
  value.address = address;
  made.settings.push_back({"listen", {value}, true, {config::Origin::Kind::kFile, "site.toml", 6, 3}});
  return made;
}

std::vector<config::Fault> clashes(std::vector<config::Instance> instances) {
  config::Snapshot snapshot;
  snapshot.instances = std::move(instances);
  std::vector<config::Fault> faults;
  plugin::find_clashes(snapshot, &faults);
  return faults;
}

}  // namespace

TEST_CASE("the second listener of an address is a fault that names both") {
  const auto faults = clashes({listener("a", {"", 80}), listener("b", {"*", 80})});
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].print() == "site.toml:6:3: [b] listen and [a] listen both want tcp *:80; give one another port");
}

TEST_CASE("another port, host or protocol, port 0 and what is switched off are no clash") {
  CHECK(clashes({listener("a", {"", 80}), listener("b", {"", 81})}).empty());
  CHECK(clashes({listener("a", {"10.0.0.1", 80}), listener("b", {"10.0.0.2", 80})}).empty());
  CHECK(clashes({listener("a", {"", 80}), listener("b", {"", 80}, true)}).empty());
  CHECK(clashes({listener("a", {"", 0}), listener("b", {"", 0})}).empty());
  auto off = listener("b", {"", 80});
  off.enabled = false;
  CHECK(clashes({listener("a", {"", 80}), off}).empty());
}

TEST_CASE("an address clashes with every other that has it within, and with none of the other family") {
  CHECK(clashes({listener("a", {"", 80}), listener("b", {"0.0.0.0", 80})}).size() == 1);
  CHECK(clashes({listener("a", {"::", 80}), listener("b", {"", 80})}).size() == 1);
  CHECK(clashes({listener("a", {"10.0.0.1", 80}), listener("b", {"0.0.0.0", 80})}).size() == 1);
  CHECK(clashes({listener("a", {"::", 80}), listener("b", {"0.0.0.0", 80})}).empty());
  CHECK(clashes({listener("a", {"::", 80}), listener("b", {"10.0.0.1", 80})}).empty());
}
