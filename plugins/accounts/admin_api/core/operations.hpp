// SPDX-License-Identifier: Apache-2.0
// What the console's audit writes down: of what kind (http-api.md 8.7, ours above 3), and which operation (there, ours
// above 22). The numbers are stored and never change. Constant data.
#pragma once

#include <cstdint>
#include <string_view>

namespace junctor::accounts::admin {

enum class Subject : uint8_t {
  kGroups = 0,
  kUsers = 1,
  kDevices = 2,
  kBooks = 3,
  kStrategies = 4,
  kRoles = 5,
  kTokens = 6,
  kSettings = 7,
  kSessions = 8,
};

enum class Operation : uint8_t {
  kLogin = 0,
  kAddGroup = 1,
  kAddUser = 2,
  kAddDevice = 3,
  kDeleteGroup = 4,
  kDisconnect = 5,
  kEnableUser = 6,
  kDisableUser = 7,
  kEnableDevice = 8,
  kDisableDevice = 9,
  kUpdateGroup = 10,
  kUpdateUser = 11,
  kUpdateDevice = 12,
  kDeleteUser = 13,
  kDeleteDevice = 14,
  kAddBook = 15,
  kDeleteBook = 16,
  kRenameBook = 17,
  kDeleteFromBin = 18,
  kEmptyBin = 19,
  kAddRule = 20,
  kDeleteRule = 21,
  kUpdateRule = 22,
  kAddEdge = 23,
  kUpdateEdge = 24,
  kDeleteEdge = 25,
  kApproveDevice = 26,
  kBanDevice = 27,
  kUnbanDevice = 28,
  kAddStrategy = 29,
  kUpdateStrategy = 30,
  kDeleteStrategy = 31,
  kAssignStrategy = 32,
  kAddRole = 33,
  kUpdateRole = 34,
  kDeleteRole = 35,
  kAssignRole = 36,
  kAddToken = 37,
  kUpdateToken = 38,
  kDeleteToken = 39,
  kUpdateSettings = 40,
  kForceLogout = 41,
  kSetPassword = 42,
  kResetFactors = 43,
  kEnforceFactor = 44,
  kInvite = 45,
  kRevokeInvitation = 46,
  kUpdateBook = 47,
  kChangeOwner = 48,
  kImportBook = 49,
  kRestoreBook = 50,
  kExportLog = 51,
  kLogout = 52,
  kUpdateNote = 53,
  kUpdateEntry = 54,
  kEnrolFactor = 55,
};

std::string_view word(Subject subject);
std::string_view word(Operation operation);
/// Of a stored number; "other" for what is none of ours.
std::string_view subject_word(int64_t number);
std::string_view operation_word(int64_t number);

}  // namespace junctor::accounts::admin
