// SPDX-License-Identifier: Apache-2.0
// Rows of sessions, tokens and known devices. Inside a transaction.
#include "accounts/store/sessions.hpp"

#include "accounts/api/refused.hpp"
#include "accounts/store/devices.hpp"
#include "accounts/store/names.hpp"
#include "accounts/store/sealed.hpp"

namespace junctor::accounts {
namespace {

#define SESSION_COLUMNS                                                                                           \
  "SELECT id, guid, hash, user_id, kind, device_id, uuid, device_os, device_type, device_name, address, method, " \
  "created, last_used, expires, factor_at FROM {p}sessions "

Session read_session(const Row& row) {
  Session session;
  session.id = static_cast<Ref>(row.integer(0));
  session.guid = row.text(1);
  session.hash = row.text(2);
  session.user = static_cast<Ref>(row.integer(3));
  session.kind = static_cast<SessionKind>(row.integer(4));
  session.device_id = row.text(5);
  session.uuid = row.text(6);
  session.device_os = row.text(7);
  session.device_type = row.text(8);
  session.device_name = row.text(9);
  session.address = row.text(10);
  session.method = row.text(11);
  session.created = row.integer(12);
  session.last_used = row.integer(13);
  session.expires = row.integer(14);
  session.factor_at = row.integer(15);
  return session;
}

#define TOKEN_COLUMNS                                                                                                \
  "SELECT id, guid, name, owner_id, kind, scopes, hash, created, expires, networks, uses_left, presets, last_used, " \
  "last_address FROM {p}tokens "

Token read_token(const Row& row) {
  Token token;
  token.id = static_cast<Ref>(row.integer(0));
  token.guid = row.text(1);
  token.name = row.text(2);
  token.owner = static_cast<Ref>(row.integer(3));
  token.kind = static_cast<TokenKind>(row.integer(4));
  token.scopes = Scopes::parse(row.text(5)).value_or(Scopes{});
  token.hash = row.text(6);
  token.created = row.integer(7);
  token.expires = row.integer(8);
  token.networks = row.text(9);
  token.uses_left = row.integer(10);
  token.presets = row.text(11);
  token.last_used = row.integer(12);
  token.last_address = row.text(13);
  return token;
}

}  // namespace

std::optional<Session> session_by_hash(const Sql& sql, std::string_view hash) {
  return sql.one(SESSION_COLUMNS "WHERE hash = ?1", {Blob{hash}}, read_session);
}

std::optional<Session> session_by_guid(const Sql& sql, std::string_view guid) {
  return sql.one(SESSION_COLUMNS "WHERE guid = ?1", {guid}, read_session);
}

std::vector<Session> sessions_of(const Sql& sql, Ref user, int64_t limit) {
  return sql.all(SESSION_COLUMNS "WHERE user_id = ?1 ORDER BY id LIMIT ?2", {user, limit}, read_session);
}

Ref add_session(const Sql& sql, Session session, Touched& touched) {
  if (!session.device_id.empty()) {
    sql.exec("DELETE FROM {p}sessions WHERE user_id = ?1 AND device_id = ?2 AND uuid = ?3 RETURNING hash",
             {session.user, session.device_id, session.uuid},
             [&](const Row& row) { touched.sessions.insert(row.text(0)); });
  }
  if (session.guid.empty()) session.guid = new_guid();
  const auto id = static_cast<Ref>(sql.number(
      "INSERT INTO {p}sessions (guid, hash, user_id, kind, device_id, uuid, device_os, device_type, device_name, "
      "address, "
      "method, created, last_used, expires, factor_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
      "?14, ?15) RETURNING id",
      {session.guid, Blob{session.hash}, session.user, session.kind, session.device_id, session.uuid, session.device_os,
       session.device_type, session.device_name, session.address, session.method, session.created, session.last_used,
       session.expires, session.factor_at}));
  touched.sessions.insert(session.hash);
  return id;
}

void end_session(const Sql& sql, const Session& session, LoginOwner owner, Touched& touched) {
  sql.exec("DELETE FROM {p}sessions WHERE id = ?1", {session.id});
  if (owner == LoginOwner::kTakeBack) release_login_owner(sql, session.device_id, session.user, touched);
  touched.sessions.insert(session.hash);
}

void end_sessions_of(const Sql& sql, Ref user, Ref keep, LoginOwner owner, Touched& touched) {
  const auto sessions =
      sql.all(SESSION_COLUMNS "WHERE user_id = ?1 AND id <> ?2 ORDER BY id LIMIT 100000", {user, keep}, read_session);
  for (const Session& session : sessions) end_session(sql, session, owner, touched);
}

size_t end_idle_sessions(const Sql& sql, SessionKind kind, int64_t before, int64_t now, Touched& touched) {
  const auto sessions = sql.all(SESSION_COLUMNS
                                "WHERE kind = ?1 AND (last_used < ?2 OR (expires <> 0 AND expires <= ?3)) "
                                "ORDER BY last_used LIMIT 1000",
                                {kind, before, now}, read_session);
  for (const Session& session : sessions) end_session(sql, session, LoginOwner::kTakeBack, touched);
  return sessions.size();
}

void note_session_use(const Sql& sql, std::string_view hash, int64_t now) {
  sql.exec("UPDATE {p}sessions SET last_used = ?2 WHERE hash = ?1 AND last_used < ?2", {Blob{hash}, now});
}

std::optional<Token> token_by_hash(const Sql& sql, std::string_view hash) {
  return sql.one(TOKEN_COLUMNS "WHERE hash = ?1", {Blob{hash}}, read_token);
}

std::optional<Token> token_by_guid(const Sql& sql, std::string_view guid) {
  return sql.one(TOKEN_COLUMNS "WHERE guid = ?1", {guid}, read_token);
}

std::vector<Token> tokens_of(const Sql& sql, Ref owner, int64_t limit) {
  return sql.all(TOKEN_COLUMNS "WHERE ?1 = 0 OR owner_id = ?1 ORDER BY owner_id, name_key LIMIT ?2", {owner, limit},
                 read_token);
}

Ref add_token(const Sql& sql, Token token, int64_t now) {
  token.name = clean_name(token.name, "A token's name");
  const std::string key = name_key(token.name);
  if (sql.number("SELECT count(*) FROM {p}tokens WHERE owner_id = ?1 AND name_key = ?2", {token.owner, key}) != 0) {
    throw Refused{"There is a token named " + token.name + " already"};
  }
  if (token.guid.empty()) token.guid = new_guid();
  return static_cast<Ref>(
      sql.number("INSERT INTO {p}tokens (guid, name, name_key, owner_id, kind, scopes, hash, created, expires, "
                 "networks, uses_left, "
                 "presets) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) RETURNING id",
                 {token.guid, token.name, key, token.owner, token.kind, token.scopes.text(), Blob{token.hash}, now,
                  token.expires, token.networks, token.uses_left, token.presets}));
}

bool revoke_token(const Sql& sql, Ref id) { return sql.exec("DELETE FROM {p}tokens WHERE id = ?1", {id}) != 0; }

void note_token_use(const Sql& sql, Ref id, std::string_view address, int64_t now) {
  sql.exec("UPDATE {p}tokens SET last_used = ?2, last_address = ?3 WHERE id = ?1", {id, now, address});
}

std::optional<KnownDevice> known_device(const Sql& sql, Ref user, std::string_view key) {
  return sql.one(
      "SELECT user_id, device_key, name, first_login, last_login, trusted_until FROM {p}known_devices "
      "WHERE user_id = ?1 AND device_key = ?2",
      {user, Blob{key}}, [](const Row& row) {
        return KnownDevice{
            static_cast<Ref>(row.integer(0)), row.text(1), row.text(2), row.integer(3), row.integer(4), row.integer(5)};
      });
}

void note_known_device(const Sql& sql, Ref user, std::string_view key, std::string_view name, int64_t now,
                       int64_t trusted_until) {
  sql.exec(
      "INSERT INTO {p}known_devices (user_id, device_key, name, first_login, last_login, trusted_until) "
      "VALUES (?1, ?2, ?3, ?4, ?4, ?5) ON CONFLICT (user_id, device_key) DO UPDATE SET name = excluded.name, "
      "last_login = excluded.last_login, trusted_until = CASE WHEN excluded.trusted_until = 0 "
      "THEN {p}known_devices.trusted_until ELSE excluded.trusted_until END",
      {user, Blob{key}, name, now, trusted_until});
}

}  // namespace junctor::accounts
