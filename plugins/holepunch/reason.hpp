// SPDX-License-Identifier: Apache-2.0
// Why something was not served: stable words for the log and the counters. Any thread.
#pragma once

#include <array>
#include <cstddef>

namespace junctor::holepunch {

enum class Reason : size_t {
  kMalformed,        // not a message of its kind
  kBadAddress,       // a socket address that is none (protocol.md 4)
  kTransport,        // a request by UDP: its sender has not proven its address
  kWrongKey,         // licence_key
  kDenied,           // by an auth/1 provider
  kUnknownId,        // nobody is registered under it
  kOffline,          // registered, but not seen lately
  kStorage,          // peers could not be asked
  kFull,             // max_pending
  kNotAsked,         // a RequestRelay without a PunchHoleRequest before it
  kPushFailed,       // B's connection went away
  kNotPending,       // an answer that nobody waits for
  kDuplicate,        // an answer to what has been answered
  kHeldTooLong,      // an answer from a foreign address that is too long to wait
  kNoRelay,          // only a relay would do, and none takes sessions
  kTooManyRequests,  // limit_requests, limit_requests_per_address, limit_requests_per_id
  kTooManyPushes,    // limit_pushes_per_address
  kTooManyAnswers,   // limit_lost_answers
  kForeignRelay,     // a RequestRelay that nobody asked for, to a relay that is not ours
  kUnsigned,         // B's key is on record, but its id cannot be signed
  kCount
};

inline constexpr std::array<const char*, static_cast<size_t>(Reason::kCount)> kReasonWords = {
    "malformed",         "bad_address",     "transport",        "wrong_key",     "denied",
    "unknown_id",        "offline",         "storage",          "full",          "not_asked",
    "push_failed",       "not_pending",     "duplicate",        "held_too_long", "no_relay",
    "too_many_requests", "too_many_pushes", "too_many_answers", "foreign_relay", "unsigned",
};

/// For A's user, whatever it was that needed one.
inline constexpr const char* kNoRelayText = "No relay server is available now; please try again later";

inline const char* word(Reason reason) { return kReasonWords[static_cast<size_t>(reason)]; }

}  // namespace junctor::holepunch
