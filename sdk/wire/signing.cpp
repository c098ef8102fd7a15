// SPDX-License-Identifier: Apache-2.0
// Ed25519 by libsodium's crypto_sign. No thread of its own.
#include "wire/signing.hpp"

#include <algorithm>
#include <climits>

#include "wire/base64.hpp"
#include "wire/key_text.hpp"
#include "wire/rendezvous.pb.h"

namespace junctor::wire {
namespace {

static_assert(crypto_sign_PUBLICKEYBYTES == 32 && crypto_sign_SECRETKEYBYTES == 64 && crypto_sign_SEEDBYTES == 32);
static_assert(crypto_sign_BYTES == kSignatureSize);

const unsigned char* octets(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* octets(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

void explain(std::string* why, std::string text) {
  if (why != nullptr) *why = std::move(text);
}

}  // namespace

bool init_crypto() { return sodium_init() >= 0; }

std::string_view bytes_of(const PublicKey& key) { return {reinterpret_cast<const char*>(key.data()), key.size()}; }

std::string public_key_text(const PublicKey& key) { return encode_base64(bytes_of(key)); }

std::optional<PublicKey> parse_public_key(std::string_view text) {
  const auto bytes = key_bytes(text);
  PublicKey key{};
  if (!bytes || bytes->size() != key.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), key.begin());
  return key;
}

SigningKeys SigningKeys::generate() {
  init_crypto();
  SigningKeys keys;
  do {
    crypto_sign_keypair(keys.public_.data(), keys.secret_.data());
  } while (keys.public_text().find_first_of("/:") != std::string::npos);
  return keys;
}

SigningKeys SigningKeys::from_seed(const std::array<uint8_t, 32>& seed) {
  init_crypto();
  SigningKeys keys;
  crypto_sign_seed_keypair(keys.public_.data(), keys.secret_.data(), seed.data());
  return keys;
}

std::optional<SigningKeys> SigningKeys::parse_secret(std::string_view text, std::string* why) {
  auto bytes = key_bytes(text);
  if (!bytes || bytes->size() != crypto_sign_SECRETKEYBYTES) {
    if (bytes) wipe(*bytes);
    explain(why, "expected base64 of a 64-byte secret key, found " + key_damage(text, crypto_sign_SECRETKEYBYTES));
    return std::nullopt;
  }
  init_crypto();
  std::optional<SigningKeys> keys = of_halves(octets(*bytes), octets(*bytes) + crypto_sign_SEEDBYTES);
  // Written by programs that keep the public half first; nobody's key is both by chance.
  if (!keys) keys = of_halves(octets(*bytes) + crypto_sign_SEEDBYTES, octets(*bytes));
  wipe(*bytes);
  if (!keys) {
    explain(why, "the last 32 bytes of the secret key are not the public key of the first 32: the text is damaged");
  }
  return keys;
}

std::optional<SigningKeys> SigningKeys::of_halves(const unsigned char* seed, const unsigned char* open) {
  SigningKeys keys;
  crypto_sign_seed_keypair(keys.public_.data(), keys.secret_.data(), seed);
  if (sodium_memcmp(keys.public_.data(), open, crypto_sign_PUBLICKEYBYTES) != 0) return std::nullopt;
  return keys;
}

std::string SigningKeys::secret_text() const {
  return encode_base64({reinterpret_cast<const char*>(secret_.data()), secret_.size()});
}

std::string SigningKeys::sign(std::string_view message) const {
  std::string signed_message(kSignatureSize + message.size(), '\0');
  crypto_sign(octets(signed_message), nullptr, octets(message), message.size(), secret_.data());
  return signed_message;
}

std::optional<std::string> open_signed(const PublicKey& key, std::string_view signed_message) {
  if (signed_message.size() < kSignatureSize) return std::nullopt;
  init_crypto();
  std::string message{signed_message.substr(kSignatureSize)};
  if (crypto_sign_verify_detached(octets(signed_message), octets(message), message.size(), key.data()) != 0) {
    return std::nullopt;
  }
  return message;
}

std::string serialise_id_pk(std::string_view id, std::string_view pk) {
  hbb::IdPk message;
  message.set_id(std::string{id});
  message.set_pk(std::string{pk});
  return message.SerializeAsString();
}

std::string sign_id_pk(const SigningKeys& keys, std::string_view id, std::string_view pk) {
  return keys.sign(serialise_id_pk(id, pk));
}

std::optional<SignedId> open_id_pk(const PublicKey& key, std::string_view signed_id) {
  const auto bytes = open_signed(key, signed_id);
  hbb::IdPk message;
  if (!bytes || bytes->size() > INT_MAX || !message.ParseFromString(*bytes)) return std::nullopt;
  return SignedId{message.id(), message.pk()};
}

}  // namespace junctor::wire
