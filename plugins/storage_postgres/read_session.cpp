// SPDX-License-Identifier: Apache-2.0
// Reads on the wire. The reader's thread.
#include "storage_postgres/read_session.hpp"

#include <algorithm>
#include <iterator>

namespace junctor::storage::postgres {
namespace {

constexpr const char* kGetPeer = "SELECT id, uuid, pk, ip, created_at FROM junctor_peer WHERE id = $1";
constexpr const char* kGetValue = "SELECT value FROM junctor_kv WHERE space = $1 AND key = $2";
// A page ends with the record that reaches its size; the lengths are in the rows' heads, so that no value is read for
// it.
constexpr const char* kScanPeers =
    "SELECT id, uuid, pk, ip, created_at FROM (SELECT *, sum(octet_length(uuid) + octet_length(pk) + 64) OVER "
    "(ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM "
    "(SELECT id, uuid, pk, ip, created_at FROM junctor_peer WHERE id > $1 ORDER BY id LIMIT $2) AS page) AS sized "
    "WHERE before IS NULL OR before < $3 ORDER BY id";
constexpr const char* kScanValues =
    "SELECT key, value FROM (SELECT *, sum(octet_length(value) + octet_length(key)) OVER "
    "(ORDER BY key ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM "
    "(SELECT key, value FROM junctor_kv WHERE space = $1 AND key > $2 ORDER BY key LIMIT $3) AS page) AS sized "
    "WHERE before IS NULL OR before < $4 ORDER BY key";

int64_t page_of(uint64_t left) { return static_cast<int64_t>(std::min<uint64_t>(left, kScanPage)); }

struct Ask {
  Connection& connection;

  void operator()(const GetPeer& get) const {
    Values values;
    connection.queue_prepared("get_peer", values.text(get.id), true);
  }
  void operator()(const GetValue& get) const {
    Values values;
    connection.queue_prepared("get_value", values.text(get.space).text(get.key), true);
  }
  void operator()(const ScanPeers& scan) const {
    Values values;
    values.text(scan.after).number(page_of(scan.left)).number(static_cast<int64_t>(kScanPageBytes));
    connection.queue_prepared("scan_peers", values, true);
  }
  void operator()(const ScanValues& scan) const {
    Values values;
    values.text(scan.space).text(scan.after).number(page_of(scan.left)).number(static_cast<int64_t>(kScanPageBytes));
    connection.queue_prepared("scan_values", values, true);
  }
};

std::string copy(const Answer& answer, int row, int column) { return std::string{answer.bytes(row, column)}; }

/// Of a binary int8.
int64_t big_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return static_cast<int64_t>(value);
}

Peer peer_in(const Answer& answer, int row) {
  return {copy(answer, row, 0), copy(answer, row, 1), copy(answer, row, 2), copy(answer, row, 3),
          big_endian(answer.bytes(row, 4))};
}

struct Take {
  const Answer& answer;

  Found operator()(const GetPeer&) const {
    return answer.rows() == 0 ? std::optional<Peer>{} : std::optional{peer_in(answer, 0)};
  }
  Found operator()(const GetValue&) const {
    return answer.rows() == 0 ? std::optional<std::string>{} : std::optional{copy(answer, 0, 0)};
  }
  Found operator()(const ScanPeers&) const {
    std::vector<Peer> page;
    for (int row = 0; row < answer.rows(); ++row) page.push_back(peer_in(answer, row));
    return page;
  }
  Found operator()(const ScanValues&) const {
    ValuePage page;
    for (int row = 0; row < answer.rows(); ++row) page.emplace_back(copy(answer, row, 0), copy(answer, row, 1));
    return page;
  }
};

}  // namespace

void ReadSession::prepare(Connection& connection) {
  connection.queue_prepare("get_peer", kGetPeer, {kText});
  connection.queue_prepare("get_value", kGetValue, {kText, kText});
  connection.queue_prepare("scan_peers", kScanPeers, {kText, kInt8, kInt8});
  connection.queue_prepare("scan_values", kScanValues, {kText, kText, kInt8, kInt8});
  connection.sync();
  for (int i = 0; i < 4; ++i) {
    const Answer answer = connection.next();
    if (!answer.ok()) connection.refuse(answer);
  }
  connection.finish();
}

std::vector<Found> ReadSession::read(Connection& connection, const std::vector<Read>& batch) {
  for (const Read& read : batch) std::visit(Ask{connection}, read.what);
  connection.sync();
  std::vector<Found> found;
  std::optional<Answer> refused;
  for (const Read& read : batch) {
    Answer answer = connection.next();
    if (answer.ok()) {
      found.push_back(std::visit(Take{answer}, read.what));
    } else if (!refused) {
      refused = std::move(answer);
    }
  }
  connection.finish();
  if (refused) connection.refuse(*refused);
  return found;
}

}  // namespace junctor::storage::postgres
