// SPDX-License-Identifier: Apache-2.0
// Snapshots made by hand, for tests of the graph and the manager. Plain values.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/option_table.hpp"
#include "config/snapshot.hpp"

namespace junctor::plugin::testing {

using Words = std::vector<std::string>;

/// An enabled instance at line `line` of "site.toml".
inline config::Instance instance(const std::string& name, Words provides, Words needs, int line = 1) {
  auto schema = std::make_shared<config::Schema>();
  schema->name = name;
  schema->provides = std::move(provides);
  schema->needs = std::move(needs);
  config::Instance made;
  made.name = made.plugin = name;
  made.origin = {config::Origin::Kind::kFile, "site.toml", line, 1};
  made.schema = std::move(schema);
  return made;
}

inline config::Instance bound(config::Instance made, const std::string& service, Words instances) {
  made.bindings.push_back({service, std::move(instances), made.origin});
  return made;
}

/// With one INT option, LIVE or not.
inline config::Instance with_number(config::Instance made, const std::string& option, int64_t value, bool is_live) {
  auto schema = std::make_shared<config::Schema>(*made.schema);
  schema->options.push_back(config::option(option, config::Type::kInt, "a number"));
  schema->options.back().live = is_live;
  made.schema = std::move(schema);
  made.settings.push_back({option, {value}, true, made.origin});
  return made;
}

}  // namespace junctor::plugin::testing
