// SPDX-License-Identifier: Apache-2.0
// How often anybody may ask, for whom, and how often an address is pushed to. Any thread.
#include "limits.hpp"

#include <utility>

namespace junctor::holepunch {

Limits::Limits(const Secret& secret, Rates rates)
    : requests_{secret, exempt_},
      pushes_{secret, exempt_},
      lost_answers_{secret, exempt_},
      tellings_{secret, exempt_},
      ids_{secret} {
  tellings_.configure({1});
  configure(std::move(rates));
}

void Limits::configure(Rates rates) {
  requests_.configure({rates.requests_per_address}, {rates.requests});
  pushes_.configure({rates.pushes_per_address});
  lost_answers_.configure({rates.lost_answers});
  ids_.configure({rates.requests_per_id});
  unasked_.configure({rates.unasked_relays, std::chrono::seconds{1}});
  exempt_.set(std::move(rates.exempt));
}

bool Limits::request(const wire::Address& a, Duration now) { return requests_.allow(a, now); }

bool Limits::request_for(std::string_view id, const wire::Address& a, Duration now) {
  return exempt_.contains(a) || ids_.allow(id, now);
}

bool Limits::push(const wire::Address& b, Duration now) { return pushes_.allow(b, now); }

}  // namespace junctor::holepunch
