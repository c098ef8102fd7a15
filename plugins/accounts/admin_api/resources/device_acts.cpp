// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/resources/device_acts.hpp"

#include "accounts/admin_api/core/site.hpp"
#include "accounts/admin_api/resources/acts.hpp"
#include "accounts/store/devices.hpp"

namespace junctor::accounts::admin {
namespace {

/// The row that a guid of the body names; kNoRef for null.
Ref named(const Call& call, const Poco::JSON::Object& body, const std::string& field, std::string_view table,
          std::string_view what) {
  return body.isNull(field) ? kNoRef : row_in(call, table, what, field, body.getValue<std::string>(field));
}

void change_texts(Call& call, const FoundDevice& found, const Poco::JSON::Object& body) {
  Device device = *device_by_ref(call.sql, found.id);
  if (body.has("note")) device.note = text_in(body, "note"), device.by.note = AssignedBy::kAdmin;
  if (body.has("name")) device.override_name = text_in(body, "name"), device.by.name = AssignedBy::kAdmin;
  if (body.has("username"))
    device.override_username = text_in(body, "username"), device.by.username = AssignedBy::kAdmin;
  if (body.has("incoming_only")) device.incoming_only = body.getValue<bool>("incoming_only");
  if (body.has("orphan")) device.orphan = body.getValue<bool>("orphan");
  // What the device reports is no override, though a form sends it back.
  if (device.override_name == device.reported.hostname) device.override_name.clear();
  if (device.override_username == device.reported.username) device.override_username.clear();
  update_device(call.sql, device, call.touched);
}

}  // namespace

void change_device(Call& call, const FoundDevice& device, const Poco::JSON::Object& body) {
  change_texts(call, device, body);
  if (body.has("owner_guid")) {
    set_device_owner(call.sql, device.id, named(call, body, "owner_guid", "users", "user"), AssignedBy::kAdmin,
                     call.touched);
  }
  if (body.has("group_guid")) {
    move_device(call, device.id, named(call, body, "group_guid", "device_groups", "device group"));
  }
  if (body.has("strategy_guid")) {
    assign_strategy(call, StrategyTarget::kDevice, device.id,
                    named(call, body, "strategy_guid", "strategies", "strategy"));
  }
  if (!body.has("extra_group_guids")) return;
  call.sql.exec("DELETE FROM {p}device_group_members WHERE device_id = ?1", {device.id});
  for (const auto& one : *body.getArray("extra_group_guids")) {
    add_extra_device_group(
        call, device.id,
        row_in(call, "device_groups", "device group", "extra_group_guids", one.convert<std::string>()));
  }
  call.touched.devices.insert(device.id);
}

void enable_device(Call& call, const FoundDevice& device) {
  if (device.state == static_cast<int>(DeviceState::kBanned)) {
    refuse(409, "banned", "The device is banned: lift that first.");
  }
  set_state(
      call, device, DeviceState::kActive,
      device.state == static_cast<int>(DeviceState::kPending) ? Operation::kApproveDevice : Operation::kEnableDevice);
}

void set_state(Call& call, const FoundDevice& device, DeviceState state, Operation operation) {
  set_device_state(call.sql, device.id, state, call.touched);
  const bool closes = state == DeviceState::kDisabled || state == DeviceState::kBanned;
  if (closes && call.site.cut_running()) call.disconnects.push_back({device.device_id, {}});
  call.log(Subject::kDevices, operation, device.device_id);
}

void remove_device(Call& call, const FoundDevice& device) {
  delete_device(call.sql, device.id, call.touched);
  call.log(Subject::kDevices, Operation::kDeleteDevice, device.device_id);
}

}  // namespace junctor::accounts::admin
