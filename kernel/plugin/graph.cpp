// SPDX-License-Identifier: Apache-2.0
#include "plugin/graph.hpp"

#include <algorithm>

namespace junctor::plugin {
namespace {

using config::Fault;
using config::Instance;
using config::Snapshot;

bool provides(const Instance& instance, const std::string& id) {
  if (!instance.enabled || !instance.schema) return false;
  const auto& all = instance.schema->provides;
  return std::find(all.begin(), all.end(), id) != all.end();
}

void report_choice(const Snapshot& snapshot, const Instance& user, const std::string& id,
                   const std::vector<size_t>& found, std::vector<Fault>* faults) {
  std::string names;
  for (const size_t index : found) names += (names.empty() ? "" : ", ") + snapshot.instances[index].name;
  faults->push_back(config::fault_at(user.origin, "[" + user.name + "] needs one provider of " + id + ", and " + names +
                                                      " provide it; say which: " + config::service_name(id) + " = \"" +
                                                      snapshot.instances[found.front()].name + "\""));
}

/// Of a plugin that is called as its service is; what others provide is unknown while they are off.
std::string switched_off(const Snapshot& snapshot, const std::string& plugin) {
  for (const Instance& instance : snapshot.instances) {
    if (instance.enabled || instance.plugin != plugin) continue;
    return "; [" + instance.name + "] (" + instance.origin.print() + ") is switched off";
  }
  return {};
}

void resolve_needs(const Snapshot& snapshot, size_t index, Graph* graph, std::vector<Fault>* faults) {
  const Instance& user = snapshot.instances[index];
  for (const std::string& declared : user.schema->needs) {
    const std::string id = service_id(declared);
    const std::vector<size_t> found = providers_of(snapshot, user, id);
    if (found.empty() && !optional_need(declared)) {
      faults->push_back(config::fault_at(user.origin, "[" + user.name + "] needs the service " + id +
                                                          ", which no enabled plugin provides" +
                                                          switched_off(snapshot, config::service_name(id))));
    }
    if (found.size() > 1 && !many_need(declared)) report_choice(snapshot, user, id, found, faults);
    auto& uses = late_need(declared) ? graph->late[index] : graph->uses[index];
    uses.insert(uses.end(), found.begin(), found.end());
  }
}

/// Depth-first, iterative over an explicit path so that a cycle can be named.
class Sorter {
 public:
  Sorter(const Snapshot& snapshot, Graph* graph, std::vector<Fault>* faults)
      : snapshot_{snapshot}, graph_{graph}, faults_{faults}, state_(snapshot.instances.size(), State::kNew) {}

  void visit(size_t index) {
    if (state_[index] == State::kDone) return;
    if (state_[index] == State::kOpen) return report_cycle(index);
    state_[index] = State::kOpen;
    path_.push_back(index);
    for (size_t provider : graph_->uses[index]) visit(provider);
    path_.pop_back();
    state_[index] = State::kDone;
    graph_->order.push_back(index);
  }

 private:
  enum class State { kNew, kOpen, kDone };

  void report_cycle(size_t index) {
    std::string names;
    for (auto at = std::find(path_.begin(), path_.end(), index); at != path_.end(); ++at) {
      names += snapshot_.instances[*at].name + " -> ";
    }
    const Instance& instance = snapshot_.instances[index];
    faults_->push_back(config::fault_at(
        instance.origin, "plugins need each other in a circle: " + names + instance.name + "; disable or rebind one"));
  }

  const Snapshot& snapshot_;
  Graph* graph_;
  std::vector<Fault>* faults_;
  std::vector<State> state_;
  std::vector<size_t> path_;
};

}  // namespace

std::vector<size_t> providers_of(const Snapshot& snapshot, const Instance& user, const std::string& id) {
  const config::Binding* binding = user.binding(config::service_name(id));
  std::vector<size_t> found;
  for (size_t i = 0; i < snapshot.instances.size(); ++i) {
    const Instance& candidate = snapshot.instances[i];
    if (&candidate == &user || !provides(candidate, id)) continue;
    const bool named = binding == nullptr || std::find(binding->instances.begin(), binding->instances.end(),
                                                       candidate.name) != binding->instances.end();
    if (named) found.push_back(i);
  }
  return found;
}

std::string service_id(const std::string& declared) {
  const size_t begin = declared.find_first_not_of("?*~");
  return begin == std::string::npos ? std::string{} : declared.substr(begin);
}
bool many_need(const std::string& declared) {
  return !declared.empty() && (declared[0] == '*' || declared.compare(0, 2, "~*") == 0);
}
bool late_need(const std::string& declared) { return !declared.empty() && declared[0] == '~'; }
bool optional_need(const std::string& declared) {
  return many_need(declared) || late_need(declared) || (!declared.empty() && declared[0] == '?');
}

Graph build_graph(const Snapshot& snapshot, std::vector<Fault>* faults) {
  Graph graph;
  graph.uses.resize(snapshot.instances.size());
  graph.late.resize(snapshot.instances.size());
  for (size_t i = 0; i < snapshot.instances.size(); ++i) {
    if (snapshot.instances[i].enabled) resolve_needs(snapshot, i, &graph, faults);
  }
  Sorter sorter{snapshot, &graph, faults};
  for (size_t i = 0; i < snapshot.instances.size(); ++i) {
    if (snapshot.instances[i].enabled) sorter.visit(i);
  }
  return graph;
}

}  // namespace junctor::plugin
