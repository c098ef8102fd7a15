// SPDX-License-Identifier: Apache-2.0
// The bits of control permissions, and which role applies (accounts.md 7).
#include "accounts/model/control_roles.hpp"

#include <doctest/doctest.h>

namespace junctor::accounts {
namespace {

TEST_CASE("file and clipboard off, terminal on are the bits of http-api.md 7.4") {
  ControlPermissions permissions;
  permissions.set(ControlPermission::kFile, Tri::kDisable);
  permissions.set(ControlPermission::kClipboard, Tri::kDisable);
  permissions.set(ControlPermission::kTerminal, Tri::kEnable);
  CHECK(permissions.bits() == 0x2050);
  CHECK(ControlPermissions::from_bits(0x2050) == permissions);
  permissions.set(ControlPermission::kTerminal, Tri::kUnset);
  CHECK(permissions.bits() == 0x50);
}

TEST_CASE("each permission has its number, its name, and keeps to its two bits") {
  for (size_t i = 0; i < kControlPermissions; ++i) {
    const auto permission = static_cast<ControlPermission>(i);
    CHECK(control_permission(name(permission)) == permission);
    for (const Tri value : {Tri::kUnset, Tri::kDisable, Tri::kEnable}) {
      CHECK(tri(name(value)) == value);
      ControlPermissions all = ControlPermissions::from_bits(0x2AAAAAA);
      all.set(permission, value);
      CHECK(all.get(permission) == value);
      for (size_t other = 0; other < kControlPermissions; ++other) {
        if (other != i) CHECK(all.get(static_cast<ControlPermission>(other)) == Tri::kEnable);
      }
    }
  }
  CHECK(static_cast<int>(ControlPermission::kPrivacyMode) == 12);
  CHECK_FALSE(control_permission("Keyboard"));
  CHECK_FALSE(tri(""));
}

TEST_CASE("strange bits read as unset") {
  CHECK(ControlPermissions::from_bits(~uint64_t{0}).bits() == 0);
  CHECK(ControlPermissions::from_bits(uint64_t{1} << 26).bits() == 0);
}

TEST_CASE("which role applies: the table of accounts.md 7") {
  const ControlRole on{true, ControlPermissions::from_bits(1)}, off{false, ControlPermissions::from_bits(1)};
  const ControlRole fallback{true, ControlPermissions::from_bits(2)},
      not_logged{true, ControlPermissions::from_bits(4)};
  CHECK(applied_permissions(false, nullptr, fallback, not_logged) == 4);
  CHECK(applied_permissions(false, nullptr, fallback, off) == std::nullopt);
  CHECK(applied_permissions(true, &on, fallback, not_logged) == 1);
  CHECK(applied_permissions(true, &off, fallback, not_logged) == std::nullopt);
  CHECK(applied_permissions(true, nullptr, fallback, not_logged) == 2);
  CHECK(applied_permissions(true, nullptr, off, not_logged) == std::nullopt);
}

}  // namespace
}  // namespace junctor::accounts
