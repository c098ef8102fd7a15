// SPDX-License-Identifier: Apache-2.0
// Look-up and comparison in a snapshot. Pure functions, any thread.
#include "config/snapshot.hpp"

#include <algorithm>

namespace junctor::config {
namespace {

template <typename Item>
const Item* find_named(const std::vector<Item>& items, std::string_view name) {
  for (const Item& item : items) {
    if (item.name == name) return &item;
  }
  return nullptr;
}

}  // namespace

const Setting* Record::find(std::string_view name) const { return find_named(fields, name); }

// Where a value stands makes no difference to what it is.
bool Record::operator==(const Record& other) const {
  return std::equal(fields.begin(), fields.end(), other.fields.begin(), other.fields.end(),
                    [](const Setting& a, const Setting& b) {
                      return a.name == b.name && a.present == b.present && a.value == b.value;
                    });
}

bool Value::operator==(const Value& other) const { return data == other.data; }

const Setting* Instance::find(std::string_view option) const { return find_named(settings, option); }

const Binding* Instance::binding(std::string_view service) const {
  for (const Binding& candidate : bindings) {
    if (candidate.service == service) return &candidate;
  }
  return nullptr;
}

const Instance* Snapshot::find(std::string_view name) const { return find_named(instances, name); }

std::string under_data_dir(const KernelConfig& kernel, const std::string& path) {
  if (path.empty() || path.front() == '/' || kernel.data_dir.empty()) return path;
  return kernel.data_dir + (kernel.data_dir.back() == '/' ? "" : "/") + path;
}

}  // namespace junctor::config
