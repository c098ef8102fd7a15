// SPDX-License-Identifier: Apache-2.0
#include "ops/commands.hpp"

#include <algorithm>

namespace junctor::ops {
namespace {

constexpr size_t kMaxWords = 4;  // of a name

}  // namespace

bool Commands::is_name(std::string_view name) {
  const auto spaces = static_cast<size_t>(std::count(name.begin(), name.end(), ' '));
  return !name.empty() && spaces < kMaxWords && name.front() != ' ' && name.back() != ' ' &&
         name.find("  ") == std::string_view::npos;
}

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

Commands::Match Commands::match(const std::vector<std::string>& words) const {
  Match best;
  std::string name;
  for (size_t used = 1; used <= words.size() && used <= kMaxWords; ++used) {
    name += (used > 1 ? " " : "") + words[used - 1];
    if (const Command* command = find(name)) best = {command, used};
  }
  return best;
}

std::vector<std::pair<std::string, std::string>> Commands::list() const {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& [name, holders] : all_) rows.emplace_back(name, holders.back().help);
  return rows;
}

}  // namespace junctor::ops
