// SPDX-License-Identifier: Apache-2.0
// The statements of reads. Lives on the reader's thread.
#include "storage_sqlite/read_session.hpp"

#include <algorithm>

#include "storage_sqlite/bound.hpp"
#include "storage_sqlite/info.hpp"

namespace junctor::storage {
namespace {

Peer peer_of(const Bound& row) {
  return {row.bytes(0), row.bytes(1), row.bytes(2), ip_of_info(row.bytes(3)), row.number(4)};
}

int64_t page(uint64_t most) { return static_cast<int64_t>(std::min<uint64_t>(most, kScanPage)); }

}  // namespace

ReadSession::ReadSession(const std::string& path, const Tuning& tuning) try
    : path_{path},
      connection_{path, Connection::Access::kRead, Connection::Missing::kFail, tuning},
      begin_{connection_.database(), "begin"},
      end_{connection_.database(), "commit"},
      peer_{connection_.database(), "select id, uuid, pk, info, unixepoch(created_at, 'auto') from peer where id = ?1"},
      peers_{connection_.database(),
             "select id, uuid, pk, info, unixepoch(created_at, 'auto') from peer where id > ?1 order by id limit ?2"},
      value_{connection_.database(), "select value from junctor_kv where space = ?1 and key = ?2"},
      values_{connection_.database(),
              "select key, value from junctor_kv where space = ?1 and key > ?2 order by key limit ?3"} {
} catch (const SQLite::Exception& error) {
  throw DatabaseError{describe(error, path, 0)};
}

template <class Body>
auto ReadSession::guarded(Body body) {
  try {
    return body();
  } catch (const SQLite::Exception& error) {
    throw DatabaseError{describe(error, path_, connection_.database())};
  }
}

void ReadSession::begin() {
  guarded([this] { return Bound{begin_}.run(); });
}

void ReadSession::end() noexcept { Bound{end_}.try_step(); }

std::optional<Peer> ReadSession::peer(const std::string& id) {
  return guarded([&]() -> std::optional<Peer> {
    Bound row{peer_};
    if (!row.text(1, id).step()) return std::nullopt;
    return peer_of(row);
  });
}

std::optional<std::string> ReadSession::value(const std::string& space, const std::string& key) {
  return guarded([&]() -> std::optional<std::string> {
    Bound row{value_};
    if (!row.text(1, space).text(2, key).step()) return std::nullopt;
    return row.bytes(0);
  });
}

std::vector<Peer> ReadSession::peers(const std::string& after, uint64_t most) {
  return guarded([&] {
    std::vector<Peer> all;
    Bound row{peers_};
    row.text(1, after).number(2, page(most));
    for (size_t size = 0; size < kScanPageBytes && row.step(); size += bytes_of(all.back())) {
      all.push_back(peer_of(row));
    }
    return all;
  });
}

ReadSession::ValuePage ReadSession::values(const std::string& space, const std::string& after, uint64_t most) {
  return guarded([&] {
    ValuePage all;
    Bound row{values_};
    row.text(1, space).text(2, after).number(3, page(most));
    for (size_t size = 0; size < kScanPageBytes && row.step();
         size += all.back().first.size() + all.back().second.size()) {
      all.emplace_back(row.bytes(0), row.bytes(1));
    }
    return all;
  });
}

}  // namespace junctor::storage
