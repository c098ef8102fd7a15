// SPDX-License-Identifier: Apache-2.0
// How often may be registered and looked up. Any thread.
#include "registration/registration_limits.hpp"

#include <string>

namespace junctor::rendezvous {

RegistrationLimits::RegistrationLimits(const wire::KeyedRate::Secret& secret)
    : proven_{secret},
      ids_{secret},
      attempts_{secret, exempt_},
      lookups_{secret, exempt_},
      queries_{secret, exempt_},
      query_ids_{secret, exempt_},
      messages_{secret, exempt_},
      fresh_{secret, exempt_},
      unproven_{secret, exempt_} {}

void RegistrationLimits::configure(const Rates& rates) {
  ids_.configure(rates.id);
  attempts_.configure(rates.attempts_per_address);
  lookups_.configure(rates.lookups_per_address);
  queries_.configure(rates.queries_per_address);
  query_ids_.configure(rates.query_ids_per_address);
  messages_.configure(rates.messages_per_address);
  fresh_.configure(rates.new_per_address, rates.new_total);
  unproven_.configure(rates.new_per_address, rates.new_unproven);
  exempt_.set(rates.exempt);
}

RegistrationLimits::Verdict RegistrationLimits::attempt(const wire::Address& client, std::string_view id,
                                                        Duration now) {
  if (!attempts_.allow(client, now)) return Verdict::kAddress;
  const auto address = wire::client_key(client);
  const std::string key = std::string{address.data(), address.size()}.append(id);
  return ids_.allow(key, now) ? Verdict::kYes : Verdict::kId;
}

RegistrationLimits::Verdict RegistrationLimits::fresh(const wire::Address& client, Duration now) {
  if (proven_.has(client, now)) return fresh_.allow(client, now) ? Verdict::kYes : Verdict::kAddress;
  return unproven_.allow(client, now) ? Verdict::kYes : Verdict::kUnproven;
}

}  // namespace junctor::rendezvous
