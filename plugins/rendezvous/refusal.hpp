// SPDX-License-Identifier: Apache-2.0
// Why something that the network sent was not served: stable words for the log and the counters. Any thread.
#pragma once

#include <array>
#include <cstddef>

namespace junctor::rendezvous {

enum class Refusal : size_t {
  kMalformed,       // not a message, or not of the kind that it says
  kTooLong,         // over message_max
  kUnhandled,       // nobody serves this kind here
  kBadId,           // protocol.md 6.1
  kIncomplete,      // RegisterPk without uuid or pk, or with absurdly long ones
  kUuidMismatch,    // the id belongs to another device
  kTooFrequent,     // over register_limit
  kDenied,          // by an auth/1 provider
  kStorage,         // storage failed
  kLookupsFull,     // max_lookups
  kBusy,            // another RegisterPk of this id is on its way to storage
  kPeersFull,       // max_peers
  kNotSupported,    // registration over a connection, change of id
  kQueryTooLarge,   // max_online_query
  kChannelsFull,    // max_channels
  kHandlerRefused,  // the kind's handler asked to close
  kCount
};

inline constexpr std::array<const char*, static_cast<size_t>(Refusal::kCount)> kRefusalWords = {
    "malformed",     "too_long",   "unhandled",     "bad_id",          "incomplete", "uuid_mismatch",
    "too_frequent",  "denied",     "storage",       "lookups_full",    "busy",       "peers_full",
    "not_supported", "query_size", "channels_full", "handler_refused",
};

inline const char* word(Refusal refusal) { return kRefusalWords[static_cast<size_t>(refusal)]; }

}  // namespace junctor::rendezvous
