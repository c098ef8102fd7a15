// SPDX-License-Identifier: Apache-2.0
// How often anybody may ask, for whom, and how often an address is pushed to. Any thread.
#include "limits.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "wire/bounds.hpp"

namespace junctor::holepunch {

void FairLimit::configure(int64_t a_minute) {
  all_.configure({a_minute});
  each_.configure({a_minute == 0 ? 0 : std::max<int64_t>(1, a_minute / 2)});
  sure_.configure({a_minute / 100});
  some_sure_ = a_minute / 100 > 0;
}

bool FairLimit::allow(std::string_view target, const wire::Address& asker, Duration now) {
  std::array<char, wire::kMostId + 9> both;
  const auto client = wire::client_key(asker);
  const size_t size = std::min(target.size(), wire::kMostId);
  const auto end = std::copy(client.begin(), client.end(), std::copy_n(target.begin(), size, both.begin()));
  const std::string_view pair{both.data(), static_cast<size_t>(end - both.begin())};
  if (!each_.allow(pair, now)) return false;
  return all_.allow(target, now) || (some_sure_.load(std::memory_order_relaxed) && sure_.allow(pair, now));
}

Limits::Limits(const Secret& secret, Rates rates)
    : requests_{secret, exempt_},
      pushes_{secret},
      lost_answers_{secret, exempt_},
      tellings_{secret, exempt_},
      ids_{secret},
      unasked_{secret, exempt_} {
  tellings_.configure({1});
  configure(std::move(rates));
}

void Limits::configure(Rates rates) {
  requests_.configure({rates.requests_per_address}, {rates.requests});
  pushes_.configure(rates.pushes_per_address);
  lost_answers_.configure({rates.lost_answers});
  ids_.configure(rates.requests_per_id);
  constexpr auto kSecond = std::chrono::seconds{1};
  const int64_t each = rates.unasked_relays == 0 ? 0 : std::max<int64_t>(1, rates.unasked_relays / 4);
  unasked_.configure({each, kSecond}, {rates.unasked_relays, kSecond});
  exempt_.set(std::move(rates.exempt));
}

bool Limits::request(const wire::Address& a, Duration now) { return requests_.allow(a, now); }

bool Limits::request_for(std::string_view id, const wire::Address& a, Duration now) {
  return exempt_.contains(a) || ids_.allow(id, a, now);
}

bool Limits::push(const wire::Address& b, const wire::Address& a, Duration now) {
  const auto target = wire::client_key(b);
  return exempt_.contains(b) || pushes_.allow({target.data(), target.size()}, a, now);
}

}  // namespace junctor::holepunch
