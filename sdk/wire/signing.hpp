// SPDX-License-Identifier: Apache-2.0
// The site's Ed25519 key pair, its two texts, and what it signs (protocol.md 5). Values without files; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wire/secret.hpp"

namespace junctor::wire {

using PublicKey = std::array<uint8_t, 32>;

/// Bytes that a signature adds in front of the message.
inline constexpr size_t kSignatureSize = 64;

/// Starts libsodium; true when it can be used. The functions here call it themselves, any number of times.
bool init_crypto();

std::string_view bytes_of(const PublicKey& key);
std::string public_key_text(const PublicKey& key);
/// The text of `id_ed25519.pub`, in whatever dress key_text.hpp takes off.
std::optional<PublicKey> parse_public_key(std::string_view text);

class SigningKeys {
 public:
  /// A new pair whose public text has no '/' (nor ':'), so that it can stand in file names and links.
  static SigningKeys generate();
  /// The pair of a fixed seed, for tests and tools.
  static SigningKeys from_seed(const std::array<uint8_t, 32>& seed);
  /// The text of `id_ed25519`: base64 of seed and public key, in whatever dress key_text.hpp takes off, the halves in
  /// either order. nullopt, with the reason in `why`, where it is not that or one half is not the other's public key.
  static std::optional<SigningKeys> parse_secret(std::string_view text, std::string* why = nullptr);

  const PublicKey& public_key() const { return public_; }
  std::string public_text() const { return public_key_text(public_); }
  /// The caller wipes it after use.
  std::string secret_text() const;

  /// Signature and message in one (crypto_sign).
  std::string sign(std::string_view message) const;

 private:
  SigningKeys() = default;
  /// Of a seed, where `open` is its public key.
  static std::optional<SigningKeys> of_halves(const unsigned char* seed, const unsigned char* open);

  PublicKey public_{};
  Secret<64> secret_;
};

/// The message inside, where `signed_message` bears the signature of `key`.
std::optional<std::string> open_signed(const PublicKey& key, std::string_view signed_message);

struct SignedId {
  std::string id;
  std::string pk;
};

/// IdPk{id, pk}, serialised: what `sign` is applied to, here or behind keys/1.
std::string serialise_id_pk(std::string_view id, std::string_view pk);
std::string sign_id_pk(const SigningKeys& keys, std::string_view id, std::string_view pk);
/// What A does with PunchHoleResponse.pk and RelayResponse.pk.
std::optional<SignedId> open_id_pk(const PublicKey& key, std::string_view signed_id);

}  // namespace junctor::wire
