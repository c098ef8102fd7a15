// SPDX-License-Identifier: Apache-2.0
// The site's configuration for its clients. Any thread.
#include "site/site_config.hpp"

#include "wire/abi.hpp"
#include "wire/kinds.hpp"

namespace junctor::rendezvous {

void SiteConfig::set(int32_t serial, const std::vector<std::string>& rendezvous_servers, Duration interval,
                     int64_t per_address) {
  told_.configure({1, interval});
  told_address_.configure({per_address, interval});
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
  const wire::Address address = wire::from_abi(peer);
  const auto client = wire::client_key(address);
  if (!told_.allow(address.text(), now)) return std::nullopt;
  if (!told_address_.allow({client.data(), client.size()}, now)) return std::nullopt;
  return wire::wrap_message(update());
}

}  // namespace junctor::rendezvous
