// SPDX-License-Identifier: Apache-2.0
// The site's configuration for its clients. Any thread.
#include "site/site_config.hpp"

#include "wire/abi.hpp"
#include "wire/kinds.hpp"

namespace junctor::rendezvous {

void SiteConfig::set(int32_t serial, const std::vector<std::string>& rendezvous_servers, Duration interval) {
  told_.configure({1, interval});
  hbb::ConfigUpdate fresh;
  fresh.set_serial(serial);
  for (const std::string& server : rendezvous_servers) fresh.add_rendezvous_servers(server);
  std::lock_guard lock{mutex_};
  update_ = std::move(fresh);
  serial_ = serial;
}

hbb::ConfigUpdate SiteConfig::update() const {
  std::lock_guard lock{mutex_};
  return update_;
}

std::optional<std::string> SiteConfig::update_for(const jct_addr& peer, Duration now) {
  if (!told_.allow(wire::from_abi(peer).text(), now)) return std::nullopt;
  return wire::wrap_message(update());
}

}  // namespace junctor::rendezvous
