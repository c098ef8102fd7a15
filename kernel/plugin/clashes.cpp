// SPDX-License-Identifier: Apache-2.0
#include "plugin/clashes.hpp"

#include <map>
#include <string>
#include <tuple>

namespace junctor::plugin {
namespace {

using config::Address;
using config::Instance;
using config::Listener;
using config::Setting;

struct Place {
  bool datagram;
  std::string host;
  uint16_t port;
  auto operator<=>(const Place&) const = default;
};

std::vector<Address> addresses_of(const Setting& setting) {
  std::vector<Address> all;
  if (!setting.present) return all;
  if (const auto* one = setting.value.get<Listener>()) all.push_back(one->address);
  if (const auto* list = setting.value.get<std::vector<config::Value>>()) {
    for (const config::Value& element : *list) {
      if (const auto* listener = element.get<Listener>()) all.push_back(listener->address);
    }
  }
  return all;
}

}  // namespace

void find_clashes(const config::Snapshot& snapshot, std::vector<config::Fault>* faults) {
  std::map<Place, std::string> taken;
  for (const Instance& instance : snapshot.instances) {
    if (!instance.enabled || !instance.schema) continue;
    for (const config::Option& option : instance.schema->options) {
      const Setting* setting = instance.find(option.name);
      if (option.type != config::Type::kListener || setting == nullptr) continue;
      const std::string label = "[" + instance.name + "] " + option.name;
      for (const Address& address : addresses_of(*setting)) {
        if (address.port == 0) continue;
        const Place place{option.datagram, address.host == "*" ? "" : address.host, address.port};
        const auto [holder, free] = taken.emplace(place, label);
        if (free) continue;
        const config::Origin& where = setting->origin.line > 0 ? setting->origin : instance.origin;
        faults->push_back(config::fault_at(where, label + " and " + holder->second + " both want " +
                                                      (option.datagram ? "udp " : "tcp ") +
                                                      config::print_address(address) + "; give one another port"));
      }
    }
  }
}

}  // namespace junctor::plugin
