// SPDX-License-Identifier: Apache-2.0
// Control roles: what a controller may do on the device that it controls (accounts.md 7, http-api.md 7.4). Values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace junctor::accounts {

/// In the order of the wire: permission p has the bits 2p and 2p + 1.
enum class ControlPermission : uint8_t {
  kKeyboard,
  kRemotePrinter,
  kClipboard,
  kFile,
  kAudio,
  kCamera,
  kTerminal,
  kTunnel,
  kRestart,
  kRecording,
  kBlockInput,
  kRemoteModify,
  kPrivacyMode,
  kCount,
};
inline constexpr size_t kControlPermissions = static_cast<size_t>(ControlPermission::kCount);

/// The names of http-api.md 7.4, as the API and commands take them.
std::string_view name(ControlPermission permission);
std::optional<ControlPermission> control_permission(std::string_view name);

/// Unset leaves it to B's own setting; the others beat it, both ways. Numbers as on the wire.
enum class Tri : uint8_t { kUnset = 0, kDisable = 1, kEnable = 2 };
std::string_view name(Tri tri);
std::optional<Tri> tri(std::string_view name);

class ControlPermissions {
 public:
  ControlPermissions() = default;
  /// Bits of permissions that there are not are dropped, and 3 reads as unset.
  static ControlPermissions from_bits(uint64_t bits);

  void set(ControlPermission permission, Tri tri);
  Tri get(ControlPermission permission) const;
  uint64_t bits() const { return bits_; }
  bool operator==(const ControlPermissions&) const = default;

 private:
  uint64_t bits_ = 0;
};

struct ControlRole {
  bool enabled = false;
  ControlPermissions permissions;
};

/// What goes with the push to B: nothing where no role applies. `own` is the user's role, nullptr where he has none; a
/// disabled one counts as none, and `fallback` (Default) is not taken in its place.
inline std::optional<uint64_t> applied_permissions(bool logged_in, const ControlRole* own, const ControlRole& fallback,
                                                   const ControlRole& not_logged) {
  const ControlRole& role = !logged_in ? not_logged : own ? *own : fallback;
  return role.enabled ? std::optional{role.permissions.bits()} : std::nullopt;
}

}  // namespace junctor::accounts
