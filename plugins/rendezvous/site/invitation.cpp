// SPDX-License-Identifier: Apache-2.0
#include "site/invitation.hpp"

#include "wire/host_port.hpp"
#include "wire/invite.hpp"

namespace junctor::rendezvous {

std::optional<Invitation> make_invitation(const std::string& public_host, int64_t base_port, const std::string& key) {
  Invitation invitation;
  invitation.key = key;
  if (public_host.empty()) return invitation;
  const auto server = wire::parse_host_port(public_host, static_cast<uint16_t>(base_port));
  if (!server) return std::nullopt;
  invitation.host = server->port == wire::kDefaultPort ? server->host : wire::text_of(*server);
  invitation.configuration = wire::encode_invite({invitation.host, "", "", key});
  invitation.link = "rustdesk://config/" + invitation.configuration;
  return invitation;
}

}  // namespace junctor::rendezvous
