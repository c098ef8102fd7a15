// SPDX-License-Identifier: Apache-2.0
// Encrypted signalling by libsodium's crypto_box and crypto_secretbox. No thread of its own.
#include "wire/secure_channel.hpp"

#include <algorithm>

#include "wire/kinds.hpp"

namespace junctor::wire {
namespace {

static_assert(crypto_secretbox_KEYBYTES == SymmetricKey::size() && crypto_secretbox_MACBYTES == kSealSize);
static_assert(crypto_box_PUBLICKEYBYTES == 32 && crypto_box_SECRETKEYBYTES == 32);
static_assert(crypto_box_NONCEBYTES == crypto_secretbox_NONCEBYTES);

using Nonce = std::array<uint8_t, crypto_secretbox_NONCEBYTES>;

constexpr size_t kBoxedKeySize = SymmetricKey::size() + crypto_box_MACBYTES;
constexpr Nonce kZeroNonce{};

Nonce nonce_of(uint64_t counter) {
  Nonce nonce{};
  for (size_t i = 0; i < sizeof counter; ++i) nonce[i] = static_cast<uint8_t>(counter >> (8 * i));
  return nonce;
}

bool is_heartbeat(std::string_view payload) { return payload.size() <= 1; }

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

// `out` grown by `size`; where the new bytes begin.
unsigned char* grow(std::string& out, size_t size) {
  const size_t before = out.size();
  out.resize(before + size);
  return reinterpret_cast<unsigned char*>(&out[before]);
}

}  // namespace

void SecureChannel::seal(std::string_view plain, std::string& out) {
  if (is_heartbeat(plain)) {
    out.append(plain);
    return;
  }
  const Nonce nonce = nonce_of(++sent_);
  crypto_secretbox_easy(grow(out, plain.size() + kSealSize), raw(plain), plain.size(), nonce.data(), key_.data());
}

bool SecureChannel::open(std::string_view sealed, std::string& out) {
  if (is_heartbeat(sealed)) {
    out.append(sealed);
    return true;
  }
  if (sealed.size() < kSealSize) return false;
  const size_t before = out.size();
  const Nonce nonce = nonce_of(received_ + 1);
  unsigned char* plain = grow(out, sealed.size() - kSealSize);
  if (crypto_secretbox_open_easy(plain, raw(sealed), sealed.size(), nonce.data(), key_.data()) != 0) {
    out.resize(before);
    return false;
  }
  ++received_;
  return true;
}

BoxKeys BoxKeys::generate() {
  init_crypto();
  BoxKeys keys;
  crypto_box_keypair(keys.public_.data(), keys.secret_.data());
  return keys;
}

std::optional<SecureChannel> BoxKeys::accept(std::string_view answer) const {
  hbb::KeyExchange message;
  if (!parse_inner(answer, message) || message.keys_size() != 2) return std::nullopt;
  const std::string& client = message.keys(0);
  const std::string& boxed = message.keys(1);
  if (client.size() != crypto_box_PUBLICKEYBYTES || boxed.size() != kBoxedKeySize) return std::nullopt;
  SymmetricKey key;
  if (crypto_box_open_easy(key.data(), raw(boxed), boxed.size(), kZeroNonce.data(), raw(client), secret_.data()) != 0) {
    return std::nullopt;
  }
  return SecureChannel{std::move(key)};
}

std::string make_offer(std::string_view signed_public_key) {
  hbb::KeyExchange message;
  message.add_keys(std::string{signed_public_key});
  return wrap_message(message);
}

std::string make_offer(const BoxKeys& keys, const SigningKeys& site) {
  return make_offer(site.sign(bytes_of(keys.public_key())));
}

std::optional<ClientExchange> answer_offer(std::string_view offer, const PublicKey& site) {
  hbb::KeyExchange message;
  if (!parse_inner(offer, message) || message.keys_size() != 1) return std::nullopt;
  const auto server = open_signed(site, message.keys(0));
  if (!server || server->size() != crypto_box_PUBLICKEYBYTES) return std::nullopt;
  PublicKey own{};
  Secret<32> own_secret;
  crypto_box_keypair(own.data(), own_secret.data());
  SymmetricKey key;
  crypto_secretbox_keygen(key.data());
  std::string boxed;
  if (crypto_box_easy(grow(boxed, kBoxedKeySize), key.data(), SymmetricKey::size(), kZeroNonce.data(), raw(*server),
                      own_secret.data()) != 0) {
    return std::nullopt;
  }
  message.clear_keys();
  message.add_keys(std::string{bytes_of(own)});
  message.add_keys(std::move(boxed));
  return ClientExchange{wrap_message(message), SecureChannel{std::move(key)}};
}

}  // namespace junctor::wire
