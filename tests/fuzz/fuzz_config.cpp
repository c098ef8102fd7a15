// SPDX-License-Identifier: Apache-2.0
// Any bytes as a conf.d file: a snapshot or faults, never both; and what a snapshot prints is read back as the same
// values.
#include <cstdint>
#include <cstdlib>

#include "config/diff.hpp"
#include "config/explain.hpp"
#include "config/test_schemas.hpp"

namespace {

using namespace junctor::config;

constexpr size_t kMostInstances = 16;  // beyond, reading back costs more than it finds

void require(bool holds) {
  if (!holds) std::abort();
}

// Strings are left out: without quotes on a command line they may mean something else.
std::vector<std::string> as_overrides(const Snapshot& snapshot) {
  std::vector<std::string> overrides;
  for (const Instance& instance : snapshot.instances) {
    for (const Setting& setting : instance.settings) {
      const Option* option = find_option(instance.schema->options, setting.name);
      if (!setting.present || option->secret || option->type == Type::kString) continue;
      overrides.push_back(instance.name + "." + setting.name + "=" + print_value(*option, setting.value));
    }
  }
  return overrides;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Plugins kPlugins = testing::plugins();
  std::string text(reinterpret_cast<const char*>(data), size);
  std::vector<Source> sources{{"junctor.toml", "[kernel]\nbase_port = 1000\n"}, {"conf.d/fuzz.toml", text}};
  Checked first = check(sources, {}, kPlugins);
  require((first.snapshot == nullptr) == !first.faults.empty());
  for (const Fault& fault : first.faults) require(!fault.text.empty() && !fault.print().empty());
  if (!first.snapshot) return 0;
  require(!describe(*first.snapshot).empty());
  require(diff(*first.snapshot, *first.snapshot).empty());
  if (first.snapshot->instances.size() > kMostInstances) return 0;
  Checked again = check(sources, as_overrides(*first.snapshot), kPlugins);
  require(again.snapshot != nullptr && diff(*first.snapshot, *again.snapshot).empty());
  return 0;
}
