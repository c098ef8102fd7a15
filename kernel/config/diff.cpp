// SPDX-License-Identifier: Apache-2.0
// Compares two snapshots option by option. Pure functions, any thread.
#include "config/diff.hpp"

#include <algorithm>

namespace junctor::config {
namespace {

bool is_live(const Instance& instance, const std::string& name) {
  const Option* option = instance.schema ? find_option(instance.schema->options, name) : nullptr;
  return option != nullptr && option->live;
}

bool same(const Setting& a, const Setting& b) { return a.present == b.present && a.value == b.value; }

void compare_settings(const Instance& older, const Instance& newer, std::vector<OptionChange>* changes) {
  for (const Setting& setting : newer.settings) {
    const Setting* before = older.find(setting.name);
    if (before == nullptr) {
      changes->push_back({setting.name, false});
    } else if (!same(*before, setting)) {
      changes->push_back({setting.name, is_live(newer, setting.name)});
    }
  }
  for (const Setting& setting : older.settings) {
    if (newer.find(setting.name) == nullptr) changes->push_back({setting.name, false});
  }
}

void compare_bindings(const Instance& older, const Instance& newer, std::vector<OptionChange>* changes) {
  for (const Binding& binding : newer.bindings) {
    const Binding* before = older.binding(binding.service);
    if (before == nullptr || before->instances != binding.instances) changes->push_back({binding.service, false});
  }
  for (const Binding& binding : older.bindings) {
    if (newer.binding(binding.service) == nullptr) changes->push_back({binding.service, false});
  }
}

InstanceChange compare(const Instance& older, const Instance& newer) {
  InstanceChange result{newer.name, Change::kUnchanged, {}};
  if (older.plugin != newer.plugin) {
    result.options.push_back({"plugin", false});
  } else {
    compare_settings(older, newer, &result.options);
    compare_bindings(older, newer, &result.options);
  }
  if (!result.options.empty()) result.change = Change::kChanged;
  return result;
}

const Instance* find_enabled(const Snapshot& snapshot, std::string_view name) {
  const Instance* instance = snapshot.find(name);
  return instance != nullptr && instance->enabled ? instance : nullptr;
}

}  // namespace

bool InstanceChange::needs_restart() const {
  return std::any_of(options.begin(), options.end(), [](const OptionChange& option) { return !option.live; });
}

bool Diff::empty() const {
  return kernel.change == Change::kUnchanged &&
         std::all_of(instances.begin(), instances.end(),
                     [](const InstanceChange& instance) { return instance.change == Change::kUnchanged; });
}

Diff diff(const Snapshot& older, const Snapshot& newer) {
  Diff result;
  result.kernel = compare(older.kernel_table, newer.kernel_table);
  for (const Instance& instance : newer.instances) {
    if (!instance.enabled) continue;
    const Instance* before = find_enabled(older, instance.name);
    result.instances.push_back(before ? compare(*before, instance) : InstanceChange{instance.name, Change::kAdded, {}});
  }
  for (const Instance& instance : older.instances) {
    if (!instance.enabled || find_enabled(newer, instance.name) != nullptr) continue;
    result.instances.push_back({instance.name, Change::kRemoved, {}});
  }
  return result;
}

}  // namespace junctor::config
