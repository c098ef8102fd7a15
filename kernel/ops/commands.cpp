// SPDX-License-Identifier: Apache-2.0
#include "ops/commands.hpp"

namespace junctor::ops {

bool Commands::add(const std::string& name, Command command) {
  auto& holders = all_[name];
  if (!holders.empty() && holders.back().instance != command.instance) return false;
  holders.push_back(std::move(command));
  return true;
}

void Commands::remove(const std::string& key) {
  for (auto& [name, holders] : all_) {
    std::erase_if(holders, [&](const Command& command) { return command.key == key; });
  }
  std::erase_if(all_, [](const auto& entry) { return entry.second.empty(); });
}

const Commands::Command* Commands::find(const std::string& name) const {
  const auto found = all_.find(name);
  return found == all_.end() ? nullptr : &found->second.back();
}

std::vector<std::pair<std::string, std::string>> Commands::list() const {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& [name, holders] : all_) rows.emplace_back(name, holders.back().help);
  return rows;
}

}  // namespace junctor::ops
