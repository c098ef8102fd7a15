// SPDX-License-Identifier: Apache-2.0
// What signalling tells a relay of one session: signed by the issuer, for one relay, for a time. Values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/signing.hpp"

namespace junctor::relay_tickets {

/// What a relay says of a ticket. On the wire: the numbers stay.
enum class Verdict : uint8_t {
  kGood = 0,
  kKnown = 1,       // taken before, or a later one of its uuid was
  kMalformed = 2,   // signed, and no ticket
  kForged = 3,      // not signed by the issuer that has proven itself
  kWrongRelay = 4,  // for another relay's key
  kExpired = 5,
  kTooEarly = 6,  // issued in the future
  kFull = 7,      // the relay keeps max_tickets already
  kNoRelay = 8,   // the relay does not take it now: it stops, for instance
  kCount
};
/// Its stable word.
const char* word(Verdict verdict);
inline bool is_delivered(Verdict verdict) { return verdict == Verdict::kGood || verdict == Verdict::kKnown; }

/// Of uuid and id, each; the relay takes no longer ones.
inline constexpr size_t kMaxText = 128;

struct Ticket {
  std::string uuid;
  std::string id;        // B's; empty: any
  uint64_t issued = 0;   // microseconds since 1970, by the issuer's clock
  uint64_t expires = 0;  // the same

  friend bool operator==(const Ticket&, const Ticket&) = default;
};

/// `relay`: the public key of the relay that it is for.
std::string sign_ticket(const wire::SigningKeys& issuer, const wire::PublicKey& relay, const Ticket& ticket);

struct Opened {
  Verdict verdict = Verdict::kMalformed;
  Ticket ticket;  // where it is kGood
};
/// `now` and `skew` in microseconds: by so much the two clocks may differ.
Opened open_ticket(const wire::PublicKey& issuer, const wire::PublicKey& relay, std::string_view signed_ticket,
                   uint64_t now, uint64_t skew);

}  // namespace junctor::relay_tickets
