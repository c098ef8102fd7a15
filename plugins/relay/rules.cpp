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

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r";
  line = line.substr(0, line.find('#'));
  const size_t first = line.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(kBlank) - first + 1);
}

}  // namespace

// ---- addresses ----

AddressList AddressList::parse(std::string_view text, const std::string& name) {
  AddressList list;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    if (!line.empty() && !list.add(line)) {
      throw Error{JCT_E_ARG, name + ":" + std::to_string(number) + ": expected an address or a network, got \"" +
                                 std::string{line} + "\""};
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return list;
}

bool AddressList::add(std::string_view text) {
  if (const auto address = wire::Address::parse_ip(text)) {
    addresses_.insert(*address);
    return true;
  }
  const auto network = wire::Network::parse(text);
  if (network) networks_.push_back(*network);
  return network.has_value();
}

bool AddressList::contains(const wire::Address& address) const {
  return addresses_.find(address.with_port(0)) != addresses_.end() ||
         std::any_of(networks_.begin(), networks_.end(), [&](const auto& one) { return one.contains(address); });
}

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
