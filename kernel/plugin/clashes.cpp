// SPDX-License-Identifier: Apache-2.0
#include "plugin/clashes.hpp"

#include <algorithm>
#include <string>
#include <vector>

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
  std::string label;
};

enum Families : unsigned { kV4 = 1, kV6 = 2, kBoth = 3 };

/// A name may be either.
unsigned families_of(const std::string& host) {
  if (host.empty() || host == "*") return kBoth;
  if (host.find(':') != std::string::npos) return kV6;
  return host.find_first_not_of("0123456789.") == std::string::npos ? kV4 : kBoth;
}

bool is_any(const std::string& host) { return host.empty() || host == "*" || host == "0.0.0.0" || host == "::"; }

bool clash(const Place& a, const Place& b) {
  if (a.datagram != b.datagram || a.port != b.port || (families_of(a.host) & families_of(b.host)) == 0) return false;
  return is_any(a.host) || is_any(b.host) || a.host == b.host;
}

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
  std::vector<Place> taken;
  for (const Instance& instance : snapshot.instances) {
    if (!instance.enabled || !instance.schema) continue;
    for (const config::Option& option : instance.schema->options) {
      const Setting* setting = instance.find(option.name);
      if (option.type != config::Type::kListener || setting == nullptr) continue;
      const std::string label = "[" + instance.name + "] " + option.name;
      for (const Address& address : addresses_of(*setting)) {
        if (address.port == 0) continue;
        const Place place{option.datagram, address.host, address.port, label};
        const auto holder =
            std::find_if(taken.begin(), taken.end(), [&](const Place& other) { return clash(place, other); });
        const std::string other = holder == taken.end() ? "" : holder->label;
        taken.push_back(place);
        if (other.empty()) continue;
        const config::Origin& where = setting->origin.line > 0 ? setting->origin : instance.origin;
        faults->push_back(config::fault_at(where, label + " and " + other + " both want " +
                                                      (option.datagram ? "udp " : "tcp ") +
                                                      config::print_address(address) + "; give one another port"));
      }
    }
  }
}

}  // namespace junctor::plugin
