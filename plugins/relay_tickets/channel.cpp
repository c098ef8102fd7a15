// SPDX-License-Identifier: Apache-2.0
// Keys by X25519 and BLAKE2b (crypto_kx), seals by XSalsa20-Poly1305 (crypto_secretbox). No thread of its own.
#include "channel.hpp"

#include <algorithm>
#include <array>

#include "wire/cursor.hpp"
#include "wire/frame.hpp"

namespace junctor::relay_tickets {
namespace {

static_assert(crypto_kx_PUBLICKEYBYTES == 32 && crypto_kx_SECRETKEYBYTES == 32);
static_assert(crypto_kx_SESSIONKEYBYTES == crypto_secretbox_KEYBYTES);

constexpr std::string_view kHello = "JTL1";
constexpr std::string_view kRelayContext = "junctor relay 1 ";
constexpr std::string_view kIssuerContext = "junctor issuer 1";

using Nonce = std::array<uint8_t, crypto_secretbox_NONCEBYTES>;

Nonce nonce_of(uint64_t counter) {
  Nonce nonce{};
  for (size_t i = 0; i < sizeof counter; ++i) nonce[i] = static_cast<uint8_t>(counter >> (8 * i));
  return nonce;
}

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

bool read_key(wire::Cursor& cursor, wire::PublicKey& out) {
  std::string_view bytes;
  if (!cursor.take(out.size(), bytes)) return false;
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return true;
}

std::string text_of(std::string_view context, const Session& session) {
  std::string text{context};
  text += wire::bytes_of(session.caller);
  text += wire::bytes_of(session.relay);
  return text;
}

}  // namespace

void Channel::seal(std::string_view plain, std::string& frames) {
  const Nonce nonce = nonce_of(++sent_);
  std::string sealed(plain.size() + crypto_secretbox_MACBYTES, '\0');
  crypto_secretbox_easy(raw(sealed), raw(plain), plain.size(), nonce.data(), send_.data());
  wire::append_frame(sealed, frames);
}

std::optional<std::string> Channel::open(std::string_view sealed) {
  if (sealed.size() < crypto_secretbox_MACBYTES) return std::nullopt;
  const Nonce nonce = nonce_of(received_ + 1);
  std::string plain(sealed.size() - crypto_secretbox_MACBYTES, '\0');
  if (crypto_secretbox_open_easy(raw(plain), raw(sealed), sealed.size(), nonce.data(), receive_.data()) != 0) {
    return std::nullopt;
  }
  ++received_;
  return plain;
}

Ephemeral Ephemeral::generate() {
  wire::init_crypto();
  Ephemeral pair;
  crypto_kx_keypair(pair.public_.data(), pair.secret_.data());
  return pair;
}

std::optional<Channel> Ephemeral::as_caller(const wire::PublicKey& relay) const {
  Channel::Key receive, send;
  if (crypto_kx_client_session_keys(receive.data(), send.data(), public_.data(), secret_.data(), relay.data()) != 0) {
    return std::nullopt;
  }
  return Channel{std::move(send), std::move(receive)};
}

std::optional<Channel> Ephemeral::as_relay(const wire::PublicKey& caller) const {
  Channel::Key receive, send;
  if (crypto_kx_server_session_keys(receive.data(), send.data(), public_.data(), secret_.data(), caller.data()) != 0) {
    return std::nullopt;
  }
  return Channel{std::move(send), std::move(receive)};
}

std::string make_hello(const wire::PublicKey& caller) { return std::string{kHello}.append(wire::bytes_of(caller)); }

std::optional<wire::PublicKey> read_hello(std::string_view message) {
  wire::Cursor cursor{message};
  std::string_view start;
  wire::PublicKey caller{};
  if (!cursor.take(kHello.size(), start) || start != kHello || !read_key(cursor, caller) || !cursor.empty()) {
    return std::nullopt;
  }
  return caller;
}

std::string make_answer(const wire::SigningKeys& relay, const Session& session) {
  return relay.sign(text_of(kRelayContext, session));
}

std::optional<wire::PublicKey> read_answer(std::string_view message, const wire::PublicKey& relay,
                                           const wire::PublicKey& caller) {
  const auto text = wire::open_signed(relay, message);
  if (!text) return std::nullopt;
  wire::Cursor cursor{*text};
  Session session{caller, {}};
  if (!cursor.skip(kRelayContext.size() + caller.size()) || !read_key(cursor, session.relay)) return std::nullopt;
  if (*text != text_of(kRelayContext, session)) return std::nullopt;
  return session.relay;
}

std::string make_proof(const wire::SigningKeys& issuer, const wire::PublicKey& relay, const Session& session) {
  std::string message{wire::bytes_of(issuer.public_key())};
  return message.append(issuer.sign(text_of(kIssuerContext, session).append(wire::bytes_of(relay))));
}

std::optional<wire::PublicKey> read_proof(std::string_view message, const wire::PublicKey& relay,
                                          const Session& session) {
  wire::Cursor cursor{message};
  wire::PublicKey issuer{};
  if (!read_key(cursor, issuer)) return std::nullopt;
  const auto text = wire::open_signed(issuer, cursor.rest());
  if (!text || *text != text_of(kIssuerContext, session).append(wire::bytes_of(relay))) return std::nullopt;
  return issuer;
}

}  // namespace junctor::relay_tickets
