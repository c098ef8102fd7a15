// SPDX-License-Identifier: Apache-2.0
#include "site/site_desk.hpp"

#include <algorithm>
#include <junctor/command_json.hpp>

#include "junctor/net.hpp"
#include "options.hpp"
#include "wire/abi.hpp"

namespace junctor::rendezvous {
namespace {

constexpr const char* kGatewayHint =
    "a proxy or a container's bridge hides the clients' addresses: use host networking, or the PROXY protocol "
    "(proxy_protocol of the listener); until then limits by address hit all of them at once and direct connections "
    "fail. Where they do share that address: warn_one_gateway = 0";

Invitation invitation_of(const Config& config, const std::string& key) {
  const std::string host = config[kPublicHost];
  auto made = make_invitation(host, config.base_port(), key);
  if (!made) {
    throw Error{JCT_E_ARG,
                "public_host: expected a name or an address, with :PORT where it is not 21116, got \"" + host + "\""};
  }
  return *std::move(made);
}

}  // namespace

SiteDesk::SiteDesk(const Host& host, const Keys& keys)
    : host_{host},
      keys_{keys},
      gateway_gauge_{host.gauge("warning", "reason=one_gateway", "1 while this about the site will hurt it")} {}

void SiteDesk::check(const Config& config) { invitation_of(config, ""); }

void SiteDesk::configure(const Config& config) {
  Invitation fresh = invitation_of(config, keys_.public_text());
  const bool differs = fresh.host != invitation_.host;
  invitation_ = std::move(fresh);
  gateway_.set_enough(static_cast<size_t>(config[kWarnOneGateway]));
  if (differs && announced_) announce();
}

void SiteDesk::announce() {
  announced_ = true;
  const bool known = !invitation_.host.empty();
  host_.info(
      "rendezvous.invite",
      {{"host", invitation_.host},
       {"key", invitation_.key},
       {"configuration", invitation_.configuration},
       {"link", invitation_.link},
       {"hint", known ? "what clients enter; junctorctl invite shows it with a QR code"
                      : "set public_host in [rendezvous], or ask for what clients enter: junctorctl invite HOST"}});
}

void SiteDesk::look_at(const char* what, const char* protocol, jct_handle socket, int64_t expected) {
  const auto addresses = bound_addresses(host_, socket);
  const auto fits = [expected](const jct_addr& address) { return address.port == expected; };
  if (std::any_of(addresses.begin(), addresses.end(), fits)) return;
  host_.info("rendezvous.warning",
             {{"reason", "port_not_served"},
              {"detail", std::string{what} + " is not on " + protocol + " " + std::to_string(expected)},
              {"hint", "clients look for it there: right where a port forward or a proxy leads from there to here"}});
}

void SiteDesk::show(const Reply& reply) const {
  Poco::JSON::Object answer{Poco::JSON_PRESERVE_KEY_ORDER};
  answer.set("host", invitation_.host);
  answer.set("key", invitation_.key);
  answer.set("configuration", invitation_.configuration);
  answer.set("link", invitation_.link);
  reply.ok(command::text(answer));
}

void SiteDesk::registered(std::string_view id, const jct_addr& from) {
  const wire::Address address = wire::from_abi(from);
  const OneGateway::News news = gateway_.registered(id, address);
  if (news == OneGateway::News::kNone) return;
  gateway_gauge_.set(news == OneGateway::News::kBegins ? 1 : 0);
  if (news == OneGateway::News::kOver) return host_.info("rendezvous.warning_over", {{"reason", "one_gateway"}});
  host_.warning("rendezvous.warning", {{"reason", "one_gateway"},
                                       {"detail", "the first " + std::to_string(gateway_.devices()) +
                                                      " devices all came from " + address.ip_text()},
                                       {"hint", kGatewayHint}});
}

}  // namespace junctor::rendezvous
