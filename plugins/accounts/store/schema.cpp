// SPDX-License-Identifier: Apache-2.0
// Step 1: everything of accounts.md 1 and 17; step 2: what identities give (13, 14). *_key is a name as it is compared
// (names.hpp). What holds secrets is sealed (vault.hpp) or a hash. References to users and groups that a log must
// survive are no foreign keys.
#include "accounts/store/schema.hpp"

namespace junctor::accounts {
namespace {

constexpr const char* kUserTables[] = {
    "CREATE TABLE {p}user_groups (id {serial}, guid {text} NOT NULL UNIQUE, name {text} NOT NULL, "
    "name_key {text} NOT NULL UNIQUE, note {text} NOT NULL DEFAULT '', members_reach_each_other {int} NOT NULL DEFAULT "
    "1, "
    "networks {text} NOT NULL DEFAULT '', built_in {int} NOT NULL DEFAULT 0, created {int} NOT NULL)",

    "CREATE TABLE {p}control_roles (id {serial}, guid {text} NOT NULL UNIQUE, name {text} NOT NULL, "
    "name_key {text} NOT NULL UNIQUE, note {text} NOT NULL DEFAULT '', built_in {int} NOT NULL DEFAULT 0, "
    "enabled {int} NOT NULL DEFAULT 0, permissions {int} NOT NULL DEFAULT 0, created {int} NOT NULL)",

    "CREATE TABLE {p}users (id {serial}, guid {text} NOT NULL UNIQUE, name {text} NOT NULL, "
    "name_key {text} NOT NULL UNIQUE, display_name {text} NOT NULL DEFAULT '', email {text} NOT NULL DEFAULT '', "
    "email_key {text} UNIQUE, password {text} NOT NULL DEFAULT '', note {text} NOT NULL DEFAULT '', "
    "avatar {text} NOT NULL DEFAULT '', status {int} NOT NULL, is_admin {int} NOT NULL DEFAULT 0, "
    "group_id {int} NOT NULL REFERENCES {p}user_groups (id), "
    "control_role_id {int} REFERENCES {p}control_roles (id) ON DELETE SET NULL, source {text} NOT NULL DEFAULT "
    "'local', "
    "may_initiate {int} NOT NULL DEFAULT 1, must_change_password {int} NOT NULL DEFAULT 0, "
    "email_verified {int} NOT NULL DEFAULT 0, mail_codes {int} NOT NULL DEFAULT 0, alarm_mails {int} NOT NULL DEFAULT "
    "0, "
    "tfa_enforced {int} NOT NULL DEFAULT 0, created {int} NOT NULL, last_login {int} NOT NULL DEFAULT 0, "
    "password_changed {int} NOT NULL DEFAULT 0)",
    "CREATE INDEX {p}users_of_group ON {p}users (group_id, id)",

    "CREATE TABLE {p}user_group_members (user_id {int} NOT NULL REFERENCES {p}users (id) ON DELETE CASCADE, "
    "group_id {int} NOT NULL REFERENCES {p}user_groups (id) ON DELETE CASCADE, PRIMARY KEY (user_id, group_id))",
    "CREATE INDEX {p}members_of_group ON {p}user_group_members (group_id, user_id)",

    "CREATE TABLE {p}admin_roles (id {serial}, guid {text} NOT NULL UNIQUE, name {text} NOT NULL, "
    "name_key {text} NOT NULL UNIQUE, note {text} NOT NULL DEFAULT '', type {int} NOT NULL, permissions {text} NOT "
    "NULL, "
    "unassigned_devices {int} NOT NULL DEFAULT 0, created {int} NOT NULL)",
    // kind 0: a user group, 1: a device group.
    "CREATE TABLE {p}admin_role_groups (role_id {int} NOT NULL REFERENCES {p}admin_roles (id) ON DELETE CASCADE, "
    "kind {int} NOT NULL, group_id {int} NOT NULL, PRIMARY KEY (role_id, kind, group_id))",
    "CREATE TABLE {p}user_admin_roles (user_id {int} NOT NULL REFERENCES {p}users (id) ON DELETE CASCADE, "
    "role_id {int} NOT NULL REFERENCES {p}admin_roles (id) ON DELETE CASCADE, PRIMARY KEY (user_id, role_id))",
    "CREATE INDEX {p}users_of_admin_role ON {p}user_admin_roles (role_id, user_id)",
};

constexpr const char* kDeviceTables[] = {
    "CREATE TABLE {p}device_groups (id {serial}, guid {text} NOT NULL UNIQUE, name {text} NOT NULL, "
    "name_key {text} NOT NULL UNIQUE, note {text} NOT NULL DEFAULT '', created {int} NOT NULL)",

    "CREATE TABLE {p}devices (id {serial}, guid {text} NOT NULL UNIQUE, device_id {text} NOT NULL UNIQUE, uuid {blob}, "
    "pk {blob}, state {int} NOT NULL, owner_id {int} REFERENCES {p}users (id) ON DELETE SET NULL, "
    "group_id {int} REFERENCES {p}device_groups (id) ON DELETE SET NULL, note {text} NOT NULL DEFAULT '', "
    "hostname {text} NOT NULL DEFAULT '', username {text} NOT NULL DEFAULT '', os {text} NOT NULL DEFAULT '', "
    "cpu {text} NOT NULL DEFAULT '', memory {text} NOT NULL DEFAULT '', version {text} NOT NULL DEFAULT '', "
    "ip {text} NOT NULL DEFAULT '', has_sysinfo {int} NOT NULL DEFAULT 0, presets {text} NOT NULL DEFAULT '', "
    "override_name {text} NOT NULL DEFAULT '', override_username {text} NOT NULL DEFAULT '', "
    "by_owner {int} NOT NULL DEFAULT 0, by_group {int} NOT NULL DEFAULT 0, by_strategy {int} NOT NULL DEFAULT 0, "
    "by_note {int} NOT NULL DEFAULT 0, by_name {int} NOT NULL DEFAULT 0, by_username {int} NOT NULL DEFAULT 0, "
    "incoming_only {int} NOT NULL DEFAULT 0, orphan {int} NOT NULL DEFAULT 0, first_seen {int} NOT NULL, "
    "last_signalling {int} NOT NULL DEFAULT 0, last_heartbeat {int} NOT NULL DEFAULT 0)",
    "CREATE INDEX {p}devices_of_owner ON {p}devices (owner_id, id)",
    "CREATE INDEX {p}devices_of_group ON {p}devices (group_id, id)",
    "CREATE INDEX {p}devices_by_uuid ON {p}devices (uuid)",
    "CREATE INDEX {p}devices_by_state ON {p}devices (state, id)",

    "CREATE TABLE {p}device_group_members (device_id {int} NOT NULL REFERENCES {p}devices (id) ON DELETE CASCADE, "
    "group_id {int} NOT NULL REFERENCES {p}device_groups (id) ON DELETE CASCADE, PRIMARY KEY (device_id, group_id))",
    "CREATE INDEX {p}members_of_device_group ON {p}device_group_members (group_id, device_id)",

    // The id that a renamed device had before: nobody else's until then.
    "CREATE TABLE {p}reserved_ids (device_id {text} NOT NULL PRIMARY KEY, uuid {blob}, until {int} NOT NULL)",

    // subject_kind 0 user, 1 user group; object_kind 0 user group, 1 device group, 2 device.
    "CREATE TABLE {p}edges (subject_kind {int} NOT NULL, subject_id {int} NOT NULL, object_kind {int} NOT NULL, "
    "object_id {int} NOT NULL, valid_from {int} NOT NULL DEFAULT 0, valid_until {int} NOT NULL DEFAULT 0, "
    "hours {text} NOT NULL DEFAULT '', PRIMARY KEY (subject_kind, subject_id, object_kind, object_id))",
    "CREATE INDEX {p}edges_of_object ON {p}edges (object_kind, object_id)",

    "CREATE TABLE {p}strategies (id {serial}, guid {text} NOT NULL UNIQUE, name {text} NOT NULL, "
    "name_key {text} NOT NULL UNIQUE, enabled {int} NOT NULL DEFAULT 0, enforce {int} NOT NULL DEFAULT 0, "
    "options {text} NOT NULL DEFAULT '', revision {int} NOT NULL DEFAULT 1, built_in {int} NOT NULL DEFAULT 0, "
    "created {int} NOT NULL, modified {int} NOT NULL DEFAULT 0)",
    // kind 0 device, 1 user, 2 device group.
    "CREATE TABLE {p}strategy_assignments (kind {int} NOT NULL, target_id {int} NOT NULL, "
    "strategy_id {int} NOT NULL REFERENCES {p}strategies (id) ON DELETE CASCADE, PRIMARY KEY (kind, target_id))",
    "CREATE INDEX {p}assignments_of_strategy ON {p}strategy_assignments (strategy_id, kind, target_id)",
    // What a device was last sent; keys: a JSON array.
    "CREATE TABLE {p}strategy_sent (device_id {int} NOT NULL PRIMARY KEY REFERENCES {p}devices (id) ON DELETE CASCADE, "
    "strategy_id {int} NOT NULL, revision {int} NOT NULL, stamp {int} NOT NULL, pushed_ms {int} NOT NULL, "
    "received {int} NOT NULL, keys {text} NOT NULL)",
};

constexpr const char* kBookTables[] = {
    "CREATE TABLE {p}books (id {serial}, guid {text} NOT NULL UNIQUE, personal {int} NOT NULL, owner_id {int}, "
    "name {text} NOT NULL, name_key {text} NOT NULL, note {text} NOT NULL DEFAULT '', password {blob}, "
    "grants_access {int} NOT NULL DEFAULT 0, created {int} NOT NULL, deleted {int} NOT NULL DEFAULT 0)",
    "CREATE UNIQUE INDEX {p}books_by_name ON {p}books (name_key) WHERE personal = 0 AND deleted = 0",
    "CREATE UNIQUE INDEX {p}book_of_user ON {p}books (owner_id) WHERE personal = 1 AND deleted = 0",
    "CREATE INDEX {p}books_of_owner ON {p}books (owner_id, id)",

    "CREATE TABLE {p}entries (id {serial}, guid {text} NOT NULL UNIQUE, "
    "book_id {int} NOT NULL REFERENCES {p}books (id) ON DELETE CASCADE, peer_id {text} NOT NULL, "
    "alias {text} NOT NULL DEFAULT '', note {text} NOT NULL DEFAULT '', hash {blob}, password {blob}, "
    "username {text} NOT NULL DEFAULT '', hostname {text} NOT NULL DEFAULT '', platform {text} NOT NULL DEFAULT '', "
    "force_relay {int} NOT NULL DEFAULT 0, rdp_port {text} NOT NULL DEFAULT '', rdp_username {text} NOT NULL DEFAULT "
    "'', "
    "login_name {text} NOT NULL DEFAULT '', created {int} NOT NULL, deleted {int} NOT NULL DEFAULT 0)",
    "CREATE UNIQUE INDEX {p}entries_of_book ON {p}entries (book_id, peer_id) WHERE deleted = 0",
    "CREATE INDEX {p}entries_in_bin ON {p}entries (book_id, deleted, id)",
    "CREATE INDEX {p}entries_of_peer ON {p}entries (peer_id)",

    "CREATE TABLE {p}tags (id {serial}, book_id {int} NOT NULL REFERENCES {p}books (id) ON DELETE CASCADE, "
    "name {text} NOT NULL, color {int} NOT NULL, CONSTRAINT {p}tags_of_book UNIQUE (book_id, name))",
    "CREATE TABLE {p}entry_tags (entry_id {int} NOT NULL REFERENCES {p}entries (id) ON DELETE CASCADE, "
    "tag_id {int} NOT NULL REFERENCES {p}tags (id) ON DELETE CASCADE, position {int} NOT NULL, "
    "PRIMARY KEY (entry_id, tag_id))",
    "CREATE INDEX {p}entries_of_tag ON {p}entry_tags (tag_id, entry_id)",

    // target 0 everyone (target_id 0), 1 user group, 2 user.
    "CREATE TABLE {p}book_rules (id {serial}, guid {text} NOT NULL UNIQUE, "
    "book_id {int} NOT NULL REFERENCES {p}books (id) ON DELETE CASCADE, target {int} NOT NULL, target_id {int} NOT "
    "NULL, "
    "level {int} NOT NULL, CONSTRAINT {p}rules_of_book UNIQUE (book_id, target, target_id))",
    "CREATE INDEX {p}rules_of_target ON {p}book_rules (target, target_id, book_id)",
};

constexpr const char* kLoginTables[] = {
    // kind 0 API, 1 deploy; uses_left -1: no bound; expires 0: never.
    "CREATE TABLE {p}tokens (id {serial}, guid {text} NOT NULL UNIQUE, name {text} NOT NULL, name_key {text} NOT NULL, "
    "owner_id {int} NOT NULL REFERENCES {p}users (id) ON DELETE CASCADE, kind {int} NOT NULL, scopes {text} NOT NULL, "
    "hash {blob} NOT NULL UNIQUE, created {int} NOT NULL, expires {int} NOT NULL DEFAULT 0, "
    "networks {text} NOT NULL DEFAULT '', uses_left {int} NOT NULL DEFAULT -1, presets {text} NOT NULL DEFAULT '', "
    "last_used {int} NOT NULL DEFAULT 0, last_address {text} NOT NULL DEFAULT '', "
    "CONSTRAINT {p}tokens_of_owner UNIQUE (owner_id, name_key))",

    // kind 0 client, 1 web client, 2 console.
    "CREATE TABLE {p}sessions (id {serial}, guid {text} NOT NULL UNIQUE, hash {blob} NOT NULL UNIQUE, "
    "user_id {int} NOT NULL REFERENCES {p}users (id) ON DELETE CASCADE, kind {int} NOT NULL, "
    "device_id {text} NOT NULL DEFAULT '', uuid {text} NOT NULL DEFAULT '', device_os {text} NOT NULL DEFAULT '', "
    "device_type {text} NOT NULL DEFAULT '', device_name {text} NOT NULL DEFAULT '', address {text} NOT NULL DEFAULT "
    "'', "
    "method {text} NOT NULL, created {int} NOT NULL, last_used {int} NOT NULL, expires {int} NOT NULL DEFAULT 0, "
    "factor_at {int} NOT NULL DEFAULT 0)",
    "CREATE UNIQUE INDEX {p}session_of_device ON {p}sessions (user_id, device_id, uuid) WHERE device_id <> ''",
    "CREATE INDEX {p}sessions_of_user ON {p}sessions (user_id, id)",
    "CREATE INDEX {p}sessions_by_use ON {p}sessions (last_used)",

    "CREATE TABLE {p}known_devices (user_id {int} NOT NULL REFERENCES {p}users (id) ON DELETE CASCADE, "
    "device_key {blob} NOT NULL, name {text} NOT NULL DEFAULT '', first_login {int} NOT NULL, last_login {int} NOT "
    "NULL, "
    "trusted_until {int} NOT NULL DEFAULT 0, PRIMARY KEY (user_id, device_key))",

    // state 0 sent, 1 accepted, 2 revoked, 3 expired.
    "CREATE TABLE {p}invitations (id {serial}, guid {text} NOT NULL UNIQUE, email {text} NOT NULL, "
    "email_key {text} NOT NULL, name {text} NOT NULL, note {text} NOT NULL DEFAULT '', group_id {int} NOT NULL, "
    "hash {blob} NOT NULL UNIQUE, state {int} NOT NULL DEFAULT 0, created {int} NOT NULL, expires {int} NOT NULL)",
    "CREATE UNIQUE INDEX {p}invitation_of_email ON {p}invitations (email_key) WHERE state = 0",

    "CREATE TABLE {p}totp (user_id {int} NOT NULL PRIMARY KEY REFERENCES {p}users (id) ON DELETE CASCADE, "
    "secret {blob} NOT NULL, confirmed {int} NOT NULL DEFAULT 0, last_step {int} NOT NULL DEFAULT 0, created {int} NOT "
    "NULL)",
    "CREATE TABLE {p}backup_codes (user_id {int} NOT NULL REFERENCES {p}users (id) ON DELETE CASCADE, hash {blob} NOT "
    "NULL, "
    "PRIMARY KEY (user_id, hash))",
    "CREATE TABLE {p}passkeys (id {serial}, guid {text} NOT NULL UNIQUE, "
    "user_id {int} NOT NULL REFERENCES {p}users (id) ON DELETE CASCADE, name {text} NOT NULL, "
    "credential {blob} NOT NULL UNIQUE, public_key {blob} NOT NULL, sign_count {int} NOT NULL DEFAULT 0, "
    "created {int} NOT NULL, last_used {int} NOT NULL DEFAULT 0)",
    "CREATE INDEX {p}passkeys_of_user ON {p}passkeys (user_id, id)",
    "CREATE TABLE {p}identities (id {serial}, user_id {int} NOT NULL REFERENCES {p}users (id) ON DELETE CASCADE, "
    "issuer {text} NOT NULL, subject {text} NOT NULL, created {int} NOT NULL, last_used {int} NOT NULL DEFAULT 0, "
    "CONSTRAINT {p}identities_of_issuer UNIQUE (issuer, subject))",
    "CREATE INDEX {p}identities_of_user ON {p}identities (user_id, id)",

    // What a call of the admin API was answered, by its Idempotency-Key; answers with secrets are empty.
    "CREATE TABLE {p}idempotency (key {text} NOT NULL PRIMARY KEY, request {text} NOT NULL, status {int} NOT NULL, "
    "answer {text} NOT NULL, created {int} NOT NULL)",
    "CREATE INDEX {p}idempotency_by_time ON {p}idempotency (created)",

    "CREATE TABLE {p}settings (name {text} NOT NULL PRIMARY KEY, value {text} NOT NULL, changed {int} NOT NULL, "
    "changed_by {text} NOT NULL DEFAULT '')",
};

constexpr const char* kAuditTables[] = {
    // session_id: the unsigned number's bits. What is not known is NULL.
    "CREATE TABLE {p}audit_conn (id {serial}, guid {text} NOT NULL UNIQUE, device_id {text} NOT NULL, "
    "uuid {text} NOT NULL DEFAULT '', conn_id {int} NOT NULL, session_id {int} NOT NULL DEFAULT 0, type {int}, "
    "peer_id {text} NOT NULL DEFAULT '', peer_name {text} NOT NULL DEFAULT '', ip {text} NOT NULL DEFAULT '', "
    "user_id {int}, user_name {text} NOT NULL DEFAULT '', started {int} NOT NULL, ended {int}, "
    "lost {int} NOT NULL DEFAULT 0, primary_auth {int}, two_factor {int}, note {text} NOT NULL DEFAULT '', "
    "relayed {int} NOT NULL DEFAULT 0, bytes {int}, ground {text} NOT NULL DEFAULT '', role {text} NOT NULL DEFAULT "
    "'')",
    "CREATE INDEX {p}conn_of_device ON {p}audit_conn (device_id, conn_id, id)",
    "CREATE INDEX {p}conn_of_session ON {p}audit_conn (device_id, session_id, id)",
    "CREATE INDEX {p}conn_of_user ON {p}audit_conn (user_id, id)",
    "CREATE INDEX {p}conn_by_time ON {p}audit_conn (started, id)",

    "CREATE TABLE {p}audit_file (id {serial}, guid {text} NOT NULL UNIQUE, device_id {text} NOT NULL, "
    "conn_id {int} NOT NULL DEFAULT 0, peer_id {text} NOT NULL DEFAULT '', peer_name {text} NOT NULL DEFAULT '', "
    "ip {text} NOT NULL DEFAULT '', user_id {int}, user_name {text} NOT NULL DEFAULT '', type {int} NOT NULL, "
    "path {text} NOT NULL DEFAULT '', is_file {int} NOT NULL DEFAULT 0, info {text} NOT NULL DEFAULT '', "
    "created {int} NOT NULL)",
    "CREATE INDEX {p}file_of_device ON {p}audit_file (device_id, id)",
    "CREATE INDEX {p}file_of_user ON {p}audit_file (user_id, id)",
    "CREATE INDEX {p}file_by_time ON {p}audit_file (created, id)",

    "CREATE TABLE {p}audit_alarm (id {serial}, guid {text} NOT NULL UNIQUE, type {int} NOT NULL, "
    "device_id {text} NOT NULL DEFAULT '', user_id {int}, user_name {text} NOT NULL DEFAULT '', "
    "ip {text} NOT NULL DEFAULT '', info {text} NOT NULL DEFAULT '', created {int} NOT NULL)",
    "CREATE INDEX {p}alarm_of_device ON {p}audit_alarm (device_id, id)",
    "CREATE INDEX {p}alarm_of_user ON {p}audit_alarm (user_id, id)",
    "CREATE INDEX {p}alarm_by_time ON {p}audit_alarm (created, id)",

    "CREATE TABLE {p}audit_console (id {serial}, guid {text} NOT NULL UNIQUE, type {int} NOT NULL, operation {int} NOT "
    "NULL, "
    "user_id {int}, user_name {text} NOT NULL DEFAULT '', address {text} NOT NULL DEFAULT '', "
    "detail {text} NOT NULL DEFAULT '', before {text} NOT NULL DEFAULT '', after {text} NOT NULL DEFAULT '', "
    "created {int} NOT NULL)",
    "CREATE INDEX {p}console_of_user ON {p}audit_console (user_id, id)",
    "CREATE INDEX {p}console_by_time ON {p}audit_console (created, id)",

    "CREATE TABLE {p}audit_login (id {serial}, guid {text} NOT NULL UNIQUE, user_id {int}, user_name {text} NOT NULL, "
    "method {text} NOT NULL, result {text} NOT NULL, kind {int} NOT NULL, device_id {text} NOT NULL DEFAULT '', "
    "device_name {text} NOT NULL DEFAULT '', address {text} NOT NULL DEFAULT '', created {int} NOT NULL)",
    "CREATE INDEX {p}login_of_user ON {p}audit_login (user_id, id)",
    "CREATE INDEX {p}login_by_time ON {p}audit_login (created, id)",
};

// What a provider of log-ins gave a user, so that it can be taken back, and no more than that. group_id: the one group
// that it set last, 0: none; granted: "g7 r3 a", extra groups, admin roles, administrator.
constexpr const char* kIdentityGrants[] = {
    "ALTER TABLE {p}identities ADD COLUMN group_id {int} NOT NULL DEFAULT 0",
    "ALTER TABLE {p}identities ADD COLUMN granted {text} NOT NULL DEFAULT ''",
};

template <size_t N>
void add(Migration& step, const char* const (&statements)[N]) {
  step.statements.insert(step.statements.end(), statements, statements + N);
}

}  // namespace

std::vector<Migration> schema() {
  Migration first{1, {}};
  add(first, kUserTables);
  add(first, kDeviceTables);
  add(first, kBookTables);
  add(first, kLoginTables);
  add(first, kAuditTables);
  Migration second{2, {}};
  add(second, kIdentityGrants);
  return {first, second};
}

}  // namespace junctor::accounts
