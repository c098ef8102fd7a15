// SPDX-License-Identifier: Apache-2.0
// Manager::reload: ask and prepare everything, then apply everything; one refusal leaves the old world as it was.
#include <algorithm>
#include <set>
#include <utility>

#include "plugin/manager.hpp"

namespace junctor::plugin {

using config::Change;
using config::Instance;
using config::Snapshot;
using ops::Level;

/// Names of instances by what becomes of them.
struct Manager::Plan {
  Graph graph;
  std::vector<std::string> live;    ///< take new values in place
  std::vector<std::string> make;    ///< new ones, and those that are replaced
  std::vector<std::string> remove;  ///< replaced and removed ones: their old objects drain
};

namespace {

/// Users of anything in `names` are in it too: what they were given goes away.
void add_users(const Snapshot& snapshot, const Graph& graph, std::set<std::string>* names) {
  const auto add = [&](size_t user, const std::vector<size_t>& providers) {
    const bool hit = std::any_of(providers.begin(), providers.end(),
                                 [&](size_t provider) { return names->count(snapshot.instances[provider].name) > 0; });
    return hit && names->insert(snapshot.instances[user].name).second;
  };
  for (bool grown = true; grown;) {  // who finds a provider late stands before it
    grown = false;
    for (const size_t index : graph.order) grown |= add(index, graph.uses[index]) || add(index, graph.late[index]);
  }
}

std::string join(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ",") + name;
  return all;
}

/// The values of a running instance that a reload must not touch, whatever the new files say.
bool kernel_change_allowed(const config::InstanceChange& change, std::string* why) {
  for (const config::OptionChange& option : change.options) {
    if (option.live) continue;
    *why = "kernel." + option.name + " cannot change while the server runs; restart it";
    return false;
  }
  return true;
}

/// A file that a LIVE path names may have changed where the configuration has not.
bool reads_files(const config::Instance& instance) {
  const auto& options = instance.schema->options;
  return std::any_of(options.begin(), options.end(),
                     [](const config::Option& one) { return one.live && one.type == config::Type::kPath; });
}

}  // namespace

bool Manager::plan_reload(const Snapshot& next, Plan* plan, std::string* why) {
  std::vector<config::Fault> faults;
  plan->graph = build_graph(next, &faults);
  if (!faults.empty()) {
    *why = faults.front().print();
    return false;
  }
  const config::Diff diff = config::diff(*snapshot_, next);
  if (!kernel_change_allowed(diff.kernel, why)) return false;

  std::set<std::string> make;
  std::set<std::string> gone;
  for (const config::InstanceChange& change : diff.instances) {
    if (change.change == Change::kRemoved) gone.insert(change.name);
    if (change.change == Change::kAdded || (change.change == Change::kChanged && change.needs_restart())) {
      make.insert(change.name);
    }
  }
  for (const Running& entry : running_) {
    if (entry.state == State::kFailed && gone.count(entry.name) == 0) make.insert(entry.name);
  }
  std::set<std::string> dropped = gone;
  dropped.insert(make.begin(), make.end());
  add_users(*snapshot_, graph_, &dropped);  // users of what goes away in the old world
  for (const std::string& name : dropped) {
    if (gone.count(name) == 0) make.insert(name);
  }
  add_users(next, plan->graph, &make);  // and of what comes in the new one

  for (const config::InstanceChange& change : diff.instances) {
    if (make.count(change.name) > 0 || gone.count(change.name) > 0) continue;
    if (change.change == Change::kChanged || reads_files(*next.find(change.name))) plan->live.push_back(change.name);
  }
  plan->make.assign(make.begin(), make.end());
  for (const Running& entry : running_) {
    if (gone.count(entry.name) > 0 || make.count(entry.name) > 0) plan->remove.push_back(entry.name);
  }
  return true;
}

bool Manager::ask_all(const Snapshot& next, const Plan& plan, std::string* why) {
  for (const std::string& name : plan.live) {
    if (!find(name)->object->check(*next.find(name), why)) {
      *why = "[" + name + "] refuses the new values: " + *why;
      return false;
    }
  }
  for (const std::string& name : plan.make) {
    if (!around_.prepare_sockets(*next.find(name), why)) {
      *why = "[" + name + "]: " + *why;
      return false;
    }
  }
  return true;
}

bool Manager::reload(std::shared_ptr<const Snapshot> next, std::string* why) {
  Plan plan;
  std::list<Running> made;
  const bool ready = plan_reload(*next, &plan, why) && ask_all(*next, plan, why) &&
                     create_all(next, plan.graph, plan.make, &made, why);
  if (!ready) {
    around_.retire_sockets();
    around_.log->write(Level::kError, "config.reload_refused", {{"reason", *why}});
    return false;
  }
  *why = carry_out(next, plan, std::move(made));
  return why->empty();
}

/// Cannot be refused any more. Returns who did not start, and why; the rest is in force.
std::string Manager::carry_out(const std::shared_ptr<const Snapshot>& next, const Plan& plan, std::list<Running> made) {
  for (const std::string& name : plan.live) {
    Running* entry = find(name);
    entry->object->apply(next, *next->find(name));
    entry->snapshot = next;
  }
  snapshot_ = next;
  graph_ = plan.graph;

  std::list<Running> old;
  for (auto at = running_.begin(); at != running_.end();) {
    const auto here = at++;
    if (std::find(plan.remove.begin(), plan.remove.end(), here->name) != plan.remove.end()) {
      old.splice(old.end(), running_, here);
    }
  }
  if (!old.empty()) leave(std::move(old), nullptr);
  for (const auto& group : leaving_) {
    for (Running& entry : group->group) entry.object->hand_over();
  }
  std::string failed;
  std::vector<Running*> started;
  while (!made.empty()) {
    running_.splice(running_.end(), made, made.begin());
    std::string reason;
    if (provider_runs(running_.back(), &reason) && start_one(running_.back(), &reason)) {
      started.push_back(&running_.back());
    } else {
      failed += reason + "\n";
    }
  }
  for (Running* entry : started) entry->object->open();
  sort_running(*next);
  around_.retire_sockets();
  around_.log->write(Level::kInfo, "config.reloaded",
                     {{"live", join(plan.live)}, {"started", join(plan.make)}, {"left", join(plan.remove)}});
  return failed.empty() ? failed : failed + "the rest of the new configuration is in force";
}

/// False, with the state set, where one of those whose services it uses has not started.
bool Manager::provider_runs(Running& entry, std::string* why) {
  for (const std::string& name : entry.uses) {
    const Running* provider = find(name);
    if (provider == nullptr || provider->state != State::kFailed) continue;
    *why = "[" + entry.name + "]: [" + name + "], whose services it uses, has not started";
    entry.state = State::kFailed;
    entry.reason = *why;
    around_.log->write(Level::kError, "plugin.start_failed", {{"instance", entry.name}, {"reason", *why}});
    return false;
  }
  return true;
}

/// Providers before users again.
void Manager::sort_running(const Snapshot& snapshot) {
  const auto place = [&](const Running& entry) {
    const auto& order = graph_.order;
    return std::find_if(order.begin(), order.end(),
                        [&](size_t index) { return snapshot.instances[index].name == entry.name; });
  };
  running_.sort([&](const Running& a, const Running& b) { return place(a) < place(b); });
}

}  // namespace junctor::plugin
