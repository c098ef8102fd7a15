// SPDX-License-Identifier: Apache-2.0
// What `--assign` and presets ask for, and how it comes into a device's row (accounts.md 4, http-api.md 3.3, 3.6).
// Inside a transaction.
#pragma once

#include <optional>
#include <string>

#include "accounts/api/body.hpp"
#include "accounts/client_api/books.hpp"
#include "accounts/store/devices.hpp"

namespace junctor::accounts {

struct Wishes {
  std::optional<std::string> user, strategy, group, note, device_username, device_name;
  std::optional<std::string> book, tag, alias, password, book_note;

  bool any() const { return user || strategy || group || note || device_username || device_name || book; }
};
/// `prefix`: "" as --assign has them, "preset-" as sysinfo has them.
Wishes assign_wishes(const Body& body);
Wishes preset_wishes(const Body& body);
/// For the row, and back: what a device that waits wishes is shown to who approves.
std::string wishes_json(const Wishes& wishes);

/// By an administrator's hand: all of it, or Refused with what is unknown. `caller`: who must have rights on the book.
void assign_all(const Sql& sql, const Sealer& sealer, Ref caller, Device device, const Wishes& wishes, int64_t now,
                Touched& touched);
/// Only where presets may (assignment.hpp); what is unknown is passed over.
void apply_presets(const Sql& sql, const Sealer& sealer, Device device, const Wishes& wishes, Presets mode,
                   bool first_contact, int64_t now, Touched& touched);

}  // namespace junctor::accounts
