// SPDX-License-Identifier: Apache-2.0
// Roles as they are stored. Inside a transaction.
#include "accounts/store/admin_roles.hpp"

#include <algorithm>
#include <utility>

namespace junctor::accounts {

std::vector<AdminRole> roles_of(const Sql& sql, Ref user) {
  std::vector<AdminRole> roles;
  std::vector<int64_t> ids;
  sql.exec(
      "SELECT r.id, r.type, r.permissions, r.unassigned_devices FROM {p}user_admin_roles ur JOIN {p}admin_roles r ON "
      "r.id = ur.role_id WHERE ur.user_id = ?1 ORDER BY r.id",
      {user}, [&](const Row& row) {
        AdminRole role;
        role.type = static_cast<RoleType>(row.integer(1));
        role.permissions = parse_permissions(row.view(2));
        role.unassigned_devices = row.flag(3);
        roles.push_back(std::move(role));
        ids.push_back(row.integer(0));
      });
  for (size_t at = 0; at < roles.size(); ++at) {
    sql.exec("SELECT kind, group_id FROM {p}admin_role_groups WHERE role_id = ?1 ORDER BY kind, group_id", {ids[at]},
             [&](const Row& row) {
               auto& groups = row.integer(0) == 0 ? roles[at].user_groups : roles[at].device_groups;
               groups.push_back(static_cast<Ref>(row.integer(1)));
             });
  }
  return roles;
}

std::string permissions_text(const PermissionSet& set) {
  std::string out;
  for (size_t at = 0; at < kPermissions; ++at) {
    const auto one = static_cast<Permission>(at);
    if (!set.lists(one)) continue;
    if (!out.empty()) out += ',';
    out += junctor::accounts::name(one);
  }
  return out;
}

PermissionSet parse_permissions(std::string_view text) {
  PermissionSet set;
  while (!text.empty()) {
    const size_t end = std::min(text.find(','), text.size());
    if (const auto one = permission(text.substr(0, end))) set.add(*one);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return set;
}

}  // namespace junctor::accounts
