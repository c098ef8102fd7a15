// SPDX-License-Identifier: Apache-2.0
// The relay's limits out of its options. Control thread.
#include "options.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace junctor::relay {
namespace {

wire::AddressList list_of(const char* option, const std::string& path) {
  if (!std::filesystem::exists(path)) return {};
  if (!std::filesystem::is_regular_file(path))
    throw Error{JCT_E_IO, std::string{option} + ": " + path + ": expected a file with addresses"};
  std::ifstream file{path};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (!file) throw Error{JCT_E_IO, std::string{option} + ": cannot read " + path};
  std::vector<wire::ListLine> odd;
  wire::AddressList list = wire::AddressList::parse(text, &odd);
  if (odd.empty()) return list;
  throw Error{JCT_E_ARG, std::string{option} + ": " + path + ":" + std::to_string(odd.front().number) +
                             ": expected an address or a network, got \"" + std::string{odd.front().word} +
                             "\"; put a # in front of the line, or mend it"};
}

uint64_t number(int64_t value) { return static_cast<uint64_t>(value); }

Group group_of(const Config& config) {
  Group group;
  group.name = config[kGroupName];
  for (const std::string& text : config[kGroupNetworks]) {
    const auto network = wire::Network::parse(text);
    if (!network) throw Error{JCT_E_ARG, "group: " + group.name + ": \"" + text + "\" is no network"};
    group.networks.push_back(*network);
  }
  group.ids = config[kGroupIds];
  group.rate = number(config[kGroupRate]);
  group.session_rate = number(config[kGroupSessionRate]);
  group.max_sessions = number(config[kGroupMaxSessions]);
  group.deny = config[kGroupDeny];
  if (group.networks.empty() && group.ids.empty()) {
    throw Error{JCT_E_ARG, "group: " + group.name + ": expected networks or ids, else nobody is in it"};
  }
  return group;
}

}  // namespace

Rules rules_of(const Config& config) {
  Rules rules;
  rules.rate = number(config[kRate]);
  rules.total_rate = number(config[kTotalRate]);
  rules.address_rate = number(config[kAddressRate]);
  rules.id_rate = number(config[kIdRate]);
  rules.address_sessions = number(config[kAddressSessions]);
  rules.id_sessions = number(config[kIdSessions]);
  rules.slowing = {number(config[kDowngradeRate]), config[kDowngradeAfter], config[kDowngradePercent]};
  std::set<std::string> names;
  for (const Config& record : config.records(kGroups)) {
    rules.groups.push_back(group_of(record));
    if (!names.insert(rules.groups.back().name).second) {
      throw Error{JCT_E_ARG, "group: two are named " + rules.groups.back().name};
    }
  }
  rules.slowed = list_of(kBlacklistFile.raw.name, config[kBlacklistFile]);
  rules.refused = list_of(kBlocklistFile.raw.name, config[kBlocklistFile]);
  return rules;
}

}  // namespace junctor::relay
