// SPDX-License-Identifier: Apache-2.0
// The key agreement and the seals: who is whom, and nothing out of turn. One thread.
#include "channel.hpp"

#include <doctest/doctest.h>

#include "test_keys.hpp"

using namespace junctor;
using namespace junctor::relay_tickets;
using namespace junctor::relay_tickets::test;

namespace {

const wire::SigningKeys kIssuer = seeded(1), kRelay = seeded(2), kOther = seeded(3);

struct Ends {
  Ephemeral a = Ephemeral::generate(), b = Ephemeral::generate();
  Session session{a.public_key(), b.public_key()};
  Channel caller = *a.as_caller(b.public_key());
  Channel relay = *b.as_relay(a.public_key());
};

std::string sealed(Channel& channel, std::string_view plain) {
  std::string out;
  channel.seal(plain, out);
  return unframed(out);
}

TEST_CASE("what one side seals the other opens, both ways, in order") {
  Ends ends;
  CHECK(ends.relay.open(sealed(ends.caller, "one")) == "one");
  CHECK(ends.relay.open(sealed(ends.caller, "")) == "");
  CHECK(ends.caller.open(sealed(ends.relay, "two")) == "two");
}

TEST_CASE("a repeated, skipped, damaged or returned message is not opened") {
  Ends ends;
  const std::string one = sealed(ends.caller, "one"), two = sealed(ends.caller, "two");
  CHECK_FALSE(ends.relay.open(two));
  CHECK(ends.relay.open(one) == "one");
  CHECK_FALSE(ends.relay.open(one));
  std::string damaged = two;
  damaged.back() ^= 1;
  CHECK_FALSE(ends.relay.open(damaged));
  CHECK_FALSE(ends.relay.open(two.substr(0, 15)));
  CHECK_FALSE(ends.caller.open(two));
  CHECK(ends.relay.open(two) == "two");
}

TEST_CASE("both directions have keys of their own") {
  Ends ends;
  CHECK(sealed(ends.caller, "the same words") != sealed(ends.relay, "the same words"));
}

TEST_CASE("a key that gives no secret is refused") {
  CHECK_FALSE(Ephemeral::generate().as_relay({}));
  CHECK_FALSE(Ephemeral::generate().as_caller({}));
}

TEST_CASE("a hello is its own size and no other") {
  const Ends ends;
  const std::string hello = make_hello(ends.session.caller);
  CHECK(read_hello(hello) == ends.session.caller);
  for (size_t size = 0; size < hello.size(); ++size) CHECK_FALSE(read_hello(hello.substr(0, size)));
  CHECK_FALSE(read_hello(hello + "x"));
  CHECK_FALSE(read_hello("JTL2" + hello.substr(4)));
}

TEST_CASE("an answer is the relay's, for this caller's key alone") {
  const Ends ends, others;
  const std::string answer = make_answer(kRelay, ends.session);
  CHECK(read_answer(answer, kRelay.public_key(), ends.session.caller) == ends.session.relay);
  CHECK_FALSE(read_answer(answer, kOther.public_key(), ends.session.caller));
  CHECK_FALSE(read_answer(answer, kRelay.public_key(), others.session.caller));
  CHECK_FALSE(read_answer(answer + "x", kRelay.public_key(), ends.session.caller));
  CHECK_FALSE(read_answer(kRelay.sign("short"), kRelay.public_key(), ends.session.caller));
}

TEST_CASE("a proof is for this relay and this connection alone, and no answer can stand for it") {
  const Ends ends, others;
  const std::string proof = make_proof(kIssuer, kRelay.public_key(), ends.session);
  CHECK(read_proof(proof, kRelay.public_key(), ends.session) == kIssuer.public_key());
  CHECK_FALSE(read_proof(proof, kOther.public_key(), ends.session));
  CHECK_FALSE(read_proof(proof, kRelay.public_key(), others.session));
  CHECK_FALSE(read_proof(proof.substr(0, 20), kRelay.public_key(), ends.session));
  const std::string answer = make_answer(kIssuer, ends.session);
  CHECK_FALSE(
      read_proof(std::string{wire::bytes_of(kIssuer.public_key())} + answer, kRelay.public_key(), ends.session));
}

}  // namespace
