// SPDX-License-Identifier: Apache-2.0
// A directory as a stock server leaves it: keys, and peers in its database (protocol.md 5 and 7). One thread.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

#include "support/temp_dir.hpp"
#include "wire/peer.hpp"

namespace junctor::moving {

class StockDirectory {
 public:
  StockDirectory() : keys_{wire::SigningKeys::from_seed({1, 2, 3, 4})} {
    dir_.write("id_ed25519", keys_.secret_text());
    dir_.write("id_ed25519.pub", keys_.public_text());
    std::filesystem::permissions(dir_.file("id_ed25519"), std::filesystem::perms{0600});
    SQLite::Database file{database(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    file.exec(
        "create table peer (guid blob primary key not null, id varchar(100) not null, uuid blob not null, pk blob not "
        "null, created_at datetime not null default(current_timestamp), user blob, status tinyint, note varchar(300), "
        "info text not null) without rowid;"
        "create unique index index_peer_id on peer (id);"
        "create index index_peer_user on peer (user);"
        "create index index_peer_created_at on peer (created_at);"
        "create index index_peer_status on peer (status);");
    const hbb::RegisterPk request = peer_.register_pk();
    SQLite::Statement row{file,
                          "insert into peer values (randomblob(16), ?1, ?2, ?3, '2023-11-14 22:13:20', x'75736572', 1, "
                          "'the reception', '{\"ip\":\"127.0.0.3\"}')"};
    row.bind(1, request.id());
    row.bind(2, request.uuid().data(), static_cast<int>(request.uuid().size()));
    row.bind(3, request.pk().data(), static_cast<int>(request.pk().size()));
    row.exec();
  }

  const std::string& path() const { return dir_.path(); }
  std::string database() const { return dir_.file("db_v2.sqlite3"); }
  const testing::TempDir& files() const { return dir_; }
  const wire::SigningKeys& keys() const { return keys_; }
  /// The device that it knows.
  const wire::Peer& peer() const { return peer_; }

 private:
  testing::TempDir dir_;
  wire::SigningKeys keys_;
  wire::Peer peer_ = wire::Peer::make("123456789");
};

/// The table as the stock server made it, and all that its row for `id` has.
inline std::string stock_view(const std::string& database, const std::string& id) {
  SQLite::Database file{database, SQLite::OPEN_READONLY};
  const std::string schema =
      file.execAndGet("select group_concat(sql, ';') from sqlite_schema where tbl_name = 'peer'").getString();
  SQLite::Statement row{file,
                        "select hex(guid) || created_at || hex(user) || status || note || hex(uuid) || hex(pk) from "
                        "peer where id = ?1"};
  row.bind(1, id);
  return schema + (row.executeStep() ? row.getColumn(0).getString() : "no such peer");
}

}  // namespace junctor::moving
