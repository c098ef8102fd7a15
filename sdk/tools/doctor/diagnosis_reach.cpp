// SPDX-License-Identifier: Apache-2.0
// Judgements of names and ports.
#include <algorithm>

#include "tools/doctor/diagnosis.hpp"
#include "tools/doctor/words.hpp"

namespace junctor::tools::doctor {
namespace {

std::string list(const std::vector<Address>& addresses) {
  std::string out;
  for (const Address& address : addresses) out += (out.empty() ? "" : ", ") + address.ip_text();
  return out;
}

}  // namespace

Check diagnose_name(const Target& target, const NameSeen& seen) {
  const std::string& host = target.server.host;
  if (!seen.error.empty() || seen.addresses.empty()) {
    const std::string why = seen.error.empty() ? "it has no address" : seen.error;
    return timed(
        failed(name::kName, host + " does not resolve: " + why,
               "Check the spelling, the name's A and AAAA records, and this machine's own DNS. Clients with this "
               "name in \"ID server\" fail in the same way."),
        seen.took);
  }
  if (wire::Address::parse_ip(host)) return timed(ok(name::kName, host + " is an address"), seen.took);
  const auto inside = std::find_if(seen.addresses.begin(), seen.addresses.end(), is_private);
  const std::string detail = host + " is " + list(seen.addresses);
  if (inside != seen.addresses.end() && is_public_name(host)) {
    return timed(
        warning(name::kName, detail + ": " + inside->ip_text() + " is a private address",
                "Good for clients in the same network alone. If others shall reach it, the public DNS needs the "
                "router's public address; if you are inside, this may be what your own DNS answers on purpose."),
        seen.took);
  }
  return timed(ok(name::kName, detail), seen.took);
}

Check diagnose_signalling(const std::vector<PortSeen>& seen, const Address& used) {
  const auto chosen = std::find_if(seen.begin(), seen.end(), [&](const PortSeen& s) { return s.address == used; });
  if (chosen->error != 0) {
    return timed(failed(name::kTcp, reach_words(*chosen), reach_hint(*chosen, "the ID server")), chosen->took);
  }
  std::string detail = reach_words(*chosen) + (used.is_v6() ? ", over IPv6" : ", over IPv4");
  const auto dead = std::find_if(seen.begin(), seen.end(), [](const PortSeen& s) {
    const Reach reach = reach_of(s.error);
    return reach == Reach::kRefused || reach == Reach::kTimeout;
  });
  if (dead != seen.end()) {
    return timed(
        warning(name::kTcp, detail + "; but " + reach_words(*dead),
                "The name has an address that does not serve: clients that prefer it lose time or fail. Make the "
                "server listen there, or take the record out of the DNS."),
        chosen->took);
  }
  return timed(ok(name::kTcp, detail), chosen->took);
}

Check diagnose_nat_port(const PortSeen& seen) {
  if (seen.error == 0) return timed(ok(name::kTcpNat, reach_words(seen)), seen.took);
  return timed(failed(name::kTcpNat, reach_words(seen),
                      "Clients need this port to find their NAT's type and to see who is online. " +
                          reach_hint(seen, "the ID server's second port")),
               seen.took);
}

Check diagnose_relay_port(const PortSeen& seen) {
  if (seen.error == 0) return timed(ok(name::kTcpRelay, reach_words(seen)), seen.took);
  return timed(warning(name::kTcpRelay, reach_words(seen),
                       "Right where the relay runs on another host or port (see relay_address). Else: " +
                           reach_hint(seen, "the relay")),
               seen.took);
}

Check diagnose_websocket(const char* name, const WebSocketSeen& seen) {
  if (seen.port.error != 0) {
    return timed(
        skipped(name, "not served: " + reach_words(seen.port) + "; only web clients and \"use WebSocket\" need it"),
        seen.port.took);
  }
  if (seen.status.find(" 101") != std::string::npos) {
    return timed(ok(name, seen.port.address.text() + " speaks WebSocket"), seen.port.took);
  }
  const std::string got = seen.status.empty() ? "nothing" : "\"" + seen.status + "\"";
  return timed(
      warning(name, seen.port.address.text() + " is open but answers an upgrade with " + got,
              "Web clients cannot connect here: another program has the port, or a proxy in front does not pass "
              "the Upgrade header on."),
      seen.port.took);
}

}  // namespace junctor::tools::doctor
