// SPDX-License-Identifier: Apache-2.0
// The statements of writes and the transaction around a batch. Lives on the writer's thread.
#include "storage_sqlite/write_session.hpp"

#include <sqlite3.h>

#include <ctime>

#include "storage_sqlite/bound.hpp"
#include "storage_sqlite/info.hpp"

namespace junctor::storage {
namespace {

constexpr int kTidyPages = 2000;  // 8 MiB of WAL with pages of 4 KiB

/// Only the change that met it fails; SQLite has undone its statement alone.
bool is_own_fault(int code) { return code == SQLITE_CONSTRAINT || code == SQLITE_TOOBIG || code == SQLITE_MISMATCH; }

int note_wal_pages(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

}  // namespace

WriteSession::WriteSession(const std::string& path, Connection::Missing missing, const Tuning& tuning) try
    : path_{path},
      connection_{path, Connection::Access::kWrite, missing, tuning},
      guids_{system_guids()},
      begin_{connection_.database(), "begin immediate"},
      commit_{connection_.database(), "commit"},
      rollback_{connection_.database(), "rollback"},
      find_{connection_.database(), "select uuid, pk, info from peer where id = ?1"},
      insert_{connection_.database(),
              "insert into peer (guid, id, uuid, pk, created_at, info) "
              "values (?1, ?2, ?3, ?4, datetime(?5, 'unixepoch'), ?6)"},
      update_{connection_.database(),
              "update peer set uuid = ?2, pk = ?3, info = ?4, "
              "created_at = case ?5 when 0 then created_at else datetime(?5, 'unixepoch') end where id = ?1"},
      rename_{connection_.database(), "update peer set id = ?2 where id = ?1"},
      remove_{connection_.database(), "delete from peer where id = ?1"},
      put_value_{connection_.database(),
                 "insert into junctor_kv (space, key, value) values (?1, ?2, ?3) "
                 "on conflict (space, key) do update set value = excluded.value"},
      remove_value_{connection_.database(), "delete from junctor_kv where space = ?1 and key = ?2"} {
  sqlite3_wal_hook(connection_.database().getHandle(), &note_wal_pages, &wal_pages_);
} catch (const SQLite::Exception& error) {
  throw DatabaseError{describe(error, path, 0)};
}

WriteSession::~WriteSession() = default;

Status WriteSession::insert(const Peer& peer) {
  const std::string guid = guids_.next();
  const std::string info = info_with_ip("", peer.ip);
  const int64_t created = peer.created_at != 0 ? peer.created_at : static_cast<int64_t>(std::time(nullptr));
  Bound statement{insert_};
  statement.blob(1, guid).text(2, peer.id).blob(3, peer.uuid).blob(4, peer.pk).number(5, created).text(6, info);
  statement.run();
  return Status::kOk;
}

std::optional<WriteSession::Known> WriteSession::find(const std::string& id) {
  Bound statement{find_};
  if (!statement.text(1, id).step()) return std::nullopt;
  return Known{statement.bytes(0), statement.bytes(1), statement.bytes(2)};
}

/// A client that registers again as it was changes nothing, and costs no page.
Status WriteSession::replace(const Known& known, const Peer& peer) {
  const std::string info = info_with_ip(known.info, peer.ip);
  const bool same = info == known.info && known.uuid == peer.uuid && known.pk == peer.pk && peer.created_at == 0;
  if (same) return Status::kOk;
  Bound statement{update_};
  statement.text(1, peer.id).blob(2, peer.uuid).blob(3, peer.pk).text(4, info).number(5, peer.created_at);
  statement.run();
  return Status::kOk;
}

Status WriteSession::apply(const PutPeer& put) {
  const std::optional<Known> known = find(put.peer.id);
  return known ? replace(*known, put.peer) : insert(put.peer);
}

Status WriteSession::apply(const RenamePeer& rename) {
  const std::optional<Known> known = find(rename.old_id);
  if (!known) return Status::kNotFound;
  if (known->uuid != rename.uuid) return Status::kMismatch;
  if (rename.old_id == rename.new_id) return Status::kOk;
  if (find(rename.new_id)) return Status::kExists;
  Bound statement{rename_};
  statement.text(1, rename.old_id).text(2, rename.new_id).run();
  return Status::kOk;
}

Status WriteSession::apply(const RemovePeer& remove) {
  Bound statement{remove_};
  return statement.text(1, remove.id).run() == 0 ? Status::kNotFound : Status::kOk;
}

Status WriteSession::apply(const PutValue& put) {
  Bound statement{put_value_};
  statement.text(1, put.space).text(2, put.key).blob(3, put.value).run();
  return Status::kOk;
}

Status WriteSession::apply(const RemoveValue& remove) {
  Bound statement{remove_value_};
  return statement.text(1, remove.space).text(2, remove.key).run() == 0 ? Status::kNotFound : Status::kOk;
}

bool WriteSession::in_transaction() { return sqlite3_get_autocommit(connection_.database().getHandle()) == 0; }

Status WriteSession::try_apply(const Write& write, std::optional<Fault>& fault) {
  try {
    return std::visit([this](const auto& change) { return apply(change); }, write.change);
  } catch (const SQLite::Exception& error) {
    if (!is_own_fault(error.getErrorCode() & 0xff) || !in_transaction()) throw;
    if (!fault) fault = describe(error, path_, connection_.database());
    return Status::kIo;
  }
}

void WriteSession::roll_back() {
  if (in_transaction()) Bound{rollback_}.try_step();
}

WriteSession::Result WriteSession::commit(std::span<const Write> batch) {
  Result result;
  result.statuses.reserve(batch.size());
  try {
    Bound{begin_}.run();
    for (const Write& write : batch) result.statuses.push_back(try_apply(write, result.fault));
    Bound{commit_}.run();
    result.stored = true;
  } catch (const SQLite::Exception& error) {
    result.fault = describe(error, path_, connection_.database());
    result.statuses.assign(batch.size(), Status::kIo);
    roll_back();
  }
  return result;
}

void WriteSession::tidy() {
  if (wal_pages_ < kTidyPages) return;
  wal_pages_ = 0;
  const int code = sqlite3_wal_checkpoint_v2(connection_.database().getHandle(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                             nullptr, nullptr);
  if (code == SQLITE_OK || code == SQLITE_BUSY) return;
  throw DatabaseError{
      describe(SQLite::Exception{connection_.database().getHandle(), code}, path_, connection_.database())};
}

}  // namespace junctor::storage
