// SPDX-License-Identifier: Apache-2.0
#include "plugin/usefulness.hpp"

#include <algorithm>
#include <string_view>

namespace junctor::plugin {
namespace {

using config::Instance;
using config::Schema;

bool provides(const Schema& schema, std::string_view service) {
  return std::any_of(schema.provides.begin(), schema.provides.end(),
                     [&](const std::string& id) { return config::service_name(id) == service; });
}

bool needs(const Schema& schema, std::string_view service) {
  return std::any_of(schema.needs.begin(), schema.needs.end(),
                     [&](const std::string& id) { return config::service_name(id) == service; });
}

bool listens(const Schema& schema) {
  return std::any_of(schema.options.begin(), schema.options.end(),
                     [](const config::Option& option) { return option.type == config::Type::kListener; });
}

bool serves(const Schema& schema) {
  if (provides(schema, "signal") || provides(schema, "relay")) return true;
  const bool passes_on = needs(schema, "signal") || needs(schema, "relay") || !schema.provides.empty();
  return listens(schema) && !passes_on;
}

template <class Test>
bool any(const config::Snapshot& snapshot, Test test) {
  return std::any_of(snapshot.instances.begin(), snapshot.instances.end(),
                     [&](const Instance& one) { return one.enabled && one.schema && test(*one.schema); });
}

}  // namespace

std::vector<Doubt> doubts_of(const config::Snapshot& snapshot) {
  std::vector<Doubt> all;
  const bool some = any(snapshot, [](const Schema&) { return true; });
  if (!any(snapshot, serves)) {
    all.push_back({kServesNobody,
                   some ? "no instance does signalling or relays, so no client can use this server"
                        : "no instance is enabled, so this server does nothing",
                   "put [rendezvous] and [relay] into conf.d (those that ship lie in share/junctor/conf.d), or see why "
                   "conf.d beside the main file is empty"});
  }
  const bool relays = any(snapshot, [](const Schema& one) { return provides(one, "relay"); });
  const bool guarded =
      any(snapshot, [](const Schema& one) { return provides(one, "auth") || provides(one, "tickets"); });
  if (relays && !guarded) {
    all.push_back({kOpenRelay, "the relay is open to everybody: nothing here decides on who may use it",
                   "enable [auth_key], so that clients need the site's key, or [relay_tickets], so that it takes only "
                   "what signalling has passed on"});
  }
  return all;
}

}  // namespace junctor::plugin
