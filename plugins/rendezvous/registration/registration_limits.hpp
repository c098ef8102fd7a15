// SPDX-License-Identifier: Apache-2.0
// How often may be registered and looked up: by id, by address, in all (protocol.md 6.1). An office behind one address
// is many devices, so what is known already counts little and what is new or fails counts in full. Any thread.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "junctor/result.hpp"
#include "registration/proven_clients.hpp"
#include "wire/rate_limit.hpp"

namespace junctor::rendezvous {

class RegistrationLimits {
 public:
  struct Rates {
    wire::Rate id;                     // RegisterPk of one id from one client
    wire::Rate attempts_per_address;   // RegisterPk at all
    wire::Rate lookups_per_address;    // questions to storage that heartbeats cause
    wire::Rate queries_per_address;    // online queries
    wire::Rate query_ids_per_address;  // ids in them
    wire::Rate messages_per_address;   // over connections, of every kind
    wire::Rate new_per_address;        // new ids and failures
    wire::Rate new_total;              // new ids and failures of proven clients
    wire::Rate new_unproven;           // the same of all others
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
  /// Is there room for an online query of one id?
  bool may_query(const wire::Address& client, Duration now) const {
    return queries_.has(client, now) && query_ids_.has(client, now);
  }
  /// An online query of so many ids.
  bool query(const wire::Address& client, int64_t ids, Duration now) {
    return queries_.allow(client, now) && query_ids_.allow(client, now, std::max<int64_t>(ids, 1));
  }
  /// Anything at all over a connection.
  bool message(const wire::Address& client, Duration now) { return messages_.allow(client, now); }

 private:
  ProvenClients proven_;
  wire::KeyedRate ids_;
  wire::ExemptNetworks exempt_;
  wire::AddressLimit attempts_, lookups_, queries_, query_ids_, messages_, fresh_, unproven_;
};

}  // namespace junctor::rendezvous
