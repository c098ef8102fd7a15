// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/resources/resources.hpp"

namespace junctor::accounts::admin {

Handlers all_handlers() {
  Handlers out;
  add_user_groups(out);
  add_device_groups(out);
  add_edges(out);
  add_users(out);
  add_devices(out);
  add_sessions(out);
  add_tokens(out);
  add_strategies(out);
  add_roles(out);
  add_audit(out);
  add_invitations(out);
  add_access(out);
  add_books(out);
  add_book_parts(out);
  add_site(out);
  add_settings(out);
  add_imports(out);
  add_passwords(out);
  add_me(out);
  return out;
}

}  // namespace junctor::accounts::admin
