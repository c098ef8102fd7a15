// SPDX-License-Identifier: Apache-2.0
// What an operator has changed while the relay runs. Values; any thread.
#include "changes.hpp"

#include <algorithm>

namespace junctor::relay {
namespace {

constexpr std::string_view kLimit = "limit ";
constexpr std::string_view kBlock = "block ";
constexpr std::string_view kGroup = "group ";

bool starts_with(std::string_view text, std::string_view with) { return text.substr(0, with.size()) == with; }

/// False where it is not a line of this file.
bool take(std::string_view line, Changes& changes) {
  if (starts_with(line, kBlock) && line.size() > kBlock.size()) {
    changes.blocks.emplace(line.substr(kBlock.size()));
    return true;
  }
  const size_t space = line.rfind(' ');
  if (!starts_with(line, kLimit) || space <= kLimit.size() || space == std::string_view::npos) return false;
  const auto rate = parse_rate(line.substr(space + 1));
  if (rate) changes.rates.emplace(line.substr(kLimit.size(), space - kLimit.size()), *rate);
  return rate.has_value();
}

}  // namespace

Rules Changes::over(Rules rules) const {
  for (const auto& [what, rate] : rates) {
    if (what == "total") rules.total_rate = rate;
    if (what == "session") rules.rate = rate;
    if (what == "address") rules.address_rate = rate;
    if (what == "id") rules.id_rate = rate;
    if (!starts_with(what, kGroup)) continue;
    for (Group& group : rules.groups) {
      if (group.name == what.substr(kGroup.size())) group.rate = rate;
    }
  }
  for (const std::string& block : blocks) {
    if (!rules.refused.add(block)) rules.refused_ids.insert(block);
  }
  return rules;
}

std::string Changes::text() const {
  std::string out;
  for (const auto& [what, rate] : rates) out += std::string{kLimit} + what + ' ' + rate_text(rate) + '\n';
  for (const std::string& block : blocks) out += std::string{kBlock} + block + '\n';
  return out;
}

Changes Changes::parse(std::string_view text, const std::string& name) {
  Changes changes;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (end > 0 && !take(text.substr(0, end), changes)) {
      throw Error{JCT_E_ARG, name + ":" + std::to_string(number) +
                                 R"(: expected "limit WHAT RATE" or "block WHO", got ")" +
                                 std::string{text.substr(0, end)} + "\""};
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return changes;
}

}  // namespace junctor::relay
