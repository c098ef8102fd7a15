// SPDX-License-Identifier: Apache-2.0
// What an operator allows. Values; any thread.
#include "rules.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace junctor::relay {
namespace {

struct Unit {
  std::string_view name;
  uint64_t bits;
};

constexpr std::array<Unit, 5> kUnits{
    {{"Tbit", 1'000'000'000'000}, {"Gbit", 1'000'000'000}, {"Mbit", 1'000'000}, {"kbit", 1'000}, {"bit", 1}}};

}  // namespace

// ---- groups ----

bool Group::has(const wire::Address& address) const {
  return std::any_of(networks.begin(), networks.end(), [&](const auto& one) { return one.contains(address); });
}

bool Group::has_id(std::string_view id) const {
  if (id.empty()) return false;
  const std::string text{id};
  return std::any_of(ids.begin(), ids.end(),
                     [&](const std::string& one) { return fnmatch(one.c_str(), text.c_str(), 0) == 0; });
}

const Group* Rules::group_of(const wire::Address& a, const wire::Address& b, std::string_view id) const {
  const auto at = std::find_if(groups.begin(), groups.end(),
                               [&](const Group& one) { return one.has_id(id) || one.has(a) || one.has(b); });
  return at == groups.end() ? nullptr : &*at;
}

const char* Rules::denial(const wire::Address& peer, std::string_view id) const {
  if (refused.contains(peer) || refused_ids.find(std::string{id}) != refused_ids.end()) return "blocked";
  const Group* group = group_of(peer, peer, id);
  return group != nullptr && group->deny ? "group_denied" : nullptr;
}

// ---- rates ----

std::optional<uint64_t> parse_rate(std::string_view text) {
  if (text == "0") return 0;
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  for (const Unit& one : kUnits) {
    if (one.name != unit) continue;
    constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
    return number <= kMost / one.bits ? std::optional{number * one.bits} : std::nullopt;
  }
  return std::nullopt;
}

std::string rate_text(uint64_t rate) {
  if (rate == 0) return "0";
  const auto unit =
      std::find_if(kUnits.begin(), kUnits.end(), [rate](const Unit& one) { return rate % one.bits == 0; });
  return std::to_string(rate / unit->bits) + std::string{unit->name};
}

}  // namespace junctor::relay
