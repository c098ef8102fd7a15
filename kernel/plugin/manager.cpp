// SPDX-License-Identifier: Apache-2.0
#include "plugin/manager.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace junctor::plugin {

using config::Instance;
using config::Snapshot;
using ops::Level;

std::string_view state_name(State state) {
  switch (state) {
    case State::kChecked:
      return "checked";
    case State::kCreated:
      return "created";
    case State::kRunning:
      return "running";
    case State::kDraining:
      return "draining";
    case State::kStopped:
      return "stopped";
    case State::kFailed:
      return "failed";
  }
  return "unknown";
}

/// How often one that was late is looked at.
constexpr std::chrono::seconds kReap{1};

void Manager::Leaving::timed_out() {
  for (const Running& entry : group) {
    if (!entry.drains) continue;
    manager->around_.log->write(Level::kWarning, "plugin.drain_timeout", {{"instance", entry.name}});
  }
  manager->finish_leaving(this);
}

Manager::Manager(Surroundings surroundings)
    : around_{std::move(surroundings)}, reap_{loop::Timer::of<&Manager::on_reap>(this)} {}

Manager::~Manager() {
  stop();
  reap_.cancel();
  for (Running& entry : late_) static_cast<void>(entry.object.release());
  if (has_late()) {
    for (auto& object : beside_) static_cast<void>(object.release());
  }
}

bool Manager::start(std::shared_ptr<const Snapshot> snapshot, std::string* why) {
  std::vector<config::Fault> faults;
  graph_ = build_graph(*snapshot, &faults);
  if (!faults.empty()) {
    *why = faults.front().print();
    return false;
  }
  std::vector<std::string> names;
  for (size_t index : graph_.order) names.push_back(snapshot->instances[index].name);
  std::list<Running> made;
  if (!create_all(snapshot, graph_, names, &made, why)) return false;
  snapshot_ = std::move(snapshot);
  running_ = std::move(made);
  for (Running& entry : running_) {
    if (start_one(entry, why)) continue;
    stop();
    return false;
  }
  for (Running& entry : running_) entry.object->open();
  return true;
}

bool Manager::create_all(const std::shared_ptr<const Snapshot>& next, const Graph& graph,
                         const std::vector<std::string>& names, std::list<Running>* made, std::string* why) {
  for (size_t index : graph.order) {
    const Instance& values = next->instances[index];
    if (std::find(names.begin(), names.end(), values.name) == names.end()) continue;
    Running entry;
    entry.name = values.name;
    entry.key = values.name + "#" + std::to_string(++generation_);
    entry.snapshot = next;
    std::vector<std::string> providers;
    for (size_t provider : graph.uses[index]) {
      const std::string& name = next->instances[provider].name;
      entry.uses.push_back(name);
      providers.push_back(key_of(name, *made));
    }
    for (size_t provider : graph.late[index]) entry.late.push_back(next->instances[provider].name);
    if (create_one(entry, values, std::move(providers), why)) {
      made->push_back(std::move(entry));
      continue;
    }
    around_.services->withdraw(entry.key);
    around_.forget_commands(entry.key);
    destroy_all(*made);
    return false;
  }
  for (const Running& entry : *made) bind_late(entry, *made);
  return true;
}

/// All are made: what an instance finds from its start on is there.
void Manager::bind_late(const Running& entry, const std::list<Running>& made) {
  if (entry.late.empty()) return;
  std::vector<std::string> providers;
  for (const auto* names : {&entry.uses, &entry.late}) {
    for (const std::string& name : *names) providers.push_back(key_of(name, made));
  }
  around_.services->bind(entry.key, std::move(providers));
}

std::string Manager::key_of(const std::string& name, const std::list<Running>& made) const {
  for (const std::list<Running>* world : {&made, &running_}) {
    for (const Running& entry : *world) {
      if (entry.name == name) return entry.key;
    }
  }
  return {};
}

bool Manager::create_one(Running& entry, const Instance& values, std::vector<std::string> providers, std::string* why) {
  entry.module = around_.module(values.plugin, why);
  if (entry.module != nullptr) {
    around_.services->bind(entry.key, std::move(providers));
    entry.object = entry.module->create(entry.key, entry.snapshot, values, why);
  }
  if (!entry.object) {
    *why = "[" + values.name + "] (" + values.origin.print() + "): " + *why;
    around_.log->write(Level::kError, "plugin.create_failed", {{"instance", values.name}, {"reason", *why}});
    return false;
  }
  entry.state = State::kCreated;
  return true;
}

bool Manager::start_one(Running& entry, std::string* why) {
  if (entry.object->start(why)) {
    entry.state = State::kRunning;
    around_.log->write(Level::kInfo, "plugin.started",
                       {{"instance", entry.name}, {"version", entry.module->version()}});
    return true;
  }
  const Instance& values = *entry.snapshot->find(entry.name);
  *why = "[" + entry.name + "] (" + values.place_of(*why).print() + "): " + *why;
  entry.state = State::kFailed;
  entry.reason = *why;
  around_.log->write(Level::kError, "plugin.start_failed", {{"instance", entry.name}, {"reason", *why}});
  return false;
}

/// False for one that has a thread inside it still.
bool Manager::stop_one(Running& entry) {
  const bool ran = entry.state == State::kRunning || entry.state == State::kDraining;
  const bool stopped = !entry.object || entry.object->stop();
  around_.services->withdraw(entry.key);
  around_.forget_commands(entry.key);
  if (!stopped) {
    entry.state = State::kFailed;
    entry.reason = "[" + entry.name + "] was stopped, and has work that does not end";
    return false;
  }
  entry.state = State::kStopped;
  if (ran) around_.log->write(Level::kInfo, "plugin.stopped", {{"instance", entry.name}});
  return true;
}

void Manager::reap_late() {
  for (auto at = late_.begin(); at != late_.end();) {
    const auto here = at++;
    if (!here->object->can_stop() || !here->object->stop()) continue;
    around_.log->write(Level::kInfo, "plugin.stopped", {{"instance", here->name}});
    late_.erase(here);
  }
  if (!has_late()) beside_.clear();
}

void Manager::on_reap() {
  reap_late();
  if (has_late()) around_.control->start(reap_, kReap);
}

/// The last one that nobody uses any more. One that hears events stays as long as there is another such: a session that
/// is cut with its relay is told of.
std::list<Manager::Running>::iterator Manager::next_to_stop(std::list<Running>& group) {
  const auto is_used = [&](const std::string& name) {
    return std::any_of(group.begin(), group.end(), [&](const Running& user) {
      return std::find(user.uses.begin(), user.uses.end(), name) != user.uses.end();
    });
  };
  for (auto at = group.end(); at != group.begin();) {
    --at;
    if (!is_used(at->name) && !(at->object && at->object->hears_events())) return at;
  }
  return std::prev(group.end());
}

/// One that another one found late stays in memory, stopped, until that one has stopped too. So does whoever a thread
/// is inside, and all whose services that thread may be calling.
void Manager::destroy_all(std::list<Running>& group) {
  std::vector<std::unique_ptr<Object>> kept;
  while (!group.empty()) {
    const auto next = next_to_stop(group);
    const bool found_late = std::any_of(group.begin(), group.end(), [&](const Running& user) {
      return std::find(user.late.begin(), user.late.end(), next->name) != user.late.end();
    });
    if (!stop_one(*next)) {
      late_.splice(late_.end(), group, next);
      around_.control->start(reap_, kReap);
      continue;
    }
    if (has_late()) {
      beside_.push_back(std::move(next->object));
    } else if (found_late) {
      kept.push_back(std::move(next->object));
    }
    group.erase(next);
  }
  if (has_late()) std::move(kept.begin(), kept.end(), std::back_inserter(beside_));
}

void Manager::leave(std::list<Running> group, std::function<void()> then) {
  leaving_.push_back(std::make_unique<Leaving>(this, std::move(group), std::move(then)));
  Leaving* leaving = leaving_.back().get();
  // One more than there are: nothing can finish before all have been asked.
  leaving->busy = leaving->group.size() + 1;
  const std::weak_ptr<bool> alive = alive_;
  const auto idle = [this, leaving, alive](Running* entry) {
    around_.control->post([this, leaving, alive, entry] {
      const bool known = !alive.expired() && std::any_of(leaving_.begin(), leaving_.end(), [&](const auto& candidate) {
        return candidate.get() == leaving;
      });
      if (!known) return;
      if (entry != nullptr) entry->drains = false;
      if (--leaving->busy == 0) finish_leaving(leaving);
    });
  };
  for (auto entry = leaving->group.rbegin(); entry != leaving->group.rend(); ++entry) {
    entry->drains = entry->state == State::kRunning;
    entry->state = State::kDraining;
    if (entry->drains) {
      entry->object->drain([idle, one = &*entry] { idle(one); });
    } else {
      idle(&*entry);
    }
  }
  idle(nullptr);
  around_.control->start(leaving->deadline, loop::Duration{snapshot_->kernel.drain_timeout});
}

void Manager::finish_leaving(Leaving* group) {
  const auto at = std::find_if(leaving_.begin(), leaving_.end(),
                               [group](const auto& candidate) { return candidate.get() == group; });
  const std::unique_ptr<Leaving> gone = std::move(*at);
  leaving_.erase(at);
  destroy_all(gone->group);
  around_.retire_sockets();
  if (gone->then) gone->then();
}

void Manager::drain(std::function<void()> idle) {
  if (!snapshot_) return idle();
  leave(std::exchange(running_, {}), std::move(idle));
  around_.retire_sockets();  // a client that waited in their queues until the end would go nowhere else meanwhile
}

void Manager::stop() {
  while (!leaving_.empty()) {
    leaving_.back()->then = nullptr;
    finish_leaving(leaving_.back().get());
  }
  destroy_all(running_);
  reap_late();
  around_.retire_sockets();
}

Manager::Running* Manager::find(const std::string& name) {
  for (Running& entry : running_) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

std::vector<Status> Manager::status() const {
  std::vector<Status> rows;
  const auto add = [&rows](const Running& entry) {
    rows.push_back({entry.name, entry.module != nullptr ? entry.module->schema().name : "",
                    entry.module != nullptr ? entry.module->version() : "", entry.state, entry.reason, entry.uses});
  };
  for (const Running& entry : running_) add(entry);
  for (const auto& group : leaving_) std::for_each(group->group.begin(), group->group.end(), add);
  for (const Running& entry : late_) add(entry);
  return rows;
}

}  // namespace junctor::plugin
