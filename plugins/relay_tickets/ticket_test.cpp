// SPDX-License-Identifier: Apache-2.0
// A ticket is good for one relay, one issuer and a time, and only whole. One thread.
#include "ticket.hpp"

#include <doctest/doctest.h>

#include "test_keys.hpp"

using namespace junctor;
using namespace junctor::relay_tickets;
using namespace junctor::relay_tickets::test;

namespace {

const wire::SigningKeys kIssuer = seeded(1), kRelay = seeded(2), kOther = seeded(3);

Verdict verdict(std::string_view text, uint64_t now = kNow, uint64_t skew = 0) {
  return open_ticket(kIssuer.public_key(), kRelay.public_key(), text, now, skew).verdict;
}

TEST_CASE("a ticket comes back as it was signed") {
  const std::string text = sign_ticket(kIssuer, kRelay.public_key(), ticket());
  const Opened opened = open_ticket(kIssuer.public_key(), kRelay.public_key(), text, kNow, 0);
  CHECK(opened.verdict == Verdict::kGood);
  CHECK(opened.ticket == ticket());
  Ticket longest = ticket(std::string(kMaxText, 'u'));
  longest.id = std::string(kMaxText, 'i');
  CHECK(open_ticket(kIssuer.public_key(), kRelay.public_key(), sign_ticket(kIssuer, kRelay.public_key(), longest), kNow,
                    0)
            .ticket == longest);
}

TEST_CASE("a ticket for another relay, or of another issuer, is none here") {
  CHECK(verdict(sign_ticket(kIssuer, kOther.public_key(), ticket())) == Verdict::kWrongRelay);
  CHECK(verdict(sign_ticket(kOther, kRelay.public_key(), ticket())) == Verdict::kForged);
}

TEST_CASE("a ticket counts from its issue to its end, with the clocks' difference on both sides") {
  const std::string text = sign_ticket(kIssuer, kRelay.public_key(), ticket());
  CHECK(verdict(text, kNow - 1) == Verdict::kTooEarly);
  CHECK(verdict(text, kNow) == Verdict::kGood);
  CHECK(verdict(text, kNow + 60 * kSecond - 1) == Verdict::kGood);
  CHECK(verdict(text, kNow + 60 * kSecond) == Verdict::kExpired);
  CHECK(verdict(text, kNow - 10 * kSecond, 10 * kSecond) == Verdict::kGood);
  CHECK(verdict(text, kNow - 10 * kSecond - 1, 10 * kSecond) == Verdict::kTooEarly);
  CHECK(verdict(text, kNow + 70 * kSecond - 1, 10 * kSecond) == Verdict::kGood);
  CHECK(verdict(text, kNow + 70 * kSecond, 10 * kSecond) == Verdict::kExpired);
}

TEST_CASE("a ticket with any bit turned, any byte missing or one more is refused") {
  const std::string text = sign_ticket(kIssuer, kRelay.public_key(), ticket());
  for (size_t i = 0; i < text.size(); ++i) {
    std::string damaged = text;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
    CHECK(verdict(damaged) == Verdict::kForged);
    CHECK(verdict(text.substr(0, i)) == Verdict::kForged);
  }
  CHECK(verdict(text + "x") == Verdict::kForged);
}

TEST_CASE("what the issuer has signed and is no ticket is refused for what it is") {
  const std::string whole =
      *wire::open_signed(kIssuer.public_key(), sign_ticket(kIssuer, kRelay.public_key(), ticket()));
  for (size_t size = 0; size < whole.size(); ++size) {
    CHECK(verdict(kIssuer.sign(whole.substr(0, size))) == Verdict::kMalformed);
  }
  CHECK(verdict(kIssuer.sign(whole + "x")) == Verdict::kMalformed);
  CHECK(verdict(kIssuer.sign("j" + whole)) == Verdict::kMalformed);
  CHECK(verdict(sign_ticket(kIssuer, kRelay.public_key(), ticket(""))) == Verdict::kMalformed);
  Ticket backwards = ticket();
  backwards.expires = backwards.issued - 1;
  CHECK(verdict(sign_ticket(kIssuer, kRelay.public_key(), backwards)) == Verdict::kMalformed);
  Ticket forever = ticket();
  forever.expires = UINT64_MAX;
  CHECK(verdict(sign_ticket(kIssuer, kRelay.public_key(), forever), kNow, 1) == Verdict::kMalformed);
}

}  // namespace
