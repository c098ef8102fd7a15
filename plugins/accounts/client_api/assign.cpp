// SPDX-License-Identifier: Apache-2.0
// Names become references, and references fields. Inside a transaction.
#include "accounts/client_api/assign.hpp"

#include "accounts/api/json_out.hpp"
#include "accounts/store/names.hpp"
#include "accounts/store/users.hpp"

namespace junctor::accounts {
namespace {

Wishes wishes_of(const Body& body, const char* const (&keys)[11]) {
  Wishes out;
  std::optional<std::string>* const fields[] = {
      &out.user, &out.strategy, &out.group, &out.note,     &out.device_username, &out.device_name,
      &out.book, &out.tag,      &out.alias, &out.password, &out.book_note};
  for (size_t i = 0; i < std::size(fields); ++i) *fields[i] = body.maybe_text(keys[i], 1024);
  return out;
}

std::optional<Ref> by_name(const Sql& sql, const char* table, const std::string& name) {
  return sql.one(std::string{"SELECT id FROM {p}"} + table + " WHERE name_key = ?1", {name_key(name)},
                 [](const Row& row) { return static_cast<Ref>(row.integer(0)); });
}

Ref user_named(const Sql& sql, const std::string& name) {
  const auto user = user_by_name(sql, name);
  if (!user) throw Refused{"There is no user \"" + name + "\""};
  return user->id;
}

Ref named(const Sql& sql, const char* table, const char* what, const std::string& name) {
  const auto found = by_name(sql, table, name);
  if (!found) throw Refused{std::string{"There is no "} + what + " \"" + name + "\""};
  return *found;
}

/// The shared book of this name, else the user's own where the name is that one's.
std::optional<Book> book_named(const Sql& sql, const std::string& name, Ref owner, int64_t now) {
  if (owner != kNoRef && name_key(name) == name_key("My address book")) return personal_book(sql, owner, now);
  return shared_book_by_name(sql, name);
}

void put_into(const Sql& sql, const Sealer& sealer, const Book& book, const Device& device, const Wishes& wishes,
              int64_t now, Touched& touched) {
  EntryChange change;
  change.alias = wishes.alias;
  change.note = wishes.book_note;
  if (!book.personal) change.password = wishes.password;
  if (wishes.tag && !wishes.tag->empty()) {
    auto tags = std::vector<std::string>{*wishes.tag};
    change.tags = std::move(tags);
  }
  put_entry(sql, sealer, book, device.device_id, change, true, now, touched);
}

}  // namespace

Wishes assign_wishes(const Body& body) {
  return wishes_of(body, {"user_name", "strategy_name", "device_group_name", "note", "device_username", "device_name",
                          "address_book_name", "address_book_tag", "address_book_alias", "address_book_password",
                          "address_book_note"});
}

/// A preset name or username of the device comes as hostname and username (http-api.md 3.3).
Wishes preset_wishes(const Body& body) {
  return wishes_of(body, {"preset-user-name", "preset-strategy-name", "preset-device-group-name", "preset-note", "", "",
                          "preset-address-book-name", "preset-address-book-tag", "preset-address-book-alias",
                          "preset-address-book-password", "preset-address-book-note"});
}

std::string wishes_json(const Wishes& wishes) {
  if (!wishes.any()) return "";
  JsonObject out;
  const auto put = [&](const char* key, const std::optional<std::string>& value) {
    if (value) out.put(key, *value);
  };
  put("preset-user-name", wishes.user);
  put("preset-strategy-name", wishes.strategy);
  put("preset-device-group-name", wishes.group);
  put("preset-note", wishes.note);
  put("preset-address-book-name", wishes.book);
  put("preset-address-book-tag", wishes.tag);
  put("preset-address-book-alias", wishes.alias);
  put("preset-address-book-note", wishes.book_note);
  return out.str();
}

void assign_all(const Sql& sql, const Sealer& sealer, Ref caller, Device device, const Wishes& wishes, int64_t now,
                Touched& touched) {
  if (wishes.user) {
    device.owner = wishes.user->empty() ? kNoRef : user_named(sql, *wishes.user);
    device.by.owner = AssignedBy::kAdmin;
    device.orphan &= device.owner == kNoRef;
  }
  if (wishes.group) {
    device.group = wishes.group->empty() ? kNoRef : named(sql, "device_groups", "device group", *wishes.group);
    device.by.group = AssignedBy::kAdmin;
    device.orphan &= device.group == kNoRef;
  }
  const auto text = [](std::string& field, AssignedBy& by, const std::optional<std::string>& wish) {
    if (!wish) return;
    field = *wish;
    by = AssignedBy::kAdmin;
  };
  text(device.note, device.by.note, wishes.note);
  text(device.override_name, device.by.name, wishes.device_name);
  text(device.override_username, device.by.username, wishes.device_username);
  update_device(sql, device, touched);
  if (wishes.strategy) {
    const Ref strategy = wishes.strategy->empty() ? kNoRef : named(sql, "strategies", "strategy", *wishes.strategy);
    set_device_strategy(sql, device.id, strategy, AssignedBy::kAdmin, touched);
  }
  if (!wishes.book) return;
  const auto book = book_named(sql, *wishes.book, caller, now);
  if (!book || level_on(sql, *book, caller) < BookLevel::kReadWrite) {
    throw Refused{"There is no address book \"" + *wishes.book + "\" that the token's owner may edit"};
  }
  put_into(sql, sealer, *book, device, wishes, now, touched);
}

void apply_presets(const Sql& sql, const Sealer& sealer, Device device, const Wishes& wishes, Presets mode,
                   bool first_contact, int64_t now, Touched& touched) {
  const auto applies = [&](const std::optional<std::string>& wish, bool empty, AssignedBy by) {
    return wish && !wish->empty() && preset_applies(mode, first_contact, empty, by, device.state);
  };
  bool changed = false;
  if (applies(wishes.user, device.owner == kNoRef, device.by.owner)) {
    if (const auto user = user_by_name(sql, *wishes.user)) {
      device.owner = user->id;
      device.by.owner = AssignedBy::kPreset;
      device.orphan = false;
      changed = true;
    }
  }
  if (applies(wishes.group, device.group == kNoRef, device.by.group)) {
    if (const auto group = by_name(sql, "device_groups", *wishes.group)) {
      device.group = *group;
      device.by.group = AssignedBy::kPreset;
      device.orphan = false;
      changed = true;
    }
  }
  if (applies(wishes.note, device.note.empty(), device.by.note)) {
    device.note = *wishes.note;
    device.by.note = AssignedBy::kPreset;
    changed = true;
  }
  if (changed) update_device(sql, device, touched);
  if (applies(wishes.strategy, device.by.strategy == AssignedBy::kNobody, device.by.strategy)) {
    if (const auto strategy = by_name(sql, "strategies", *wishes.strategy)) {
      set_device_strategy(sql, device.id, *strategy, AssignedBy::kPreset, touched);
    }
  }
  if (!wishes.book || wishes.book->empty() || device.state == DeviceState::kPending || mode == Presets::kOff) return;
  const auto book = shared_book_by_name(sql, *wishes.book);
  // An unproven device must not make a book let people in (accounts.md 3.1 h: only administrators add there).
  if (book && !book->grants_access && !has_peer(sql, book->id, device.device_id)) {
    put_into(sql, sealer, *book, device, wishes, now, touched);
  }
}

}  // namespace junctor::accounts
