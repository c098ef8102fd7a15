// SPDX-License-Identifier: Apache-2.0
// Writes on the wire. The writer's thread.
#include "storage_postgres/write_session.hpp"

#include <ctime>
#include <string>

namespace junctor::storage::postgres {
namespace {

// A client that registers again as it was changes nothing, and costs no new row.
constexpr const char* kPutPeer =
    "INSERT INTO junctor_peer AS known (id, uuid, pk, ip, created_at) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (id) DO UPDATE SET uuid = excluded.uuid, pk = excluded.pk, ip = excluded.ip, "
    "created_at = CASE $6 WHEN 0 THEN known.created_at ELSE $6 END "
    "WHERE $6 <> 0 OR known.uuid <> excluded.uuid OR known.pk <> excluded.pk OR known.ip <> excluded.ip";
constexpr const char* kRenamePeer =
    "UPDATE junctor_peer SET id = $2 WHERE id = $1 AND uuid = $3 AND $1 <> $2 "
    "AND NOT EXISTS (SELECT 1 FROM junctor_peer WHERE id = $2)";
/// Why a rename has changed nothing.
constexpr const char* kExplainRename = "SELECT uuid = $2 FROM junctor_peer WHERE id = $1";
constexpr const char* kRemovePeer = "DELETE FROM junctor_peer WHERE id = $1";
constexpr const char* kPutValue =
    "INSERT INTO junctor_kv (space, key, value) VALUES ($1, $2, $3) "
    "ON CONFLICT (space, key) DO UPDATE SET value = excluded.value";
constexpr const char* kRemoveValue = "DELETE FROM junctor_kv WHERE space = $1 AND key = $2";

/// Queues a change; Gather reads what it came to.
struct Enqueue {
  Connection& connection;

  void operator()(const PutPeer& put) const {
    const Peer& peer = put.peer;
    const int64_t created = peer.created_at != 0 ? peer.created_at : static_cast<int64_t>(std::time(nullptr));
    Values values;
    values.text(peer.id).blob(peer.uuid).blob(peer.pk).text(peer.ip).number(created).number(peer.created_at);
    connection.queue_prepared("put_peer", values, false);
  }
  void operator()(const RenamePeer& rename) const {
    Values values;
    values.text(rename.old_id).text(rename.new_id).blob(rename.uuid);
    connection.queue_prepared("rename_peer", values, false);
    Values explain;
    explain.text(rename.old_id).blob(rename.uuid);
    connection.queue_prepared("explain_rename", explain, false);
  }
  void operator()(const RemovePeer& remove) const {
    Values values;
    connection.queue_prepared("remove_peer", values.text(remove.id), false);
  }
  void operator()(const PutValue& put) const {
    Values values;
    connection.queue_prepared("put_value", values.text(put.space).text(put.key).blob(put.value), false);
  }
  void operator()(const RemoveValue& remove) const {
    Values values;
    connection.queue_prepared("remove_value", values.text(remove.space).text(remove.key), false);
  }
};

/// The first statement that was refused, among answers that are read to their end all the same.
class Refusals {
 public:
  void look(const Answer& answer) {
    if (answer.ok() || answer.skipped() || !state_.empty()) return;
    state_ = answer.state();
    message_ = answer.message();
  }
  bool any() const { return !state_.empty() || !message_.empty(); }
  /// Another transaction stood against it (class 40), or a row of another one did (a rename to a name that was taken
  /// meanwhile): it comes to another end when it is run again.
  bool met_another() const { return state_.starts_with("40"); }
  /// Only the change that met it fails.
  bool own() const { return state_.starts_with("22") || state_.starts_with("23") || state_ == "P0001"; }
  Fault fault(const Connection& connection) const { return describe_error(connection.target(), state_, message_); }

 private:
  std::string state_, message_;
};

struct Gather {
  Connection& connection;
  Refusals& refusals;

  Answer next() const {
    Answer answer = connection.next();
    refusals.look(answer);
    return answer;
  }
  Status removed() const { return next().changed() == 0 ? Status::kNotFound : Status::kOk; }

  Status operator()(const PutPeer&) const {
    next();
    return Status::kOk;
  }
  Status operator()(const RenamePeer& rename) const {
    const bool renamed = next().changed() == 1;
    const Answer explained = next();
    if (renamed) return Status::kOk;
    if (explained.rows() == 0) return Status::kNotFound;
    if (explained.bytes(0, 0) != "t") return Status::kMismatch;
    return rename.old_id == rename.new_id ? Status::kOk : Status::kExists;
  }
  Status operator()(const RemovePeer&) const { return removed(); }
  Status operator()(const PutValue&) const {
    next();
    return Status::kOk;
  }
  Status operator()(const RemoveValue&) const { return removed(); }
};

void roll_back(Connection& connection) {
  connection.queue("ROLLBACK");
  connection.sync();
  connection.next();
  connection.finish();
}

/// Each in a transaction of its own: one of the batch was refused for what it is.
WriteSession::Result one_by_one(Connection& connection, std::span<const Write> batch) {
  WriteSession::Result result;
  result.stored = true;
  for (const Write& write : batch) {
    Refusals refusals;
    std::visit(Enqueue{connection}, write.change);
    connection.sync();
    const Status status = std::visit(Gather{connection, refusals}, write.change);
    connection.finish();
    result.statuses.push_back(refusals.any() ? Status::kIo : status);
    if (refusals.any() && !result.fault) result.fault = refusals.fault(connection);
  }
  return result;
}

}  // namespace

void WriteSession::prepare(Connection& connection) {
  connection.queue_prepare("put_peer", kPutPeer, {kText, kBytea, kBytea, kText, kInt8, kInt8});
  connection.queue_prepare("rename_peer", kRenamePeer, {kText, kText, kBytea});
  connection.queue_prepare("explain_rename", kExplainRename, {kText, kBytea});
  connection.queue_prepare("remove_peer", kRemovePeer, {kText});
  connection.queue_prepare("put_value", kPutValue, {kText, kText, kBytea});
  connection.queue_prepare("remove_value", kRemoveValue, {kText, kText});
  connection.sync();
  Refusals refusals;
  for (int i = 0; i < 6; ++i) refusals.look(connection.next());
  connection.finish();
  if (refusals.any()) throw DatabaseError{refusals.fault(connection)};
}

WriteSession::Result WriteSession::commit(Connection& connection, std::span<const Write> batch, bool& committing) {
  committing = false;
  Result result;
  result.statuses.reserve(batch.size());
  Refusals refusals;
  connection.queue("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
  for (const Write& write : batch) std::visit(Enqueue{connection}, write.change);
  connection.sync();
  refusals.look(connection.next());
  for (const Write& write : batch) {
    result.statuses.push_back(std::visit(Gather{connection, refusals}, write.change));
  }
  connection.finish();
  if (!refusals.any()) {
    // Alone: a connection that is lost before has surely stored nothing, and the batch can be run again.
    committing = true;
    connection.queue("COMMIT");
    connection.sync();
    refusals.look(connection.next());
    connection.finish();
    result.stored = !refusals.any();
    if (result.stored) return result;
  } else {
    roll_back(connection);
    committing = refusals.own();
    if (committing) return one_by_one(connection, batch);
  }
  result.met_another = refusals.met_another();
  result.fault = refusals.fault(connection);
  result.statuses.assign(batch.size(), Status::kIo);
  return result;
}

}  // namespace junctor::storage::postgres
