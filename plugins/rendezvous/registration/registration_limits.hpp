// SPDX-License-Identifier: Apache-2.0
// How often may be registered and looked up: by id, by address, in all (protocol.md 6.1). An office behind one address
// is many devices, so what is known already counts little and what is new or fails counts in full. Any thread.
#pragma once

#include <string_view>
#include <vector>

#include "junctor/result.hpp"
#include "registration/proven_clients.hpp"
#include "wire/rate_limit.hpp"

namespace junctor::rendezvous {

class RegistrationLimits {
 public:
  struct Rates {
    wire::Rate id;                    // RegisterPk of one id from one client
    wire::Rate attempts_per_address;  // RegisterPk at all
    wire::Rate lookups_per_address;   // questions to storage that heartbeats cause
    wire::Rate queries_per_address;   // online queries
    wire::Rate new_per_address;       // new ids and failures
    wire::Rate new_total;             // new ids and failures of proven clients
    wire::Rate new_unproven;          // the same of all others
    std::vector<wire::Network> exempt;
  };

  explicit RegistrationLimits(const wire::KeyedRate::Secret& secret);
  void configure(const Rates& rates);

  /// Its address is its own (a connection was accepted from it).
  void proven(const wire::Address& client, Duration now) { proven_.note(client, now); }
  bool is_proven(const wire::Address& client, Duration now) const { return proven_.has(client, now); }

  enum class Verdict { kYes, kId, kAddress, kUnproven };
  /// A RegisterPk. An id is counted for each client that uses it: nobody uses up another's.
  Verdict attempt(const wire::Address& client, std::string_view id, Duration now);
  /// A new id, or one that is another's.
  Verdict fresh(const wire::Address& client, Duration now);
  bool look_up(const wire::Address& client, Duration now) { return lookups_.allow(client, now); }
  bool query(const wire::Address& client, Duration now) { return queries_.allow(client, now); }

 private:
  ProvenClients proven_;
  wire::KeyedRate ids_;
  wire::ExemptNetworks exempt_;
  wire::AddressLimit attempts_, lookups_, queries_, fresh_, unproven_;
};

}  // namespace junctor::rendezvous
