// SPDX-License-Identifier: Apache-2.0
// The options' values as the parts want them. [control] [home]
#include "options.hpp"

namespace junctor::rendezvous {

namespace {

OnlineQuery online_query(std::string_view word) {
  if (word == "off") return OnlineQuery::kOff;
  return word == "allowed" ? OnlineQuery::kAllowed : OnlineQuery::kAll;
}

}  // namespace

void read_settings(const Config& config, Settings& settings) {
  const auto size = [&](const Option<int64_t>& option) { return static_cast<size_t>(config[option]); };
  settings.online_timeout_ns = config[kOnlineTimeout].count();
  settings.silence_ns = config[kSilence].count();
  settings.keep_alive_ns = config[kKeepAlive].count();
  settings.encrypt = config[kEncrypt];
  settings.change_id = config[kChangeId];
  settings.forget_ns = config[kForget].count();
  settings.message_max = size(kMessageMax);
  settings.max_online_query = size(kMaxOnlineQuery);
  settings.online_query = online_query(config[kOnlineQuery]);
  settings.messages = config[kMessages];
  settings.max_lookups = size(kMaxLookups);
  settings.max_channels = size(kMaxChannels);
}

RegistrationLimits::Rates read_limits(const Config& config) {
  const auto a_minute = [&](const Option<int64_t>& option) { return wire::Rate{config[option]}; };
  RegistrationLimits::Rates rates;
  rates.id = {config[kRegisterLimit], config[kRegisterWindow]};
  rates.attempts_per_address = a_minute(kLimitAttempts);
  rates.lookups_per_address = a_minute(kLimitLookups);
  rates.queries_per_address = a_minute(kLimitQueries);
  rates.query_ids_per_address = a_minute(kLimitQueryIds);
  rates.messages_per_address = a_minute(kLimitMessages);
  rates.new_per_address = a_minute(kLimitNewPerAddress);
  rates.new_total = a_minute(kLimitNew);
  rates.new_unproven = a_minute(kLimitUnproven);
  for (const std::string& text : config[kLimitExempt]) {
    if (const auto network = wire::Network::parse(text)) rates.exempt.push_back(*network);
  }
  return rates;
}

}  // namespace junctor::rendezvous
