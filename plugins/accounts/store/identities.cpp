// SPDX-License-Identifier: Apache-2.0
#include "accounts/store/identities.hpp"

namespace junctor::accounts {
namespace {

#define IDENTITY_COLUMNS \
  "SELECT i.id, i.user_id, i.issuer, i.subject, i.created, i.last_used, i.group_id, i.granted FROM {p}identities i "

Link read_identity(const Row& row) {
  Link identity;
  identity.id = static_cast<Ref>(row.integer(0));
  identity.user = static_cast<Ref>(row.integer(1));
  identity.issuer = row.text(2);
  identity.subject = row.text(3);
  identity.created = row.integer(4);
  identity.last_used = row.integer(5);
  identity.group = static_cast<Ref>(row.integer(6));
  identity.granted = row.text(7);
  return identity;
}

}  // namespace

std::optional<Link> identity_of(const Sql& sql, std::string_view issuer, std::string_view subject) {
  return sql.one(IDENTITY_COLUMNS "WHERE i.issuer = ?1 AND i.subject = ?2", {issuer, subject}, read_identity);
}

std::vector<Link> identities_of_user(const Sql& sql, Ref user) {
  return sql.all(IDENTITY_COLUMNS "WHERE i.user_id = ?1 ORDER BY i.id LIMIT 100", {user}, read_identity);
}

std::vector<Link> identities_of_issuer(const Sql& sql, std::string_view issuer, Ref after, int64_t limit) {
  return sql.all(IDENTITY_COLUMNS
                 "JOIN {p}users u ON u.id = i.user_id WHERE i.issuer = ?1 AND i.id > ?2 AND u.status = 1 "
                 "ORDER BY i.id LIMIT ?3",
                 {issuer, after, limit}, read_identity);
}

Link add_identity(const Sql& sql, Link identity, int64_t now) {
  identity.created = identity.last_used = now;
  identity.id = static_cast<Ref>(
      sql.number("INSERT INTO {p}identities (user_id, issuer, subject, created, last_used, group_id, granted) VALUES "
                 "(?1, ?2, ?3, ?4, ?4, ?5, ?6) RETURNING id",
                 {identity.user, identity.issuer, identity.subject, now, identity.group, identity.granted}));
  return identity;
}

void update_identity(const Sql& sql, const Link& identity) {
  sql.exec("UPDATE {p}identities SET last_used = ?2, group_id = ?3, granted = ?4 WHERE id = ?1",
           {identity.id, identity.last_used, identity.group, identity.granted});
}

bool remove_identity(const Sql& sql, Ref user, Ref id) {
  return sql.exec("DELETE FROM {p}identities WHERE user_id = ?1 AND id = ?2", {user, id}) != 0;
}

}  // namespace junctor::accounts
