// SPDX-License-Identifier: Apache-2.0
// Encrypted signalling on P/TCP: the key exchange of both sides and the sealed payloads after it (protocol.md 5).
// Values; a SecureChannel belongs to one connection and its thread, a BoxKeys may be read from any.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wire/secret.hpp"
#include "wire/signing.hpp"

namespace junctor::wire {

using SymmetricKey = Secret<32>;

/// What sealing adds to a payload.
inline constexpr size_t kSealSize = 16;

/// Seals what is sent and opens what comes, each direction with its own counter from 1. Payloads of 0 and 1 byte are
/// heartbeats: they pass as they are, uncounted.
class SecureChannel {
 public:
  explicit SecureChannel(SymmetricKey key) : key_{std::move(key)} {}

  /// Appends the sealed payload.
  void seal(std::string_view plain, std::string& out);
  /// Appends what was inside. False, with `out` as it was: not sealed with this key or out of turn; close the
  /// connection.
  bool open(std::string_view sealed, std::string& out);

 private:
  SymmetricKey key_;
  uint64_t sent_ = 0;
  uint64_t received_ = 0;
};

/// The server's X25519 pair. One serves many connections; see protocol.md 5 for how long.
class BoxKeys {
 public:
  static BoxKeys generate();
  const PublicKey& public_key() const { return public_; }

  /// The server's side of the exchange: `answer` is the serialised KeyExchange{client's public key, boxed symmetric
  /// key}. nullopt where it is not one, or was not made for this pair.
  std::optional<SecureChannel> accept(std::string_view answer) const;

 private:
  BoxKeys() = default;

  PublicKey public_{};
  Secret<32> secret_;
};

/// The wrapped KeyExchange that offers a box key; `signed_public_key` is sign(bytes_of(public_key())).
std::string make_offer(std::string_view signed_public_key);
std::string make_offer(const BoxKeys& keys, const SigningKeys& site);

struct ClientExchange {
  std::string message;  // wrapped, to be sent in the clear
  SecureChannel channel;
};

/// The client's side: `offer` is the server's serialised KeyExchange. nullopt where it is not signed by `site`.
std::optional<ClientExchange> answer_offer(std::string_view offer, const PublicKey& site);

}  // namespace junctor::wire
