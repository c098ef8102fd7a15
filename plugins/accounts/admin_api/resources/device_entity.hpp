// SPDX-License-Identifier: Apache-2.0
// A device as the API shows it. Lives on threads of the database.
#pragma once

#include "accounts/admin_api/core/lookup.hpp"

namespace junctor::accounts::admin {

struct DeviceRow {
  Ref id = kNoRef;
  std::string device_id;
  std::string name;
  Entity entity;
};

/// The statement's parts: "SELECT sort, id, kDeviceColumns FROM kDeviceFrom".
extern const char* const kDeviceColumns;
extern const char* const kDeviceFrom;
extern const DeviceColumns kDeviceRightColumns;

/// Last online: the later of both marks, in SQL.
inline constexpr std::string_view kLastOnline =
    "CASE WHEN d.last_signalling > d.last_heartbeat THEN d.last_signalling ELSE d.last_heartbeat END";

/// What the caller may see, by the query's filters.
void choose_devices(const Call& call, Listing& listing);

DeviceRow device_row(const Row& row, size_t at, const Call& call);
/// What rows() could not read: lists.
void add_device_lists(const Call& call, std::vector<DeviceRow>& rows);
Entity device_entity(const Call& call, Ref id);

/// The schema EffectiveStrategy, of "SELECT <effective columns>": see kDeviceColumns.
std::string effective_json(const Row& row, size_t at);
extern const char* const kEffectiveColumns;
extern const char* const kEffectiveJoins;

}  // namespace junctor::accounts::admin
