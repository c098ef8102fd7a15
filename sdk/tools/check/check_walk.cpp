// SPDX-License-Identifier: Apache-2.0
#include "tools/check/check_walk.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace junctor::tools {
namespace {

/// A plugin without work is idle at once, or as soon as its own tasks have run.
constexpr std::chrono::seconds kIdlePatience{10};

bool provides(const config::Schema& schema, const std::string& id) {
  return std::find(schema.provides.begin(), schema.provides.end(), id) != schema.provides.end();
}

}  // namespace

Walk::Walk(const std::vector<PluginFile>& files, const std::vector<std::string>& overrides, CheckReport& report)
    : files_{files}, overrides_{overrides}, report_{report} {
  for (const PluginFile& file : files_) {
    modules_.emplace(file.name, std::make_unique<api::Modules>(&world_.kernel(), file.dir));
  }
}

const plugin::Module* Walk::module(const std::string& name, std::string* why) {
  const auto found = modules_.find(name);
  if (found != modules_.end()) return found->second->load(name, why);
  *why = "no file for the plugin " + name;
  return nullptr;
}

/// Names of those whose needs the others fulfil, transitively; says of the rest what they lack.
std::vector<std::string> Walk::satisfied() {
  std::vector<std::string> names;
  for (const PluginFile& file : files_) names.push_back(file.name);
  std::string why;
  const auto missing = [&](const std::string& name) {
    std::string lacking;
    for (const std::string& need : module(name, &why)->schema().needs) {
      const std::string id = plugin::service_id(need);
      const bool there = std::any_of(names.begin(), names.end(), [&](const std::string& other) {
        return other != name && provides(module(other, &why)->schema(), id);
      });
      if (!plugin::optional_need(need) && !there) lacking += (lacking.empty() ? "" : ", ") + id;
    }
    return lacking;
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (auto name = names.begin(); name != names.end(); ++name) {
      const std::string lacking = missing(*name);
      if (lacking.empty()) continue;
      report_.begin_file(*name);
      report_.note("create not tried: needs " + lacking + "; name the file of a plugin that provides it, too");
      names.erase(name);
      changed = true;
      break;
    }
  }
  return names;
}

/// Those of tables that are left out would bring the tables back.
std::vector<std::string> Walk::overrides_for(const std::vector<std::string>& names) const {
  std::vector<std::string> wanted;
  for (const std::string& text : overrides_) {
    const std::string table = text.substr(0, text.find('.'));
    const bool known = table == "kernel" || modules_.count(table) == 0;
    if (known || std::find(names.begin(), names.end(), table) != names.end()) wanted.push_back(text);
  }
  return wanted;
}

std::shared_ptr<const config::Snapshot> Walk::load(const std::vector<std::string>& names) {
  std::string text = "[kernel]\ndata_dir = '" + world_.dir() + "'\n";
  for (const std::string& name : names) text += "[" + name + "]\n";
  config::Plugins plugins;
  plugins.schema = [this](const std::string& name, std::string* why) -> const config::Schema* {
    const plugin::Module* found = module(name, why);
    return found == nullptr ? nullptr : &found->schema();
  };
  config::Checked checked = config::check({{"defaults", text}}, overrides_for(names), plugins);
  if (checked.snapshot) graph_ = plugin::build_graph(*checked.snapshot, &checked.faults);
  for (const config::Fault& fault : checked.faults) report_.fault(fault.print());
  if (!checked.faults.empty()) report_.note("--set TABLE.KEY=VALUE gives what has no default");
  return checked.faults.empty() ? checked.snapshot : nullptr;
}

bool Walk::prepare() {
  report_.begin_file("configuration with every default");
  snapshot_ = load(satisfied());
  if (snapshot_) report_.ok("accepted");
  return snapshot_ != nullptr;
}

void Walk::run() {
  for (const size_t index : graph_.order) walk_one(index);
}

void Walk::walk_one(size_t index) {
  report_.begin_file(snapshot_->instances[index].name);
  if (raise_providers(index)) {
    step(index, "create, stop, destroy", [&](std::string* why) { return unstarted_life(index, why); });
    step(index, "create, start, check, apply, drain, stop, destroy",
         [&](std::string* why) { return whole_life(index, why); });
    step(index, "create, start, stop without drain, destroy",
         [&](std::string* why) { return undrained_life(index, why); });
    step(index, "create, start, drain and stop at once, destroy",
         [&](std::string* why) { return hurried_life(index, why); });
    step(index, "a second object takes over while the first one drains",
         [&](std::string* why) { return succession(index, why); });
  }
  while (!provider_order_.empty()) {
    end(providers_[provider_order_.back()]);
    provider_order_.pop_back();
  }
  providers_.clear();
  world_.kernel().sockets.retire();
}

/// Those that it uses, and those that they use, run.
bool Walk::raise_providers(size_t index) {
  for (const size_t provider : graph_.uses[index]) {
    if (providers_.count(provider) > 0) continue;
    if (!raise_providers(provider)) return false;
    const std::string& name = snapshot_->instances[provider].name;
    report_.begin_step("starting " + name + ", which it needs");
    std::string why;
    Life life;
    if (!create(provider, &life, &why) || !life.object->start(&why)) {
      if (life.object) end(life);
      report_.fault("not walked: " + name + ", which it needs, does not start: " + why);
      return false;
    }
    providers_.emplace(provider, std::move(life));
    provider_order_.push_back(provider);
  }
  return true;
}

/// One walk with its verdict: what it answered, and what the kernel held against it.
void Walk::step(size_t index, const char* name, const std::function<bool(std::string*)>& body) {
  const std::string& instance = snapshot_->instances[index].name;
  if (given_up_ == index) return;
  report_.begin_step(name);
  const size_t before = report_.faults();
  const size_t lates = late_.size();
  std::string why;
  if (!body(&why)) report_.fault(std::string{name} + ": " + why);
  for (const std::string& blame : world_.take_blames(instance)) report_.fault(std::string{name} + ": " + blame);
  if (report_.faults() == before) report_.ok(name);
  if (late_.size() == lates) return;
  given_up_ = index;
  report_.note("not walked any further: a thread is inside it and does not come back");
}

bool Walk::create(size_t index, Life* life, std::string* why) {
  const config::Instance& values = snapshot_->instances[index];
  life->key = values.name + "#" + std::to_string(++generation_);
  std::vector<std::string> keys;
  for (const size_t provider : graph_.uses[index]) keys.push_back(providers_[provider].key);
  world_.kernel().services.bind(life->key, std::move(keys));
  const plugin::Module* found = module(values.plugin, why);
  if (found != nullptr) life->object = found->create(life->key, snapshot_, values, why);
  if (life->object) return true;
  end(*life);
  return false;
}

void Walk::end(Life& life) {
  const bool stopped = !life.object || life.object->stop();
  if (!stopped || has_late()) late_.push_back(std::move(life.object));  // it may use the others that are left
  life.object.reset();
  world_.kernel().services.withdraw(life.key);
  world_.kernel().commands.remove(life.key);
}

bool Walk::unstarted_life(size_t index, std::string* why) {
  Life life;
  if (!create(index, &life, why)) return false;
  end(life);
  return true;
}

bool Walk::whole_life(size_t index, std::string* why) {
  Life life;
  if (!create(index, &life, why)) return false;
  const config::Instance& values = snapshot_->instances[index];
  bool well = life.object->start(why) && life.object->check(values, why);
  if (well) {
    life.object->apply(snapshot_, values);
    well = drain_and_wait(life, why);
  }
  end(life);
  return well;
}

bool Walk::undrained_life(size_t index, std::string* why) {
  Life life;
  if (!create(index, &life, why)) return false;
  const bool well = life.object->start(why);
  end(life);
  return well;
}

bool Walk::hurried_life(size_t index, std::string* why) {
  Life life;
  if (!create(index, &life, why)) return false;
  const bool well = life.object->start(why);
  if (well) life.object->drain([] {});
  end(life);
  return well;
}

/// As a reload replaces an instance: the sockets pass from the old to the new.
bool Walk::succession(size_t index, std::string* why) {
  Life first;
  Life second;
  if (!create(index, &first, why)) return false;
  bool well = first.object->start(why) && create(index, &second, why) && drain_and_wait(first, why);
  if (well) {
    first.object->hand_over();
    well = second.object->start(why);
  }
  end(first);
  well = well && drain_and_wait(second, why);
  if (second.object) end(second);
  return well;
}

bool Walk::drain_and_wait(Life& life, std::string* why) {
  loop::EventLoop& control = world_.kernel().loops.control();
  const auto idle = std::make_shared<bool>(false);
  life.object->drain([&control, idle] { control.post([idle] { *idle = true; }); });
  const auto deadline = control.clock().now() + kIdlePatience;
  while (!*idle && control.clock().now() < deadline) control.run_once(std::chrono::milliseconds{50});
  if (!*idle) *why = "not idle " + std::to_string(kIdlePatience.count()) + " s after drain, without any work";
  return *idle;
}

}  // namespace junctor::tools
