// SPDX-License-Identifier: Apache-2.0
// What it costs that a peer is registered over TCP rather than UDP (design.md 5: at most 1 KiB of user space more), and
// that it is given back.
#include <doctest/doctest.h>

#include <vector>

#include "site.hpp"

namespace junctor::site {
namespace {

constexpr int kPeers = 6000;
/// design.md's budget; a sanitizer's allocator keeps red zones around each.
constexpr int64_t kMostBytes = testing::kBuildScale > 1 ? 16'384 : 1024;

std::string address_of(int i) { return "127.0.1." + std::to_string(1 + i % 200); }

void register_by_udp(Site& site, const std::vector<wire::Peer>& peers) {
  for (size_t i = 0; i < peers.size(); ++i) {
    wire::UdpClient socket = Site::datagrams(address_of(static_cast<int>(i)));
    REQUIRE(register_once(socket, site.at(), peers[i].register_pk()) == hbb::RegisterPkResponse::OK);
  }
}

std::vector<wire::TcpClient> register_by_tcp(Site& site, const std::vector<wire::Peer>& peers, size_t count) {
  const wire::PublicKey key = site.public_key();
  std::vector<wire::TcpClient> clients;
  for (size_t i = 0; i < count; ++i) {
    clients.push_back(site.dial(address_of(static_cast<int>(i))));
    REQUIRE(clients.back().secure(key, testing::patient(wire::kPatience)));
    REQUIRE(wire::register_peer(clients.back(), peers[i], testing::patient(wire::kPatience)).result() ==
            hbb::RegisterPkResponse::OK);
  }
  return clients;
}

bool all_gone(Site& site) {
  return testing::eventually([&] { return site.metric("rendezvous", "channels") == 0; }, wire::Millis{20'000});
}

TEST_CASE("thousands of encrypted TCP peers cost their bytes each, and are given back") {
  Site site{"[rendezvous]\nlimit_new_unproven = 0\nlimit_new_per_address = 0\nregister_limit = 1000\n"};
  site.start();
  std::vector<wire::Peer> peers;
  for (int i = 0; i < testing::scaled(kPeers); ++i) peers.push_back(wire::Peer::make(std::to_string(100'000'000 + i)));
  register_by_udp(site, peers);
  static_cast<void>(register_by_tcp(site, peers, 100));
  REQUIRE(all_gone(site));
  const int64_t before = site.memory_kib();
  auto clients = register_by_tcp(site, peers, peers.size());
  const int64_t bytes = (site.memory_kib() - before) * 1024 / static_cast<int64_t>(peers.size());
  MESSAGE("TCP-registered peers: ", peers.size(), ", user space more than over UDP: ", bytes, " bytes each");
  CHECK(bytes < kMostBytes);
  clients.clear();
  CHECK(all_gone(site));
}

}  // namespace
}  // namespace junctor::site
