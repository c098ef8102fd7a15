// SPDX-License-Identifier: Apache-2.0
// What becomes of the plugin's options. Pure; any thread.
#include "options.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace junctor::holepunch {

namespace {

std::vector<wire::Network> networks_of(const std::vector<std::string>& texts) {
  std::vector<wire::Network> out;
  for (const std::string& text : texts) {
    if (const auto network = wire::Network::parse(text)) out.push_back(*network);
  }
  return out;
}

[[noreturn]] void fault(size_t index, const char* option, const std::string& expected, const std::string& got) {
  throw Error{JCT_E_CONFIG,
              "relay[" + std::to_string(index) + "]." + option + ": expected " + expected + ", got \"" + got + "\""};
}

std::string server_of(size_t index, const char* option, const std::string& text) {
  const auto server = Server::parse(text);
  if (!server) fault(index, option, "host:port, as rd.example.org:21117 or [2001:db8::1]:21117", text);
  return with_relay_port(text);
}

RelaySpec spec_of(const Config& record, size_t index) {
  RelaySpec spec;
  const std::string address = record[kRelayAddress];
  spec.address = server_of(index, "address", address);
  spec.name = record.has(kRelayName) ? record[kRelayName] : address;
  if (spec.name.empty()) fault(index, "name", "a name, or none at all", spec.name);
  if (record.has(kRelayCheckAddress)) {
    spec.check_address = server_of(index, "check_address", record[kRelayCheckAddress]);
  }
  for (const std::string& text : record[kRelayAddressFor]) {
    auto entry = RelaySpec::parse_address_for(text);
    if (!entry) fault(index, "address_for", "NETWORK = host:port, as 10.0.0.0/8 = 10.0.0.5:21117", text);
    spec.address_for.push_back(std::move(*entry));
  }
  spec.weight = static_cast<uint32_t>(record[kRelayWeight]);
  spec.drain = record[kRelayDrain];
  return spec;
}

const Relay* find(const std::vector<RelayPtr>& relays, const std::string& name) {
  const auto at =
      std::find_if(relays.begin(), relays.end(), [&](const RelayPtr& relay) { return relay->spec().name == name; });
  return at == relays.end() ? nullptr : at->get();
}

}  // namespace

Puncher::Bounds bounds_of(const Config& config) {
  Puncher::Bounds bounds;
  bounds.pending = {static_cast<size_t>(config[kMaxPending]), config[kAnswerTimeout], config[kForeignWait]};
  bounds.max_grants = static_cast<size_t>(config[kMaxGrants]);
  bounds.max_signed = static_cast<size_t>(config[kMaxSigned]);
  bounds.rates = {config[kRequestsPerAddress],      config[kRequestsPerId], config[kRequests],
                  config[kPushesPerAddress],        config[kLostAnswers],   config[kUnaskedRate],
                  networks_of(config[kLimitExempt])};
  bounds.learned = {static_cast<size_t>(config[kMaxLearned]), config[kLearnedFor], config[kLearnedAfter],
                    config[kLearnedRetry]};
  return bounds;
}

Policy policy_of(const Config& config) {
  Policy policy;
  policy.push.always_relay = config[kAlwaysRelay];
  policy.push.lan = networks_of(config[kLan]);
  policy.refuse_unasked_relay = config[kUnaskedRelay] == "refuse";
  return policy;
}

std::vector<RelayPtr> relays_of(const Config& config, const std::vector<RelayPtr>& before, bool relay_here) {
  std::vector<RelaySpec> specs;
  for (const Config& record : config.records(kRelay)) specs.push_back(spec_of(record, specs.size()));
  if (specs.empty()) specs.push_back(relay_of_this_host()->spec());
  // A site that runs a relay and names one address names its own: it cannot always reach that from inside.
  const bool own = relay_here && specs.size() == 1;
  std::vector<RelayPtr> relays;
  for (RelaySpec& spec : specs) {
    if (find(relays, spec.name) != nullptr) fault(relays.size(), "name", "a name of its own", spec.name);
    if (spec.check_address.empty() && !own) spec.check_address = spec.address;
    const Relay* old = find(before, spec.name);
    relays.push_back(std::make_shared<Relay>(std::move(spec), old));
  }
  return relays;
}

}  // namespace junctor::holepunch
