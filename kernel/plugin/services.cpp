// SPDX-License-Identifier: Apache-2.0
#include "plugin/services.hpp"

#include <utility>

namespace junctor::plugin {

void Services::bind(const std::string& user, std::vector<std::string> providers) {
  bound_[user] = std::move(providers);
}

bool Services::provide(const std::string& key, const std::string& id, Provided provided) {
  return provided_[key].emplace(id, std::move(provided)).second;
}

bool Services::provides(const std::string& key, const std::string& id) const {
  const auto found = provided_.find(key);
  return found != provided_.end() && found->second.count(id) > 0;
}

void Services::withdraw(const std::string& key) {
  provided_.erase(key);
  bound_.erase(key);
}

std::vector<Provided> Services::find(const std::string& user, const std::string& id) const {
  std::vector<Provided> found;
  const auto bound = bound_.find(user);
  if (bound == bound_.end()) return found;
  for (const std::string& name : bound->second) {
    const auto provider = provided_.find(name);
    if (provider == provided_.end()) continue;
    const auto entry = provider->second.find(id);
    if (entry != provider->second.end()) found.push_back(entry->second);
  }
  return found;
}

}  // namespace junctor::plugin
