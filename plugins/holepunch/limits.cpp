// SPDX-License-Identifier: Apache-2.0
// How often anybody may ask, for whom, and how often an address is pushed to. Any thread.
#include "limits.hpp"

#include <algorithm>
#include <utility>

namespace junctor::holepunch {

Limits::Limits(const Secret& secret, Rates rates) : requests_{secret}, pushes_{secret}, ids_{secret} {
  configure(std::move(rates));
}

void Limits::configure(Rates rates) {
  requests_.configure({rates.requests_per_address}, {rates.requests}, {});
  pushes_.configure({rates.pushes_per_address}, {}, {});
  ids_.configure({rates.requests_per_id});
  unasked_.configure({rates.unasked_relays, std::chrono::seconds{1}});
  auto exempt = std::make_shared<const std::vector<wire::Network>>(std::move(rates.exempt));
  const std::lock_guard lock{exempt_mutex_};
  exempt_ = std::move(exempt);
}

bool Limits::is_exempt(const wire::Address& address) const {
  std::shared_ptr<const std::vector<wire::Network>> networks;
  {
    const std::lock_guard lock{exempt_mutex_};
    networks = exempt_;
  }
  return std::any_of(networks->begin(), networks->end(),
                     [&](const wire::Network& network) { return network.contains(address); });
}

bool Limits::request(const wire::Address& a, Duration now) { return is_exempt(a) || requests_.allow(a, now); }

bool Limits::request_for(std::string_view id, const wire::Address& a, Duration now) {
  return is_exempt(a) || ids_.allow(id, now);
}

bool Limits::push(const wire::Address& b, Duration now) { return is_exempt(b) || pushes_.allow(b, now); }

}  // namespace junctor::holepunch
