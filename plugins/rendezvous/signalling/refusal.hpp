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
  kAddressLimit,    // this address asks too often
  kUnproven,        // too many new devices from addresses that have not shown that they receive
  kDenied,          // by an auth/1 provider
  kStorage,         // storage failed
  kLookupsFull,     // max_lookups
  kBusy,            // another RegisterPk of this id is on its way to storage
  kPeersFull,       // max_peers
  kNotSupported,    // a change of id by UDP, or where the site does not allow it
  kIdTaken,         // a change of id to one that somebody has
  kBadBox,          // a key exchange or a sealed message that is not for us, or out of turn
  kDead,            // a registered connection without a sign of life
  kQueryTooLarge,   // max_online_query
  kChannelsFull,    // max_channels
  kHandlerRefused,  // the kind's handler asked to close
  kMessageLimit,    // a connection that goes on over limit_messages
  kPutOut,          // it was here, and by the rules of now may not stay
  kCount
};

inline constexpr std::array<const char*, static_cast<size_t>(Refusal::kCount)> kRefusalWords = {
    "malformed",    "too_long",      "unhandled",       "bad_id",        "incomplete", "uuid_mismatch",
    "too_frequent", "address_limit", "unproven",        "denied",        "storage",    "lookups_full",
    "busy",         "peers_full",    "not_supported",   "id_taken",      "bad_box",    "dead_peer",
    "query_size",   "channels_full", "handler_refused", "message_limit", "put_out",
};

inline const char* word(Refusal refusal) { return kRefusalWords[static_cast<size_t>(refusal)]; }

}  // namespace junctor::rendezvous
