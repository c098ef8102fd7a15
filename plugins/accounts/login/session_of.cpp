// SPDX-License-Identifier: Apache-2.0
// Inside a transaction.
#include "accounts/login/session_of.hpp"

#include "accounts/store/audit_login.hpp"
#include "accounts/store/devices.hpp"
#include "accounts/store/sessions.hpp"
#include "accounts/store/users.hpp"
#include "wire/base64.hpp"

namespace junctor::accounts {
namespace {

/// The device that the client says it is, where its uuid is the one that registered.
std::optional<Device> own_device(const Sql& sql, const LoginFrom& from) {
  if (from.id.empty() || from.uuid.empty()) return std::nullopt;
  auto device = device_by_id(sql, from.id);
  const auto uuid = wire::decode_base64(from.uuid);
  return device && uuid && !uuid->empty() && device->uuid == *uuid ? device : std::nullopt;
}

void assign_owner(const Sql& sql, const User& user, const LoginFrom& from, const LoginSettings& settings,
                  Touched& touched) {
  const auto device = own_device(sql, from);
  if (!device || device->owner == user.id) return;
  if (login_sets_owner(settings.login_assigns, device->owner, device->by.owner, device->orphan, settings.unassigned)) {
    set_device_owner(sql, device->id, user.id, AssignedBy::kLogin, touched);
  }
}

}  // namespace

std::string device_key(const LoginFrom& from) {
  return from.uuid.empty() ? std::string{} : hash_of(from.id + '\0' + from.uuid);
}

std::string begin_session(const Sql& sql, const User& user, const LoginFrom& from, const std::string& method,
                          bool trust, const LoginSettings& settings, int64_t now, Touched& touched) {
  const auto present = user_by_id(sql, user.id);
  if (!present || !present->enabled()) throw Refused{"Account disabled"};
  const std::string token = random_token("");
  Session session;
  session.hash = hash_of(token);
  session.user = user.id;
  session.kind = from.kind;
  session.device_id = from.id;
  session.uuid = from.uuid;
  session.device_os = from.os;
  session.device_type = from.type;
  session.device_name = from.device_name;
  session.address = from.address;
  session.method = method;
  session.created = session.last_used = session.factor_at = now;
  session.expires = from.kind == SessionKind::kConsole ? now + settings.console_longest : 0;
  add_session(sql, session, touched);
  note_login(sql, user.id, now);
  const std::string key = device_key(from);
  if (!key.empty()) {
    const int64_t until = trust && settings.trust_devices ? now + settings.trusted_seconds : 0;
    note_known_device(sql, user.id, key, from.device_name, now, until);
  }
  assign_owner(sql, user, from, settings, touched);
  LoginRecord record;
  record.user = user.id;
  record.user_name = user.name;
  record.method = method;
  record.result = "ok";
  record.kind = from.kind;
  record.device_id = from.id;
  record.device_name = from.device_name;
  record.address = from.address;
  record.created = now;
  add_login_record(sql, record);
  touched.users.insert(user.id);
  return token;
}

}  // namespace junctor::accounts
