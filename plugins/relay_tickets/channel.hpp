// SPDX-License-Identifier: Apache-2.0
// How signalling and relay prove who they are and agree on keys, and what they say afterwards, sealed. A signed
// Diffie-Hellman: each side makes an X25519 pair for this connection alone and signs both public keys with its own
// Ed25519 key, the caller inside the channel already, so that nobody else learns who calls. Values; one connection's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "wire/secret.hpp"
#include "wire/signing.hpp"

namespace junctor::relay_tickets {

/// Payload of the longest frame: a sealed ticket has some 430 bytes, answers to a full receive buffer less.
inline constexpr size_t kMaxFrame = 1024;

/// Seals what is sent and opens what comes. Unlike the clients' channel (protocol.md 5) each direction has a key of its
/// own, for one key and two counters from 1 would give two messages one key stream.
class Channel {
 public:
  using Key = wire::Secret<32>;
  Channel(Key send, Key receive) : send_{std::move(send)}, receive_{std::move(receive)} {}

  /// Appends a frame with the sealed payload.
  void seal(std::string_view plain, std::string& frames);
  /// nullopt: not sealed with this key, or out of turn; close the connection.
  std::optional<std::string> open(std::string_view sealed);

 private:
  Key send_, receive_;
  uint64_t sent_ = 0, received_ = 0;
};

/// An X25519 pair for one connection.
class Ephemeral {
 public:
  static Ephemeral generate();
  const wire::PublicKey& public_key() const { return public_; }

  /// nullopt: the other's is no key that gives a secret.
  std::optional<Channel> as_caller(const wire::PublicKey& relay) const;
  std::optional<Channel> as_relay(const wire::PublicKey& caller) const;

 private:
  Ephemeral() = default;

  wire::PublicKey public_{};
  wire::Secret<32> secret_;
};

/// Both sides' X25519 keys: what is signed belongs to this connection and to no other.
struct Session {
  wire::PublicKey caller{};
  wire::PublicKey relay{};
};

// ---- the three messages, in this order; the third is sealed. nullopt: it is not one, or not signed as it should be
// ----

std::string make_hello(const wire::PublicKey& caller);
std::optional<wire::PublicKey> read_hello(std::string_view message);

std::string make_answer(const wire::SigningKeys& relay, const Session& session);
/// The relay's X25519 key.
std::optional<wire::PublicKey> read_answer(std::string_view message, const wire::PublicKey& relay,
                                           const wire::PublicKey& caller);

/// Says for which relay it is meant, so that a relay cannot pass it on to another.
std::string make_proof(const wire::SigningKeys& issuer, const wire::PublicKey& relay, const Session& session);
/// The issuer's key.
std::optional<wire::PublicKey> read_proof(std::string_view message, const wire::PublicKey& relay,
                                          const Session& session);

// ---- first byte of what is said afterwards ----

inline constexpr char kTicket = 'T';    // caller: a signed ticket follows
inline constexpr char kPing = 'P';      // caller: nothing follows; a kVerdicts is wanted
inline constexpr char kWelcome = 'W';   // relay: the issuer is on its list
inline constexpr char kUnlisted = 'N';  // relay: it is not; the connection ends
inline constexpr char kVerdicts = 'A';  // relay: one Verdict for each ticket since the last, in their order

}  // namespace junctor::relay_tickets
