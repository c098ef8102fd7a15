// SPDX-License-Identifier: Apache-2.0
// Devices: {p}devices, their groups and strategy (accounts.md 1, 2, 4, 15). Inside a transaction.
#pragma once

#include <junctor/database.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/model/entities.hpp"
#include "accounts/store/touched.hpp"

namespace junctor::accounts {

std::optional<Device> device_by_ref(const Sql& sql, Ref id);
std::optional<Device> device_by_guid(const Sql& sql, std::string_view guid);
/// `id`: as it registers.
std::optional<Device> device_by_id(const Sql& sql, std::string_view id);
/// In the order of the ids.
std::vector<Device> devices_after(const Sql& sql, std::string_view after_id, int64_t limit);
std::vector<Ref> extra_device_groups_of(const Sql& sql, Ref device);
/// Of those with this uuid or key, is one banned?
bool is_banned(const Sql& sql, std::string_view uuid, std::string_view pk);
/// Does a share (an edge to the device itself) hold it?
bool is_shared(const Sql& sql, Ref device);

Ref add_device(const Sql& sql, Device device, int64_t now, Touched& touched);
/// All fields but guid, device_id, first_seen, and those that are flushed in batches (last_*).
void update_device(const Sql& sql, const Device& device, Touched& touched);
void set_device_state(const Sql& sql, Ref device, DeviceState state, Touched& touched);
void set_device_owner(const Sql& sql, Ref device, Ref owner, AssignedBy by, Touched& touched);
void set_device_group(const Sql& sql, Ref device, Ref group, AssignedBy by, Touched& touched);
/// kNoRef: takes the assignment away.
void set_device_strategy(const Sql& sql, Ref device, Ref strategy, AssignedBy by, Touched& touched);
/// The last log-in, log-out and revocation rule of accounts.md 4: takes back what a log-in of this user set.
void release_login_owner(const Sql& sql, std::string_view device_id, Ref user, Touched& touched);
/// Keeps the old id for the device until `reserved_until`; edges, books' entries and all else follow.
void rename_device(const Sql& sql, Ref device, std::string_view new_id, int64_t reserved_until, Touched& touched);
/// Row and assignments go, book entries stay; disabled first, throws Refused otherwise.
void delete_device(const Sql& sql, Ref device, Touched& touched);

/// Of those of which nothing was heard since `before`, in signalling or by heartbeats, `most` at once; their ids. Who
/// is banned stays, as the ban would go with him.
std::vector<std::string> purge_unseen_devices(const Sql& sql, int64_t before, int64_t most, Touched& touched);

/// A user is being deleted: his devices that nothing else holds become orphans.
void release_devices_of(const Sql& sql, Ref owner, Touched& touched);

}  // namespace junctor::accounts
