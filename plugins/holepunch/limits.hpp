// SPDX-License-Identifier: Apache-2.0
// How often anybody may ask, for whom, and how often an address is pushed to: token buckets in memory of fixed size.
// Any thread.
#pragma once

#include <atomic>
#include <string_view>
#include <vector>

#include "junctor/result.hpp"
#include "wire/rate_limit.hpp"

namespace junctor::holepunch {

/// So many a minute for one target. One client has at most half of them, and a hundredth even where the others have
/// used up all: a limit that keeps a target from harm must not be what harms whoever else wants to reach it.
class FairLimit {
 public:
  explicit FairLimit(const wire::KeyedRate::Secret& secret) : all_{secret}, each_{secret}, sure_{secret} {}
  /// 0: no limit.
  void configure(int64_t a_minute);
  bool allow(std::string_view target, const wire::Address& asker, Duration now);

 private:
  wire::KeyedRate all_;   // by target
  wire::KeyedRate each_;  // by target and asker
  wire::KeyedRate sure_;  // by both, of those that `all_` refuses
  std::atomic<bool> some_sure_{false};
};

class Limits {
 public:
  /// All but the last a minute, with a minute's worth saved up; 0: no limit. An address is an IPv4 one or an IPv6 /64.
  struct Rates {
    int64_t requests_per_address = 0;
    int64_t requests_per_id = 0;
    int64_t requests = 0;
    int64_t pushes_per_address = 0;
    int64_t lost_answers = 0;           // of one source, to requests that nobody has made
    int64_t unasked_relays = 0;         // a second
    std::vector<wire::Network> exempt;  // neither counted nor refused, as A and as B
  };
  using Secret = wire::KeyedRate::Secret;

  Limits(const Secret& secret, Rates rates);
  void configure(Rates rates);

  /// A sends a request, whatever it is.
  bool request(const wire::Address& a, Duration now);
  /// A, which has the site's key, asks for `id`. Counted only then: nobody else can use up what an id may have.
  bool request_for(std::string_view id, const wire::Address& a, Duration now);
  /// Something is to be pushed for `a` to `b`, who may be a victim that others have registered ids for.
  bool push(const wire::Address& b, const wire::Address& a, Duration now);
  /// A RequestRelay without an accepted PunchHoleRequest before it. One client has a quarter of them.
  bool unasked_relay(const wire::Address& a, Duration now) { return unasked_.allow(a, now); }
  /// `source` has sent an answer that nobody waits for: who does so on and on is searching for who does.
  bool lost_answer(const wire::Address& source, Duration now) { return lost_answers_.allow(source, now); }
  bool may_lose_answers(const wire::Address& source, Duration now) const { return lost_answers_.has(source, now); }
  /// Once a minute for each source: is it to be told of now?
  bool tell_of(const wire::Address& source, Duration now) { return tellings_.allow(source, now); }

 private:
  wire::ExemptNetworks exempt_;
  wire::AddressLimit requests_;
  FairLimit pushes_;
  wire::AddressLimit lost_answers_;
  wire::AddressLimit tellings_;
  FairLimit ids_;
  wire::AddressLimit unasked_;
};

}  // namespace junctor::holepunch
