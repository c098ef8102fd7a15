// SPDX-License-Identifier: Apache-2.0
#include "peers.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "storage_sqlite/write_session.hpp"

namespace junctor::bench {
namespace {

constexpr size_t kFirstId = 1'000'000'000;
constexpr size_t kBatch = 20'000;
constexpr size_t kKeySize = 32;

storage::Write put(size_t number, const std::string& ip) {
  storage::Peer peer{peer_id(number), peer_uuid(number), std::string(kKeySize, '\0'), ip, 0};
  randombytes_buf(peer.pk.data(), peer.pk.size());
  return {storage::PutPeer{std::move(peer)}, 0, {}};
}

}  // namespace

std::string peer_id(size_t number) { return std::to_string(kFirstId + number); }
std::string peer_uuid(size_t number) { return "uuid-of-" + peer_id(number); }

wire::Peer numbered_peer(size_t number) {
  wire::Peer peer = wire::Peer::make(peer_id(number));
  peer.uuid = peer_uuid(number);
  return peer;
}

void store_peers(const std::string& file, size_t count, const std::string& ip) {
  storage::Tuning tuning;
  tuning.cache_bytes = size_t{256} << 20;  // the indexes in memory while they are made
  storage::WriteSession session{file, storage::Connection::Missing::kCreate, tuning};
  std::vector<storage::Write> batch;
  for (size_t first = 0; first < count; first += kBatch) {
    batch.clear();
    for (size_t i = first; i < std::min(count, first + kBatch); ++i) batch.push_back(put(i, ip));
    const storage::WriteSession::Result result = session.commit(batch);
    if (!result.stored) throw std::runtime_error{"cannot store peers: " + result.fault->text};
    session.tidy();
  }
}

void register_peers(const wire::Address& server, size_t count) {
  wire::UdpClient client{wire::any_local(server)};
  for (size_t i = 0; i < count; ++i) {
    const auto result = wire::register_peer(client, server, numbered_peer(i));
    if (result != hbb::RegisterPkResponse::OK) {
      throw std::runtime_error{"registration of " + std::to_string(i + 1) + " peers was refused: " +
                               hbb::RegisterPkResponse::Result_Name(result) + "; try fewer (--peers)"};
    }
  }
}

}  // namespace junctor::bench
