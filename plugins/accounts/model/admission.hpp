// SPDX-License-Identifier: Apache-2.0
// What becomes of a device that registers, and of its id (accounts.md 15). Values.
#pragma once

#include <cstdint>
#include <string_view>

#include "accounts/model/access.hpp"

namespace junctor::accounts {

/// What is stored of the id that registers.
struct Registered {
  bool known = false;
  DeviceState state = DeviceState::kActive;
  bool same_uuid = true;  ///< true where none is stored yet
};

/// kUuidMismatch is shown to the administrator as a conflict; nothing is stored of it.
enum class Admitted : uint8_t { kKeep, kCreateActive, kCreatePending, kNotDeployed, kUuidMismatch, kBanned };

/// `banned`: the uuid or key is banned under whatever id. A pending or disabled device registers and is shown.
inline Admitted admit(Admission admission, const Registered& device, bool banned) {
  if (banned || (device.known && device.state == DeviceState::kBanned)) return Admitted::kBanned;
  if (device.known) return device.same_uuid ? Admitted::kKeep : Admitted::kUuidMismatch;
  switch (admission) {
    case Admission::kOpen:
      return Admitted::kCreateActive;
    case Admission::kApprove:
      return Admitted::kCreatePending;
    case Admission::kDeploy:
      break;
  }
  return Admitted::kNotDeployed;
}

/// The reason words of REGISTER (service/auth.h); empty where the device may register.
inline std::string_view word(Admitted admitted) {
  switch (admitted) {
    case Admitted::kNotDeployed:
      return "not_deployed";
    case Admitted::kUuidMismatch:
      return "uuid_mismatch";
    case Admitted::kBanned:
      return "device_banned";
    default:
      return "";
  }
}

/// What an administrator asks for; the answer is the state after it, or the same where it does not apply.
enum class DeviceAct : uint8_t { kApprove, kEnable, kDisable, kBan, kUnban };

/// Enabling a pending device approves it; a ban is lifted by unban alone.
inline DeviceState after(DeviceState state, DeviceAct act) {
  const bool banned = state == DeviceState::kBanned;
  switch (act) {
    case DeviceAct::kApprove:
      return state == DeviceState::kPending ? DeviceState::kActive : state;
    case DeviceAct::kEnable:
      return banned ? state : DeviceState::kActive;
    case DeviceAct::kDisable:
      return banned ? state : DeviceState::kDisabled;
    case DeviceAct::kBan:
      return DeviceState::kBanned;
    case DeviceAct::kUnban:
      return banned ? DeviceState::kActive : state;
  }
  return state;
}

/// What POST /api/devices/deploy answers (http-api.md 3.5), before anything is stored.
enum class Deployed : uint8_t { kOk, kNotEnabled, kIdTaken };

/// A pending device that is deployed becomes active. `id`: what is stored of the id asked for.
inline Deployed deploy(Admission admission, const Registered& id) {
  if (admission != Admission::kDeploy) return Deployed::kNotEnabled;
  return id.known && (!id.same_uuid || id.state == DeviceState::kBanned) ? Deployed::kIdTaken : Deployed::kOk;
}

inline std::string_view word(Deployed deployed) {
  constexpr std::string_view kWords[] = {"OK", "NOT_ENABLED", "ID_TAKEN"};
  return kWords[static_cast<size_t>(deployed)];
}

}  // namespace junctor::accounts
