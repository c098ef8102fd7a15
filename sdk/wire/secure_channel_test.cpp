// SPDX-License-Identifier: Apache-2.0
// The key exchange of both sides and the sealed payloads, the vectors included.
#include "wire/secure_channel.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "wire/kinds.hpp"
#include "wire/testdata/vectors.hpp"

namespace junctor::wire {
namespace {

SymmetricKey key_of(std::string_view bytes) {
  SymmetricKey key;
  REQUIRE(bytes.size() == SymmetricKey::size());
  std::copy(bytes.begin(), bytes.end(), key.data());
  return key;
}

SecureChannel channel_of(char fill) { return SecureChannel{key_of(std::string(32, fill))}; }

std::string inner_of(const std::string& message) {
  std::string joined;
  const auto peeled = peel(message, joined);
  REQUIRE(peeled);
  REQUIRE(peeled->kind == kKindOf<hbb::KeyExchange>);
  return std::string{peeled->inner};
}

std::string sealed(SecureChannel& channel, std::string_view plain) {
  std::string out;
  channel.seal(plain, out);
  return out;
}

std::string opened(SecureChannel& channel, std::string_view bytes) {
  std::string out;
  REQUIRE(channel.open(bytes, out));
  return out;
}

TEST_CASE("the vectors are sealed and opened in their turn") {
  const auto vector = vectors::load()->getObject("secure_channel");
  const std::string key = vectors::from_hex(vector->getValue<std::string>("key_hex"));
  SecureChannel sender{key_of(key)}, receiver{key_of(key)};
  const auto messages = vector->getArray("messages");
  REQUIRE(messages->size() == 2);
  for (unsigned i = 0; i < messages->size(); ++i) {
    const auto message = messages->getObject(i);
    const std::string plain = vectors::from_hex(message->getValue<std::string>("plain_hex"));
    const auto hex = message->getValue<std::string>("sealed_hex");
    CHECK(vectors::to_hex(sealed(sender, plain)) == hex);
    CHECK(opened(receiver, vectors::from_hex(hex)) == plain);
  }
}

TEST_CASE("both sides of an exchange end with one key") {
  const auto site = SigningKeys::generate();
  const auto box = BoxKeys::generate();
  auto client = answer_offer(inner_of(make_offer(box, site)), site.public_key());
  REQUIRE(client);
  auto server = box.accept(inner_of(client->message));
  REQUIRE(server);
  for (int i = 0; i < 3; ++i) {
    CHECK(opened(*server, sealed(client->channel, "from the client")) == "from the client");
    CHECK(opened(client->channel, sealed(*server, "from the server")) == "from the server");
  }
}

TEST_CASE("heartbeats pass as they are and are not counted") {
  auto sender = channel_of('k'), receiver = channel_of('k');
  CHECK(sealed(sender, "") == "");
  CHECK(sealed(sender, "x") == "x");
  CHECK(opened(receiver, "") == "");
  CHECK(opened(receiver, "y") == "y");
  CHECK(opened(receiver, sealed(sender, "first")) == "first");
}

TEST_CASE("a wrong key, a changed byte, a repeat and a gap are refused") {
  auto sender = channel_of('k'), receiver = channel_of('k'), stranger = channel_of('s');
  const std::string first = sealed(sender, "first"), second = sealed(sender, "second");
  std::string out{"kept"}, changed = first;
  changed[3] = static_cast<char>(changed[3] ^ 1);
  CHECK_FALSE(stranger.open(first, out));
  CHECK_FALSE(receiver.open(changed, out));
  CHECK_FALSE(receiver.open(second, out));
  CHECK_FALSE(receiver.open("plain text that nobody sealed", out));
  CHECK_FALSE(receiver.open("short", out));
  CHECK(receiver.open(first, out));
  CHECK_FALSE(receiver.open(first, out));
  CHECK(out == "keptfirst");
}

TEST_CASE("the directions count apart") {
  auto channel = channel_of('k'), other = channel_of('k');
  const std::string sent = sealed(channel, "to you");
  CHECK(opened(channel, sealed(other, "to me")) == "to me");
  CHECK(opened(other, sent) == "to you");
}

TEST_CASE("an offer that the site has not signed is refused") {
  const auto site = SigningKeys::generate(), stranger = SigningKeys::generate();
  const auto box = BoxKeys::generate();
  CHECK_FALSE(answer_offer(inner_of(make_offer(box, stranger)), site.public_key()));
  CHECK_FALSE(answer_offer(inner_of(make_offer(site.sign("too short for a key"))), site.public_key()));
  CHECK_FALSE(answer_offer(inner_of(make_offer(site.sign(std::string(32, '\0')))), site.public_key()));
  CHECK_FALSE(answer_offer("", site.public_key()));
  CHECK_FALSE(answer_offer("\xFF", site.public_key()));
}

TEST_CASE("an answer for another pair, or of another shape, is refused") {
  const auto site = SigningKeys::generate();
  const auto box = BoxKeys::generate(), other = BoxKeys::generate();
  const auto client = answer_offer(inner_of(make_offer(box, site)), site.public_key());
  REQUIRE(client);
  CHECK_FALSE(other.accept(inner_of(client->message)));
  CHECK_FALSE(box.accept(""));
  CHECK_FALSE(box.accept("\xFF"));
  hbb::KeyExchange message;
  REQUIRE(message.ParseFromString(inner_of(client->message)));
  message.mutable_keys(1)->pop_back();
  CHECK_FALSE(box.accept(message.SerializeAsString()));
  message.mutable_keys()->RemoveLast();
  CHECK_FALSE(box.accept(message.SerializeAsString()));
}

TEST_CASE("the offer holds the signed box key and nothing else") {
  const auto site = SigningKeys::generate();
  const auto box = BoxKeys::generate();
  hbb::RendezvousMessage whole;
  REQUIRE(whole.ParseFromString(make_offer(box, site)));
  REQUIRE(whole.key_exchange().keys_size() == 1);
  CHECK(open_signed(site.public_key(), whole.key_exchange().keys(0)) == bytes_of(box.public_key()));
}

}  // namespace
}  // namespace junctor::wire
