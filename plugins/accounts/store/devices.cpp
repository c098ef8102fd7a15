// SPDX-License-Identifier: Apache-2.0
// A device's row and what goes with it. Inside a transaction.
#include "accounts/store/devices.hpp"

#include "accounts/api/refused.hpp"
#include "accounts/store/sealed.hpp"

namespace junctor::accounts {
namespace {

#define DEVICE_COLUMNS                                                                                              \
  "SELECT id, guid, device_id, uuid, pk, state, owner_id, group_id, note, hostname, username, os, cpu, memory, "    \
  "version, ip, has_sysinfo, presets, override_name, override_username, by_owner, by_group, by_strategy, by_note, " \
  "by_name, by_username, incoming_only, orphan, first_seen, last_signalling, last_heartbeat FROM {p}devices "

AssignedBy by(const Row& row, size_t i) { return static_cast<AssignedBy>(row.integer(i)); }

Device read_device(const Row& row) {
  Device device;
  device.id = static_cast<Ref>(row.integer(0));
  device.guid = row.text(1);
  device.device_id = row.text(2);
  device.uuid = row.text(3);
  device.pk = row.text(4);
  device.state = static_cast<DeviceState>(row.integer(5));
  device.owner = static_cast<Ref>(row.integer(6));
  device.group = static_cast<Ref>(row.integer(7));
  device.note = row.text(8);
  device.reported = {row.text(9), row.text(10), row.text(11), row.text(12), row.text(13), row.text(14), row.text(15)};
  device.has_sysinfo = row.flag(16);
  device.presets = row.text(17);
  device.override_name = row.text(18);
  device.override_username = row.text(19);
  device.by = {by(row, 20), by(row, 21), by(row, 22), by(row, 23), by(row, 24), by(row, 25)};
  device.incoming_only = row.flag(26);
  device.orphan = row.flag(27);
  device.first_seen = row.integer(28);
  device.last_signalling = row.integer(29);
  device.last_heartbeat = row.integer(30);
  return device;
}

std::optional<int64_t> id_or_null(Ref ref) {
  return ref == kNoRef ? std::nullopt : std::optional{static_cast<int64_t>(ref)};
}

/// Has it an owner, a group or a share now?
bool is_held(const Sql& sql, Ref device) {
  return sql.number("SELECT count(*) FROM {p}devices WHERE id = ?1 AND (owner_id IS NOT NULL OR group_id IS NOT NULL)",
                    {device}) != 0 ||
         sql.number("SELECT count(*) FROM {p}device_group_members WHERE device_id = ?1", {device}) != 0 ||
         is_shared(sql, device);
}

}  // namespace

std::optional<Device> device_by_ref(const Sql& sql, Ref id) {
  return sql.one(DEVICE_COLUMNS "WHERE id = ?1", {id}, read_device);
}

std::optional<Device> device_by_guid(const Sql& sql, std::string_view guid) {
  return sql.one(DEVICE_COLUMNS "WHERE guid = ?1", {guid}, read_device);
}

std::optional<Device> device_by_id(const Sql& sql, std::string_view id) {
  return sql.one(DEVICE_COLUMNS "WHERE device_id = ?1", {id}, read_device);
}

std::vector<Device> devices_after(const Sql& sql, std::string_view after_id, int64_t limit) {
  return sql.all(DEVICE_COLUMNS "WHERE device_id > ?1 ORDER BY device_id LIMIT ?2", {after_id, limit}, read_device);
}

std::vector<Ref> extra_device_groups_of(const Sql& sql, Ref device) {
  return sql.all("SELECT group_id FROM {p}device_group_members WHERE device_id = ?1 ORDER BY group_id LIMIT 10000",
                 {device}, [](const Row& row) { return static_cast<Ref>(row.integer(0)); });
}

bool is_banned(const Sql& sql, std::string_view uuid, std::string_view pk) {
  return sql.number(
             "SELECT count(*) FROM {p}devices WHERE state = 3 AND ((length(uuid) > 0 AND uuid = ?1) "
             "OR (length(pk) > 0 AND pk = ?2))",
             {Blob{uuid}, Blob{pk}}) != 0;
}

bool is_shared(const Sql& sql, Ref device) {
  return sql.number("SELECT count(*) FROM {p}edges WHERE object_kind = 2 AND object_id = ?1", {device}) != 0;
}

Ref add_device(const Sql& sql, Device device, int64_t now, Touched& touched) {
  if (device.guid.empty()) device.guid = new_guid();
  const auto id = static_cast<Ref>(sql.number(
      "INSERT INTO {p}devices (guid, device_id, uuid, pk, state, owner_id, group_id, first_seen, last_signalling) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING id",
      {device.guid, device.device_id, Blob{device.uuid}, Blob{device.pk}, device.state, id_or_null(device.owner),
       id_or_null(device.group), now, device.last_signalling}));
  device.id = id;
  update_device(sql, device, touched);
  return id;
}

void update_device(const Sql& sql, const Device& device, Touched& touched) {
  const Reported& told = device.reported;
  sql.exec(
      "UPDATE {p}devices SET uuid = ?2, pk = ?3, state = ?4, owner_id = ?5, group_id = ?6, note = ?7, hostname = ?8, "
      "username = ?9, os = ?10, cpu = ?11, memory = ?12, version = ?13, ip = ?14, has_sysinfo = ?15, presets = ?16, "
      "override_name = ?17, override_username = ?18, by_owner = ?19, by_group = ?20, by_strategy = ?21, by_note = ?22, "
      "by_name = ?23, by_username = ?24, incoming_only = ?25, orphan = ?26 WHERE id = ?1",
      {device.id,
       Blob{device.uuid},
       Blob{device.pk},
       device.state,
       id_or_null(device.owner),
       id_or_null(device.group),
       device.note,
       told.hostname,
       told.username,
       told.os,
       told.cpu,
       told.memory,
       told.version,
       told.ip,
       device.has_sysinfo,
       device.presets,
       device.override_name,
       device.override_username,
       device.by.owner,
       device.by.group,
       device.by.strategy,
       device.by.note,
       device.by.name,
       device.by.username,
       device.incoming_only,
       device.orphan});
  touched.devices.insert(device.id);
}

void set_device_state(const Sql& sql, Ref device, DeviceState state, Touched& touched) {
  sql.exec("UPDATE {p}devices SET state = ?2 WHERE id = ?1", {device, state});
  touched.devices.insert(device);
}

void set_device_owner(const Sql& sql, Ref device, Ref owner, AssignedBy set_by, Touched& touched) {
  sql.exec(
      "UPDATE {p}devices SET owner_id = ?2, by_owner = ?3, orphan = CASE WHEN ?2 IS NULL THEN orphan ELSE 0 END "
      "WHERE id = ?1",
      {device, id_or_null(owner), set_by});
  touched.devices.insert(device);
}

void set_device_group(const Sql& sql, Ref device, Ref group, AssignedBy set_by, Touched& touched) {
  sql.exec(
      "UPDATE {p}devices SET group_id = ?2, by_group = ?3, orphan = CASE WHEN ?2 IS NULL THEN orphan ELSE 0 END "
      "WHERE id = ?1",
      {device, id_or_null(group), set_by});
  touched.devices.insert(device);
}

void set_device_strategy(const Sql& sql, Ref device, Ref strategy, AssignedBy set_by, Touched& touched) {
  sql.exec("DELETE FROM {p}strategy_assignments WHERE kind = 0 AND target_id = ?1", {device});
  if (strategy != kNoRef) {
    sql.exec("INSERT INTO {p}strategy_assignments (kind, target_id, strategy_id) VALUES (0, ?1, ?2)",
             {device, strategy});
  }
  sql.exec("UPDATE {p}devices SET by_strategy = ?2 WHERE id = ?1", {device, set_by});
  touched.devices.insert(device);
}

void release_login_owner(const Sql& sql, std::string_view device_id, Ref user, Touched& touched) {
  if (device_id.empty()) return;
  sql.exec(
      "UPDATE {p}devices SET owner_id = NULL, by_owner = 0 WHERE device_id = ?1 AND owner_id = ?2 AND by_owner = ?3 "
      "RETURNING id",
      {device_id, user, AssignedBy::kLogin},
      [&](const Row& row) { touched.devices.insert(static_cast<Ref>(row.integer(0))); });
}

void rename_device(const Sql& sql, Ref device, std::string_view new_id, int64_t reserved_until, Touched& touched) {
  const auto old = device_by_ref(sql, device);
  if (!old || old->device_id == new_id) return;
  sql.exec("UPDATE {p}devices SET device_id = ?2 WHERE id = ?1", {device, new_id});
  sql.exec("DELETE FROM {p}reserved_ids WHERE device_id = ?1", {new_id});
  sql.exec(
      "INSERT INTO {p}reserved_ids (device_id, uuid, until) VALUES (?1, ?2, ?3) "
      "ON CONFLICT (device_id) DO UPDATE SET uuid = excluded.uuid, until = excluded.until",
      {old->device_id, Blob{old->uuid}, reserved_until});
  // A book that has both ids keeps the entry of the new one.
  sql.exec(
      "UPDATE {p}entries SET peer_id = ?2 WHERE peer_id = ?1 AND deleted = 0 AND NOT EXISTS "
      "(SELECT 1 FROM {p}entries other WHERE other.book_id = {p}entries.book_id AND other.peer_id = ?2 "
      "AND other.deleted = 0) RETURNING book_id",
      {old->device_id, new_id}, [&](const Row& row) { touched.books.insert(static_cast<Ref>(row.integer(0))); });
  sql.exec(
      "UPDATE {p}sessions SET device_id = ?2 WHERE device_id = ?1 AND NOT EXISTS (SELECT 1 FROM {p}sessions other "
      "WHERE other.user_id = {p}sessions.user_id AND other.device_id = ?2 AND other.uuid = {p}sessions.uuid) "
      "RETURNING hash",
      {old->device_id, new_id}, [&](const Row& row) { touched.sessions.insert(row.text(0)); });
  touched.devices.insert(device);
  touched.renamed_devices.insert({old->device_id, std::string{new_id}});
}

void delete_device(const Sql& sql, Ref id, Touched& touched) {
  const auto device = device_by_ref(sql, id);
  if (!device) return;
  if (device->state != DeviceState::kDisabled) throw Refused{"A device must be disabled before it is deleted"};
  sql.exec("DELETE FROM {p}edges WHERE object_kind = 2 AND object_id = ?1", {id});
  sql.exec("DELETE FROM {p}strategy_assignments WHERE kind = 0 AND target_id = ?1", {id});
  sql.exec("DELETE FROM {p}devices WHERE id = ?1", {id});
  touched.devices.insert(id);
  touched.removed_devices.insert(device->device_id);
  touched.edges = true;
}

std::vector<std::string> purge_unseen_devices(const Sql& sql, int64_t before, int64_t most, Touched& touched) {
  const auto unseen = sql.all(
      "SELECT id, device_id FROM {p}devices WHERE last_signalling < ?1 AND last_heartbeat < ?1 AND first_seen < ?1 AND "
      "state <> ?2 ORDER BY id LIMIT ?3",
      {before, DeviceState::kBanned, most}, [](const Row& row) {
        return std::pair{static_cast<Ref>(row.integer(0)), std::string{row.text(1)}};
      });
  std::vector<std::string> ids;
  for (const auto& [ref, id] : unseen) {
    set_device_state(sql, ref, DeviceState::kDisabled, touched);
    delete_device(sql, ref, touched);
    ids.push_back(id);
  }
  return ids;
}

void release_devices_of(const Sql& sql, Ref owner, Touched& touched) {
  const auto devices = sql.all("UPDATE {p}devices SET owner_id = NULL, by_owner = 0 WHERE owner_id = ?1 RETURNING id",
                               {owner}, [](const Row& row) { return static_cast<Ref>(row.integer(0)); });
  for (const Ref device : devices) {
    if (!is_held(sql, device)) sql.exec("UPDATE {p}devices SET orphan = 1 WHERE id = ?1", {device});
    touched.devices.insert(device);
  }
}

}  // namespace junctor::accounts
