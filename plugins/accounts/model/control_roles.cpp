// SPDX-License-Identifier: Apache-2.0
// Names and bits of control permissions. Any thread.
#include "accounts/model/control_roles.hpp"

namespace junctor::accounts {
namespace {

constexpr std::array<std::string_view, kControlPermissions> kNames = {
    "keyboard", "remote_printer", "clipboard", "file",        "audio",         "camera",      "terminal",
    "tunnel",   "restart",        "recording", "block_input", "remote_modify", "privacy_mode"};
constexpr std::array<std::string_view, 3> kTris = {"unset", "disable", "enable"};

unsigned shift(ControlPermission permission) { return 2 * static_cast<unsigned>(permission); }

}  // namespace

std::string_view name(ControlPermission permission) { return kNames[static_cast<size_t>(permission)]; }

std::optional<ControlPermission> control_permission(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<ControlPermission>(i);
  }
  return std::nullopt;
}

std::string_view name(Tri tri) { return kTris[static_cast<size_t>(tri)]; }

std::optional<Tri> tri(std::string_view name) {
  for (size_t i = 0; i < kTris.size(); ++i) {
    if (kTris[i] == name) return static_cast<Tri>(i);
  }
  return std::nullopt;
}

ControlPermissions ControlPermissions::from_bits(uint64_t bits) {
  ControlPermissions out;
  for (size_t i = 0; i < kControlPermissions; ++i) {
    const uint64_t value = bits >> (2 * i) & 3;
    if (value != 3) out.set(static_cast<ControlPermission>(i), static_cast<Tri>(value));
  }
  return out;
}

void ControlPermissions::set(ControlPermission permission, Tri tri) {
  bits_ &= ~(uint64_t{3} << shift(permission));
  bits_ |= static_cast<uint64_t>(tri) << shift(permission);
}

Tri ControlPermissions::get(ControlPermission permission) const {
  return static_cast<Tri>(bits_ >> shift(permission) & 3);
}

}  // namespace junctor::accounts
