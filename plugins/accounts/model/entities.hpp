// SPDX-License-Identifier: Apache-2.0
// The objects of accounts.md 1 as values: one struct a table, its fields as they are stored. `id` is the row's number
// and the object's Ref; `guid` is what the API names it by. Times are Unix seconds, 0 where there is none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "accounts/model/access.hpp"
#include "accounts/model/admin_roles.hpp"
#include "accounts/model/assignment.hpp"
#include "accounts/model/book_rights.hpp"
#include "accounts/model/control_roles.hpp"
#include "accounts/model/scopes.hpp"
#include "accounts/model/strategies.hpp"

namespace junctor::accounts {

/// On the wire and as stored (http-api.md 2.9).
enum class UserStatus : int8_t { kUnverified = -1, kDisabled = 0, kNormal = 1 };

struct User {
  Ref id = kNoRef;
  std::string guid;
  std::string name;
  std::string display_name;
  std::string email;     ///< empty: none
  std::string password;  ///< its hash; empty: he has no local one
  std::string note;
  std::string avatar;
  UserStatus status = UserStatus::kNormal;
  bool is_admin = false;
  Ref group = kNoRef;
  Ref control_role = kNoRef;
  std::string source = "local";  ///< local, ldap, oidc
  bool may_initiate = true;
  bool must_change_password = false;
  bool email_verified = false;
  bool mail_codes = false;  ///< a code by mail at each log-in
  bool alarm_mails = false;
  bool tfa_enforced = false;
  int64_t created = 0;
  int64_t last_login = 0;
  int64_t password_changed = 0;

  bool enabled() const { return status == UserStatus::kNormal; }
  const std::string& shown_name() const { return display_name.empty() ? name : display_name; }
};

struct UserGroup {
  Ref id = kNoRef;
  std::string guid;
  std::string name;
  std::string note;
  bool members_reach_each_other = true;
  std::string networks;   ///< CIDR list, with commas; empty: all
  bool built_in = false;  ///< Default
  int64_t created = 0;
};

/// What a device says of itself (sysinfo), as it came.
struct Reported {
  std::string hostname, username, os, cpu, memory, version, ip;
  bool operator==(const Reported&) const = default;
};

/// Who set what (accounts.md 4).
struct AssignedFields {
  AssignedBy owner = AssignedBy::kNobody, group = AssignedBy::kNobody, strategy = AssignedBy::kNobody,
             note = AssignedBy::kNobody, name = AssignedBy::kNobody, username = AssignedBy::kNobody;
};

struct Device {
  Ref id = kNoRef;
  std::string guid;
  std::string device_id;  ///< as it registers: "123456789"
  std::string uuid;       ///< bytes; empty until it is known
  std::string pk;         ///< bytes
  DeviceState state = DeviceState::kActive;
  Ref owner = kNoRef;
  Ref group = kNoRef;
  std::string note;
  Reported reported;
  bool has_sysinfo = false;
  std::string presets;        ///< what the last sysinfo wished, JSON; for who approves
  std::string override_name;  ///< empty: what it reports
  std::string override_username;
  AssignedFields by;
  bool incoming_only = false;
  bool orphan = false;
  int64_t first_seen = 0;
  int64_t last_signalling = 0;
  int64_t last_heartbeat = 0;

  const std::string& shown_name() const { return override_name.empty() ? reported.hostname : override_name; }
  const std::string& shown_username() const {
    return override_username.empty() ? reported.username : override_username;
  }
  int64_t last_online() const { return last_signalling > last_heartbeat ? last_signalling : last_heartbeat; }
};

struct DeviceGroup {
  Ref id = kNoRef;
  std::string guid;
  std::string name;
  std::string note;
  int64_t created = 0;
};

struct Book {
  Ref id = kNoRef;
  std::string guid;
  bool personal = false;
  Ref owner = kNoRef;
  std::string name;
  std::string note;
  std::string password;  ///< sealed
  bool grants_access = false;
  int64_t created = 0;
  int64_t deleted = 0;  ///< in the owner's bin since
};

struct BookEntry {
  Ref id = kNoRef;
  std::string guid;
  Ref book = kNoRef;
  std::string peer_id;
  std::string alias, note;
  std::string hash, password;  ///< sealed
  std::string username, hostname, platform;
  bool force_relay = false;
  std::string rdp_port, rdp_username, login_name;
  std::vector<std::string> tags;
  int64_t created = 0;
  int64_t deleted = 0;
};

struct BookTag {
  Ref id = kNoRef;
  Ref book = kNoRef;
  std::string name;
  uint32_t color = 0;  ///< ARGB
};

/// A BookRule as it is stored, with its names.
struct StoredBookRule {
  Ref id = kNoRef;
  std::string guid;
  Ref book = kNoRef;
  BookRule rule;
};

struct StoredStrategy {
  std::string guid;
  std::string name;
  bool built_in = false;
  int64_t created = 0;
  Strategy strategy;  ///< ref is the row's number
};

/// Numbers as they are stored.
enum class StrategyTarget : uint8_t { kDevice = 0, kUser = 1, kDeviceGroup = 2 };

enum class BuiltInRole : uint8_t { kNone = 0, kDefault = 1, kNotLogged = 2 };

struct StoredControlRole {
  Ref id = kNoRef;
  std::string guid;
  std::string name;
  std::string note;
  BuiltInRole built_in = BuiltInRole::kNone;
  ControlRole role;
};

struct StoredAdminRole {
  Ref id = kNoRef;
  std::string guid;
  std::string name;
  std::string note;
  AdminRole role;
};

enum class TokenKind : uint8_t { kApi = 0, kDeploy = 1 };

struct Token {
  Ref id = kNoRef;
  std::string guid;
  std::string name;
  Ref owner = kNoRef;
  TokenKind kind = TokenKind::kApi;
  Scopes scopes;
  std::string hash;
  int64_t created = 0;
  int64_t expires = 0;     ///< 0: never
  std::string networks;    ///< CIDR list; empty: all
  int64_t uses_left = -1;  ///< -1: no bound
  std::string presets;     ///< of a deploy token, JSON
  int64_t last_used = 0;
  std::string last_address;
};

enum class SessionKind : uint8_t { kClient = 0, kWebClient = 1, kConsole = 2 };

struct Session {
  Ref id = kNoRef;
  std::string guid;
  std::string hash;
  Ref user = kNoRef;
  SessionKind kind = SessionKind::kClient;
  std::string device_id, uuid;  ///< as the client gave them; empty: it named none
  std::string device_os, device_type, device_name;
  std::string address;
  std::string method;  ///< password, password+totp, ..., oidc
  int64_t created = 0;
  int64_t last_used = 0;
  int64_t expires = 0;    ///< at the latest; 0: as long as it is used
  int64_t factor_at = 0;  ///< when a second factor or password was last given
};

/// A device or browser on which a user has logged in before.
struct KnownDevice {
  Ref user = kNoRef;
  std::string key;  ///< hash of its uuid, or a browser's
  std::string name;
  int64_t first = 0;
  int64_t last = 0;
  int64_t trusted_until = 0;  ///< skips the second factor
};

enum class InvitationState : uint8_t { kSent = 0, kAccepted = 1, kRevoked = 2, kExpired = 3 };

struct Invitation {
  Ref id = kNoRef;
  std::string guid;
  std::string email, name, note;
  Ref group = kNoRef;
  std::string hash;
  InvitationState state = InvitationState::kSent;
  int64_t created = 0;
  int64_t expires = 0;
};

struct Totp {
  Ref user = kNoRef;
  std::string secret;  ///< sealed
  bool confirmed = false;
  int64_t last_step = 0;  ///< the newest that was used: each counts once
  int64_t created = 0;
};

struct Passkey {
  Ref id = kNoRef;
  std::string guid;
  Ref user = kNoRef;
  std::string name;
  std::string credential, public_key;
  int64_t sign_count = 0;
  int64_t created = 0;
  int64_t last_used = 0;
};

struct Identity {
  Ref id = kNoRef;
  Ref user = kNoRef;
  std::string issuer, subject;
  int64_t created = 0;
  int64_t last_used = 0;
};

/// One connection to a device (accounts.md 17). -1: not known.
struct ConnRecord {
  int64_t id = 0;
  std::string guid;
  std::string device_id;
  std::string uuid;  ///< as B's records carry it
  int64_t conn_id = 0;
  uint64_t session_id = 0;
  int type = -1;
  std::string peer_id, peer_name, ip;
  Ref user = kNoRef;
  std::string user_name;
  int64_t started = 0;
  int64_t ended = 0;
  bool lost = false;
  int primary_auth = -1, two_factor = -1;
  std::string note;
  bool relayed = false;
  int64_t bytes = -1;
  std::string ground, role;
};

struct FileRecord {
  int64_t id = 0;
  std::string guid;
  std::string device_id;
  int64_t conn_id = 0;
  std::string peer_id, peer_name, ip;
  Ref user = kNoRef;
  std::string user_name;
  int type = 0;  ///< 0: from B, 1: to B
  std::string path;
  bool is_file = false;
  std::string info;
  int64_t created = 0;
};

struct AlarmRecord {
  int64_t id = 0;
  std::string guid;
  int type = 0;
  std::string device_id;
  Ref user = kNoRef;  ///< of the account, or of the controller
  std::string user_name;
  std::string ip;
  std::string info;
  int64_t created = 0;
};

struct ConsoleRecord {
  int64_t id = 0;
  std::string guid;
  int type = 0;
  int operation = 0;
  Ref user = kNoRef;
  std::string user_name;
  std::string address;
  std::string detail;
  std::string before, after;
  int64_t created = 0;
};

struct LoginRecord {
  int64_t id = 0;
  std::string guid;
  Ref user = kNoRef;
  std::string user_name;  ///< as it was given
  std::string method;
  std::string result;  ///< ok, or a reason word
  SessionKind kind = SessionKind::kClient;
  std::string device_id, device_name, address;
  int64_t created = 0;
};

}  // namespace junctor::accounts
