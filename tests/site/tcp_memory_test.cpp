// SPDX-License-Identifier: Apache-2.0
// What a peer costs that is registered over TCP (design.md 5: at most 1 KiB of user space more than the 160 bytes of
// any peer), and that it is given back.
#include <doctest/doctest.h>

#include <vector>

#include "site.hpp"

namespace junctor::site {
namespace {

constexpr int kPeers = 6000;

std::vector<wire::TcpClient> register_many(Site& site, int first, int count, const wire::PublicKey& key) {
  std::vector<wire::TcpClient> clients;
  for (int i = 0; i < count; ++i) {
    const wire::Peer peer = wire::Peer::make(std::to_string(first + i));
    clients.push_back(site.dial("127.0.1." + std::to_string(1 + i % 200)));
    REQUIRE(clients.back().secure(key, testing::patient(wire::kPatience)));
    REQUIRE(wire::register_peer(clients.back(), peer, testing::patient(wire::kPatience)).result() ==
            hbb::RegisterPkResponse::OK);
  }
  return clients;
}

TEST_CASE("thousands of encrypted TCP peers cost their bytes each, and are given back") {
  Site site;
  site.start();
  const wire::PublicKey key = site.public_key();
  const int count = testing::scaled(kPeers);
  { const auto warm = register_many(site, 900'000'000, 100, key); }
  REQUIRE(testing::eventually([&] { return site.metric("rendezvous", "channels") == 0; }, wire::Millis{20'000}));
  const int64_t before = site.memory_kib();
  auto clients = register_many(site, 100'000'000, count, key);
  const int64_t during = site.memory_kib();
  MESSAGE("TCP-registered peers: ", count, ", resident memory ", (during - before) * 1024 / count, " bytes each");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
  CHECK((during - before) * 1024 / count < 1700);
#endif
  clients.clear();
  CHECK(testing::eventually([&] { return site.metric("rendezvous", "channels") == 0; }, wire::Millis{20'000}));
}

}  // namespace
}  // namespace junctor::site
