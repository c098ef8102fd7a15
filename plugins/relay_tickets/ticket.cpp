// SPDX-License-Identifier: Apache-2.0
// A ticket's form: context, the relay's key, issued and expires (little-endian), uuid and id, each behind its length in
// one byte; the whole behind the issuer's signature. Any thread.
#include "ticket.hpp"

#include "wire/cursor.hpp"

namespace junctor::relay_tickets {
namespace {

// What is signed says what it is, so that no signature of the same key can stand for another kind of message.
constexpr std::string_view kContext = "junctor ticket 1";

void append(std::string& out, uint64_t value) {
  for (size_t i = 0; i < sizeof value; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

void append(std::string& out, std::string_view text) {
  out += static_cast<char>(text.size());
  out += text;
}

bool read_text(wire::Cursor& cursor, std::string& out) {
  uint8_t size = 0;
  std::string_view text;
  if (!cursor.u8(size) || size > kMaxText || !cursor.take(size, text)) return false;
  out = text;
  return true;
}

Verdict judge(const Ticket& ticket, uint64_t now, uint64_t skew) {
  if (ticket.issued > now + skew) return Verdict::kTooEarly;
  return ticket.expires + skew <= now ? Verdict::kExpired : Verdict::kGood;
}

}  // namespace

const char* word(Verdict verdict) {
  constexpr const char* kWords[] = {"good",    "known",     "malformed", "forged",  "wrong_relay",
                                    "expired", "too_early", "full",      "no_relay"};
  static_assert(std::size(kWords) == static_cast<size_t>(Verdict::kCount));
  return verdict < Verdict::kCount ? kWords[static_cast<size_t>(verdict)] : "unknown";
}

std::string sign_ticket(const wire::SigningKeys& issuer, const wire::PublicKey& relay, const Ticket& ticket) {
  std::string text{kContext};
  text += wire::bytes_of(relay);
  append(text, ticket.issued);
  append(text, ticket.expires);
  append(text, std::string_view{ticket.uuid}.substr(0, kMaxText));
  append(text, std::string_view{ticket.id}.substr(0, kMaxText));
  return issuer.sign(text);
}

Opened open_ticket(const wire::PublicKey& issuer, const wire::PublicKey& relay, std::string_view signed_ticket,
                   uint64_t now, uint64_t skew) {
  const auto text = wire::open_signed(issuer, signed_ticket);
  if (!text) return {Verdict::kForged, {}};
  wire::Cursor cursor{*text};
  std::string_view context, key;
  Ticket ticket;
  if (!cursor.take(kContext.size(), context) || context != kContext || !cursor.take(relay.size(), key) ||
      !cursor.u64_le(ticket.issued) || !cursor.u64_le(ticket.expires) || !read_text(cursor, ticket.uuid) ||
      !read_text(cursor, ticket.id) || !cursor.empty() || ticket.uuid.empty() || ticket.expires < ticket.issued ||
      ticket.expires > UINT64_MAX - skew) {
    return {Verdict::kMalformed, {}};
  }
  if (key != wire::bytes_of(relay)) return {Verdict::kWrongRelay, {}};
  const Verdict verdict = judge(ticket, now, skew);
  return {verdict, verdict == Verdict::kGood ? std::move(ticket) : Ticket{}};
}

}  // namespace junctor::relay_tickets
