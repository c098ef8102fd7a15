// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/core/operations.hpp"

#include <array>

namespace junctor::accounts::admin {
namespace {

constexpr std::array<std::string_view, 9> kSubjects = {"groups", "users",  "devices",  "address_books", "strategies",
                                                       "roles",  "tokens", "settings", "sessions"};

constexpr std::array<std::string_view, 56> kOperations = {"login",
                                                          "add_group",
                                                          "add_user",
                                                          "add_device",
                                                          "delete_group",
                                                          "disconnect_device",
                                                          "enable_user",
                                                          "disable_user",
                                                          "enable_device",
                                                          "disable_device",
                                                          "update_group",
                                                          "update_user",
                                                          "update_device",
                                                          "delete_user",
                                                          "delete_device",
                                                          "add_book",
                                                          "delete_book",
                                                          "rename_book",
                                                          "delete_from_bin",
                                                          "empty_bin",
                                                          "add_rule",
                                                          "delete_rule",
                                                          "update_rule",
                                                          "add_edge",
                                                          "update_edge",
                                                          "delete_edge",
                                                          "approve_device",
                                                          "ban_device",
                                                          "unban_device",
                                                          "add_strategy",
                                                          "update_strategy",
                                                          "delete_strategy",
                                                          "assign_strategy",
                                                          "add_role",
                                                          "update_role",
                                                          "delete_role",
                                                          "assign_role",
                                                          "add_token",
                                                          "update_token",
                                                          "delete_token",
                                                          "update_settings",
                                                          "force_logout",
                                                          "set_password",
                                                          "reset_factors",
                                                          "enforce_factor",
                                                          "invite",
                                                          "revoke_invitation",
                                                          "update_book",
                                                          "change_owner",
                                                          "import_book",
                                                          "restore_book",
                                                          "export_log",
                                                          "logout",
                                                          "update_note",
                                                          "update_entry",
                                                          "enrol_factor"};

template <size_t N>
std::string_view at(const std::array<std::string_view, N>& words, int64_t number) {
  return number >= 0 && number < static_cast<int64_t>(N) ? words[static_cast<size_t>(number)] : "other";
}

}  // namespace

std::string_view word(Subject subject) { return subject_word(static_cast<int64_t>(subject)); }
std::string_view word(Operation operation) { return operation_word(static_cast<int64_t>(operation)); }
std::string_view subject_word(int64_t number) { return at(kSubjects, number); }
std::string_view operation_word(int64_t number) { return at(kOperations, number); }

}  // namespace junctor::accounts::admin
