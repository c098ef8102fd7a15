// SPDX-License-Identifier: Apache-2.0
#include "plugin/contests.hpp"

#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "plugin/graph.hpp"

namespace junctor::plugin {
namespace {

using config::Instance;
using config::Origin;
using config::Snapshot;

/// By provider, service and what: who has it.
using Holders = std::map<std::tuple<size_t, std::string, std::string>, size_t>;

/// What two instances meet in: the first claim of it, and how many more there are.
struct Contest {
  const Claim* first;
  size_t provider;
  size_t more;
};

const Origin& place_of(const Instance& instance, const Claim& claim) {
  if (!claim.option.empty()) {
    const Origin& option = instance.place_of(claim.option + ":");
    if (!(option == instance.origin)) return option;
  }
  const config::Binding* binding = instance.binding(config::service_name(claim.service));
  return binding == nullptr ? instance.origin : binding->origin;
}

std::string text_of(const Snapshot& snapshot, const Instance& later, const Instance& holder, const Contest& contest) {
  const std::string service = config::service_name(contest.first->service);
  std::string text = "[" + later.name + "] wants " + contest.first->what + " of [" +
                     snapshot.instances[contest.provider].name + "], which [" + holder.name + "] (" +
                     holder.origin.print() + ") has";
  if (contest.more > 0) text += ", and " + std::to_string(contest.more) + " more that it has";
  text += "; give one of them another " + service + " (" + service + " = \"NAME\"), or switch one off";
  const std::string& option = contest.first->option;
  return option.empty() ? text : text + ", or change " + option + " of one";
}

}  // namespace

void find_contests(const Snapshot& snapshot, const std::vector<std::vector<Claim>>& claims,
                   std::vector<config::Fault>* faults) {
  Holders holders;
  for (size_t index = 0; index < claims.size(); ++index) {
    std::map<size_t, Contest> met;  // by holder
    for (const Claim& claim : claims[index]) {
      for (const size_t provider : providers_of(snapshot, snapshot.instances[index], claim.service)) {
        const auto [at, fresh] = holders.emplace(std::tuple{provider, claim.service, claim.what}, index);
        if (fresh || at->second == index) continue;
        const auto [contest, first] = met.emplace(at->second, Contest{&claim, provider, 0});
        if (!first) ++contest->second.more;
      }
    }
    const Instance& later = snapshot.instances[index];
    for (const auto& [holder, contest] : met) {
      faults->push_back(config::fault_at(place_of(later, *contest.first),
                                         text_of(snapshot, later, snapshot.instances[holder], contest)));
    }
  }
}

}  // namespace junctor::plugin
