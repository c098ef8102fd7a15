// SPDX-License-Identifier: Apache-2.0
// Two ends of a path on loopback.
#include "punched.hpp"

#include <doctest/doctest.h>

#include <future>

using namespace junctor::nat;

namespace {

constexpr Millis kPatience{20'000};

bool go_on() { return false; }

UdpClient local_socket() { return UdpClient{*Address::parse("127.0.0.1:0")}; }

/// B's end, on a thread of its own.
std::future<bool> answering(UdpClient& socket, const Address& a, const junctor::wire::SigningKeys& keys) {
  return std::async(std::launch::async, [&socket, a, &keys] {
    Punched path{socket, a};
    return path.open(kPatience, go_on) && path.answer(keys);
  });
}

}  // namespace

TEST_CASE("two who send to each other have a path, and B proves who it is") {
  UdpClient a = local_socket(), b = local_socket();
  const auto peer = junctor::wire::Peer::make();
  auto answered = answering(b, a.local_address(), peer.keys);
  Punched path{a, b.local_address()};
  REQUIRE(path.open(kPatience, go_on));
  path.ask(peer.keys.public_key(), 3);
  CHECK(answered.get());
}

TEST_CASE("somebody with another key is refused") {
  UdpClient a = local_socket(), b = local_socket();
  const auto peer = junctor::wire::Peer::make(), other = junctor::wire::Peer::make();
  auto proof = std::async(std::launch::async, [&] {
    const auto nonce = b.receive_bytes(kPatience);
    if (nonce) b.send_bytes(nonce->from, "P" + other.keys.sign(nonce->bytes.substr(1)));
  });
  Punched path{a, b.local_address()};
  CHECK_THROWS_AS(path.ask(peer.keys.public_key(), 3), ClientError);
}

TEST_CASE("packets of another than the peer open nothing") {
  UdpClient a = local_socket(), b = local_socket(), stranger = local_socket();
  stranger.send_bytes(a.local_address(), "K");
  Punched path{a, b.local_address()};
  CHECK_FALSE(path.open(Millis{100}, go_on));
}
