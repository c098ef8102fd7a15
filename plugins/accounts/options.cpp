// SPDX-License-Identifier: Apache-2.0
// Options as the values that the parts take.
#include "accounts/options.hpp"

#include <cstring>

namespace junctor::accounts {
namespace {

/// The place of a choice's text among its choices, which is its enum's number.
template <class Enum, size_t N>
Enum choice(const Config& config, const Option<std::string>& option, const char* const (&choices)[N]) {
  const std::string text = config[option];
  for (size_t i = 0; i + 1 < N; ++i) {
    if (text == choices[i]) return static_cast<Enum>(i);
  }
  return Enum{};
}

std::string with_commas(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& one : texts) out += (out.empty() ? "" : ",") + one;
  return out;
}

}  // namespace

AccessPolicy read_access(const Config& config) {
  AccessPolicy policy;
  policy.admission = choice<Admission>(config, option::kAdmission, option::kAdmissions);
  policy.initiate = choice<Initiate>(config, option::kInitiate, option::kInitiates);
  policy.unassigned = choice<Unassigned>(config, option::kUnassigned, option::kUnassigneds);
  policy.owner_disabled_blocks = choice<OwnerDisabledBlocks>(config, option::kOwnerDisabledBlocks, option::kBlocks);
  policy.admins_reach_all = config[option::kAdminsReachAll];
  policy.hide_devices = config[option::kHideDevices];
  return policy;
}

RosterSettings read_roster(const Config& config) {
  RosterSettings settings;
  settings.access = read_access(config);
  settings.listed = config[option::kListed];
  for (const std::string& text : config[option::kInitiateNetworks]) {
    if (const auto network = wire::Network::parse(text)) settings.initiate_networks.push_back(*network);
  }
  settings.cut_running = config[option::kCutRunning];
  settings.delivery.on_release = choice<OnRelease>(config, option::kOnRelease, option::kReleases);
  return settings;
}

ClientSide::Settings read_client(const Config& config) {
  const auto number = [&](const Option<int64_t>& option) { return static_cast<size_t>(config[option]); };
  ClientSide::Settings settings;
  settings.roster = read_roster(config);
  settings.roster.delivery.enforce_every_ms = seconds(config[option::kEnforceEvery]) * 1000;
  settings.books.max_peers = config[option::kMaxPeers];
  settings.books.legacy_peers = config[option::kLegacyPeers];
  settings.devices.presets = choice<Presets>(config, option::kPresets, option::kPresetModes);
  settings.devices.each_address.count = config[option::kCallsAddress];
  settings.devices.each_id.count = config[option::kCallsDevice];
  settings.devices.grant_tolerance = seconds(config[option::kGrantClock]);
  settings.devices.flush_every = config[option::kHeartbeatFlush];
  settings.presence.every = config[option::kPresenceEvery];
  settings.presence.purge_after = config[option::kPurgeDevices] * 86'400;
  settings.audits.note_after = seconds(config[option::kNoteAfter]);
  settings.rights.held = number(option::kHeld);
  settings.rights.reserved = seconds(config[option::kReserved]);
  settings.feed.session_idle = seconds(config[option::kClientIdle]);
  settings.grants = {number(option::kGrants), config[option::kGrantLife]};
  settings.refs.capacity = number(option::kAuditRefs);
  settings.nonces.capacity = number(option::kNonces);
  settings.conns.devices = number(option::kLiveDevices);
  settings.accessible_list = config[option::kAccessibleList] == "on";
  return settings;
}

admin::AdminSide::Settings read_admin(const Config& config) {
  admin::AdminSide::Settings settings;
  settings.console_idle = seconds(config[option::kConsoleIdle]);
  settings.console_longest = seconds(config[option::kConsoleLongest]);
  settings.client_idle = seconds(config[option::kClientIdle]);
  settings.second_factor = choice<SecondFactor>(config, option::kSecondFactor, option::kFactors);
  settings.admin_networks = with_commas(config[option::kAdminNetworks]);
  settings.console_networks = with_commas(config[option::kConsoleNetworks]);
  settings.cut_running = config[option::kCutRunning];
  settings.users_make_books = config[option::kUsersMakeBooks];
  settings.logs_admin_only = config[option::kLogsAdminOnly];
  settings.share_outside_group = config[option::kShareOutsideGroup];
  settings.public_url = config[option::kPublicUrl];
  while (!settings.public_url.empty() && settings.public_url.back() == '/') settings.public_url.pop_back();
  return settings;
}

LoginSettings read_login(const Config& config) {
  LoginSettings settings;
  settings.limits.per_minute = static_cast<size_t>(config[option::kFailuresMinute]);
  settings.limits.per_hour = static_cast<size_t>(config[option::kFailuresHour]);
  settings.limits.source_per_minute = static_cast<size_t>(config[option::kFailuresSource]);
  settings.limits.buckets = static_cast<size_t>(config[option::kFailureBuckets]);
  settings.second_factor = choice<SecondFactor>(config, option::kSecondFactor, option::kFactors);
  settings.password_login = choice<PasswordLogin>(config, option::kPasswordLogin, option::kPasswordLogins);
  settings.login_assigns = config[option::kLoginAssigns];
  settings.trust_devices = config[option::kTrustDevices];
  settings.unassigned = choice<Unassigned>(config, option::kUnassigned, option::kUnassigneds);
  settings.trusted_seconds = seconds(config[option::kTrusted]);
  settings.console_longest = seconds(config[option::kConsoleLongest]);
  settings.console_url = config[option::kPublicUrl];
  return settings;
}

PasswordPolicy read_passwords(const Config& config) {
  PasswordPolicy policy;
  policy.min_characters = static_cast<size_t>(config[option::kPasswordMin]);
  policy.max_characters = static_cast<size_t>(config[option::kPasswordMax]);
  policy.memory = static_cast<uint64_t>(config[option::kHashMemory]);
  policy.passes = static_cast<uint64_t>(config[option::kHashPasses]);
  return policy;
}

TicketLimits read_tickets(const Config& config) {
  TicketLimits limits;
  limits.seconds = seconds(config[option::kLoginWait]);
  limits.tries = static_cast<int>(config[option::kLoginTries]);
  limits.open = static_cast<size_t>(config[option::kLoginsOpen]);
  return limits;
}

}  // namespace junctor::accounts
