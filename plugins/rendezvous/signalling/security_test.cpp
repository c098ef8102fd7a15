// SPDX-License-Identifier: Apache-2.0
// Tests of BoxOffers and Security, against the wire client's side of the exchange.
#include "signalling/security.hpp"

#include <doctest/doctest.h>

#include "wire/frame.hpp"
#include "wire/kinds.hpp"

namespace junctor::rendezvous {
namespace {

using Opened = Security::Opened;

struct Server {
  wire::SigningKeys site = wire::SigningKeys::generate();
  BoxOffers offers{[this](std::string_view message) { return site.sign(message); }};
  std::string scratch;
  std::string_view plain;
};

/// The client's answer to what an offer's frame holds.
wire::ClientExchange answer_to(const Offer& offer, const wire::SigningKeys& site) {
  std::string_view rest = offer.frame, payload;
  wire::FrameDecoder decoder;
  REQUIRE(decoder.next(rest, payload) == wire::FrameDecoder::Status::kFrame);
  std::string joined;
  const auto peeled = wire::peel(payload, joined);
  REQUIRE(peeled);
  auto exchange = wire::answer_offer(peeled->inner, site.public_key());
  REQUIRE(exchange);
  return std::move(*exchange);
}

std::string sealed(wire::ClientExchange& client, std::string_view text) {
  std::string out;
  client.channel.seal(text, out);
  return out;
}

TEST_CASE("a client that takes the offer is sealed in both directions, heartbeats aside") {
  Server server;
  server.offers.renew();
  Security security{server.offers.current()};
  auto client = answer_to(*security.offer(), server.site);
  CHECK(security.open("", server.scratch, server.plain) == Opened::kMessage);
  CHECK(security.open(client.message, server.scratch, server.plain) == Opened::kAnswered);
  CHECK(security.is_sealed());
  for (const char* text : {"first", "second"}) {
    CHECK(security.open(sealed(client, text), server.scratch, server.plain) == Opened::kMessage);
    CHECK(server.plain == text);
    CHECK(security.open("", server.scratch, server.plain) == Opened::kMessage);
  }
  std::string opened;
  REQUIRE(client.channel.open(security.seal("answer", server.scratch), opened));
  CHECK(opened == "answer");
  CHECK(security.seal("", server.scratch).empty());
}

TEST_CASE("a client that goes on in the clear is plain for good") {
  Server server;
  server.offers.renew();
  Security security{server.offers.current()};
  const std::string message = wire::wrap_message(hbb::TestNatRequest{});
  CHECK(security.open(message, server.scratch, server.plain) == Opened::kMessage);
  CHECK(server.plain == message);
  CHECK(security.offer() == nullptr);
  CHECK(security.seal(message, server.scratch) == message);
  hbb::KeyExchange late;
  CHECK(security.open(wire::wrap_message(late), server.scratch, server.plain) == Opened::kMessage);
  CHECK_FALSE(security.is_sealed());
}

TEST_CASE("a box for another key, a damaged message and a replayed one are bad") {
  Server server;
  server.offers.renew();
  const auto old_offer = server.offers.current();
  server.offers.renew();
  Security other{server.offers.current()};
  CHECK(other.open(answer_to(*old_offer, server.site).message, server.scratch, server.plain) == Opened::kBadBox);

  Security security{old_offer};
  auto client = answer_to(*old_offer, server.site);
  REQUIRE(security.open(client.message, server.scratch, server.plain) == Opened::kAnswered);
  const std::string first = sealed(client, "first");
  REQUIRE(security.open(first, server.scratch, server.plain) == Opened::kMessage);
  CHECK(security.open(first, server.scratch, server.plain) == Opened::kBadBox);
  std::string second = sealed(client, "second");
  second.back() = static_cast<char>(second.back() ^ 1);
  CHECK(security.open(second, server.scratch, server.plain) == Opened::kBadBox);
  CHECK(security.open("short", server.scratch, server.plain) == Opened::kBadBox);
}

TEST_CASE("an offer that has been replaced is still good for whoever has it") {
  Server server;
  server.offers.renew();
  Security security{server.offers.current()};
  const auto client = answer_to(*security.offer(), server.site);
  server.offers.renew();
  CHECK(server.offers.current() != security.offer());
  CHECK(security.open(client.message, server.scratch, server.plain) == Opened::kAnswered);
}

TEST_CASE("a site that cannot sign offers nothing") {
  BoxOffers offers{[](std::string_view) { return std::string{}; }};
  offers.renew();
  CHECK(offers.current() == nullptr);
}

}  // namespace
}  // namespace junctor::rendezvous
