// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/settings/stored_settings.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr const char* kOld[] = {
    "DELETE FROM {p}audit_conn WHERE id IN (SELECT id FROM {p}audit_conn WHERE started < ?1 AND ended IS NOT NULL "
    "ORDER "
    "BY started, id LIMIT ?2)",
    "DELETE FROM {p}audit_file WHERE id IN (SELECT id FROM {p}audit_file WHERE created < ?1 ORDER BY created, id LIMIT "
    "?2)",
    "DELETE FROM {p}audit_alarm WHERE id IN (SELECT id FROM {p}audit_alarm WHERE created < ?1 ORDER BY created, id "
    "LIMIT ?2)",
    "DELETE FROM {p}audit_console WHERE id IN (SELECT id FROM {p}audit_console WHERE created < ?1 ORDER BY created, id "
    "LIMIT ?2)",
    "DELETE FROM {p}audit_login WHERE id IN (SELECT id FROM {p}audit_login WHERE created < ?1 ORDER BY created, id "
    "LIMIT ?2)",
};

}  // namespace

SiteSettings::Stored stored_settings(const Sql& sql) {
  SiteSettings::Stored out;
  sql.exec("SELECT name, value FROM {p}settings ORDER BY name", {},
           [&](const Row& row) { out[row.text(0)] = row.text(1); });
  return out;
}

bool drop_old_logs(const Sql& sql, int64_t before, size_t most) {
  bool more = false;
  for (const char* statement : kOld) {
    more = sql.exec(statement, {before, static_cast<int64_t>(most)}) == most || more;
  }
  return more;
}

}  // namespace junctor::accounts::admin
