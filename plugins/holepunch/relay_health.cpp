// SPDX-License-Identifier: Apache-2.0
// Wires the watch over relays to the server. Lives on the home loop.
#include "relay_health.hpp"

#include <utility>

#include "relay_probe.hpp"

namespace junctor::holepunch {

RelayHealth::RelayHealth(Host& host, const Keys& keys, Tickets tickets)
    : host_{host},
      keys_{keys},
      tickets_{std::move(tickets)},
      resolver_{[](const std::string& name) { return wire::look_up_name(name); },
                [this](std::function<void()> work, std::function<void()> done) {
                  return host_.offload(std::move(work), std::move(done)) == JCT_OK;
                }},
      watch_{*this} {}

void RelayHealth::apply(const std::vector<RelayPtr>& relays, Duration interval, Duration timeout) {
  timeout_ = timeout;
  std::vector<std::string> hosts;
  for (const RelayPtr& relay : relays) {
    if (const auto server = Server::parse(relay->spec().check_address)) hosts.push_back(server->host);
  }
  resolver_.keep_only(hosts);
  watch_.watch(relays, interval);
}

void RelayHealth::check_relay(const RelaySpec& relay, std::function<void(const Checked&)> done) {
  const auto parsed = Server::parse(relay.check_address);
  if (!parsed) return done({Checked::Verdict::kDown, "not a server's address"});
  resolver_.resolve(*parsed,
                    [this, name = relay.name, host = parsed->host, done = std::move(done)](const auto& addresses) {
                      if (!addresses) return done({Checked::Verdict::kUnknown, "names cannot be looked up now"});
                      if (addresses->empty())
                        return done({Checked::Verdict::kDown, "no address found for the name " + host});
                      auto announce = [this, name](const std::string& uuid) { tickets_.announce(name, uuid); };
                      RelayProbe::start(host_, {*addresses, keys_.public_text(), timeout_, announce}, done);
                    });
}

void RelayHealth::relay_changed(const Relay& relay, const std::string& error) {
  const RelaySpec& spec = relay.spec();
  if (relay.is_up()) {
    host_.info("holepunch.relay_up", {{"relay", spec.name}, {"address", spec.check_address}});
    return;
  }
  host_.warning("holepunch.relay_down",
                {{"relay", spec.name},
                 {"address", spec.check_address},
                 {"error", error},
                 {"hint", "it gets no sessions; if clients do reach it, set its check_address"}});
}

void RelayHealth::no_relay_left() {
  host_.error("holepunch.no_relay", {{"hint", "no relay takes sessions: only direct connections work"}});
}

}  // namespace junctor::holepunch
