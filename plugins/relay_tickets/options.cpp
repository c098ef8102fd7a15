// SPDX-License-Identifier: Apache-2.0
// What becomes of the plugin's options. Pure; any thread.
#include "options.hpp"

#include <charconv>

#include "wire/address.hpp"

namespace junctor::relay_tickets {
namespace {

[[noreturn]] void fault(const std::string& option, const std::string& expected, const std::string& got) {
  throw Error{JCT_E_CONFIG, option + ": expected " + expected + ", got \"" + got + "\""};
}

wire::PublicKey key_of(const std::string& option, const std::string& text) {
  const auto key = wire::parse_public_key(text);
  if (!key) fault(option, "a public key as `junctorctl tickets key` shows it", text);
  return *key;
}

void read_address(const std::string& option, const std::string& text, Destination& out) {
  const char* expected = "HOST:PORT, as relay.example.org:21120 or [2001:db8::1]:21120";
  if (const auto literal = wire::Address::parse(text)) {
    out.host = literal->ip_text();
    out.port = literal->port;
  } else {
    const size_t colon = text.find(':');
    if (colon == std::string::npos) fault(option, expected, text);
    out.host = text.substr(0, colon);
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, out.port);
    if (error != std::errc{} || stop != end) fault(option, expected, text);
  }
  if (out.host.empty() || out.port == 0) fault(option, expected, text);
}

uint64_t microseconds(Duration time) { return static_cast<uint64_t>(time.count() / 1000); }

}  // namespace

std::string Destination::address() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

std::vector<Destination> destinations_of(const Config& config) {
  std::vector<Destination> all;
  for (const Config& record : config.records(kRelays)) {
    const std::string where = "relay[" + std::to_string(all.size()) + "].";
    Destination one;
    one.name = record[kRelayName];
    read_address(where + "address", record[kRelayAddress], one);
    one.key = key_of(where + "key", record[kRelayKey]);
    one.required = record[kRelayRequired];
    const bool taken =
        std::any_of(all.begin(), all.end(), [&](const Destination& other) { return other.name == one.name; });
    if (taken || one.name.empty()) fault(where + "name", "a name of its own", one.name);
    all.push_back(std::move(one));
  }
  return all;
}

std::vector<wire::PublicKey> issuers_of(const Config& config) {
  std::vector<wire::PublicKey> all;
  for (const std::string& text : config[kIssuers]) {
    all.push_back(key_of("issuers[" + std::to_string(all.size()) + "]", text));
  }
  return all;
}

TakerSettings TakerSettings::from(const Config& config) {
  return {issuers_of(config),
          microseconds(config[kSkew]),
          microseconds(config[kMaxTtl]),
          config[kGreetingTimeout],
          config[kSilence],
          static_cast<size_t>(config[kMaxLinks]),
          static_cast<size_t>(config[kMaxTickets])};
}

}  // namespace junctor::relay_tickets
