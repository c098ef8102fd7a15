// SPDX-License-Identifier: Apache-2.0
// Scopes of API tokens (accounts.md 9, 22): what a script may read or write. Values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace junctor::accounts {

enum class Resource : uint8_t {
  kUsers,
  kUserGroups,
  kDeviceGroups,
  kDevices,
  kAddressBooks,
  kStrategies,
  kAudit,
  kControlRoles,
  kAdminRoles,
  kCount,
};
inline constexpr size_t kResources = static_cast<size_t>(Resource::kCount);

/// As on the command line: "user-groups".
std::string_view name(Resource resource);
std::optional<Resource> resource(std::string_view name);

enum class Level : uint8_t { kNone = 0, kRead = 1, kReadWrite = 2 };

class Scopes {
 public:
  /// "all", or "devices:rw,users:r"; a name without level is refused, so is one that comes twice. nullopt with the
  /// reason in `why`.
  static std::optional<Scopes> parse(std::string_view text, std::string* why = nullptr);
  static Scopes all();

  void set(Resource resource, Level level) { levels_[static_cast<size_t>(resource)] = level; }
  Level level(Resource resource) const { return levels_[static_cast<size_t>(resource)]; }
  bool may_read(Resource resource) const { return level(resource) != Level::kNone; }
  bool may_write(Resource resource) const { return level(resource) == Level::kReadWrite; }
  /// As parse() takes it; empty where there is none.
  std::string text() const;
  bool operator==(const Scopes&) const = default;

 private:
  std::array<Level, kResources> levels_{};
};

}  // namespace junctor::accounts
