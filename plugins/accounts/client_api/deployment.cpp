// SPDX-License-Identifier: Apache-2.0
// Tokens have the rights of their owner at this moment, and no more. Inside a transaction.
#include "accounts/client_api/deployment.hpp"

#include "accounts/model/admission.hpp"
#include "accounts/store/admin_roles.hpp"
#include "accounts/store/users.hpp"

namespace junctor::accounts {
namespace {

/// With what his roles hold alive.
class Owner {
 public:
  Owner(const Sql& sql, const Caller& caller) : roles_{roles_of(sql, caller.user)} {
    for (const AdminRole& role : roles_) pointers_.push_back(&role);
    official_ = {caller.user, kNoRef, caller.administrator, pointers_};
  }
  Owner(const Owner&) = delete;
  Owner& operator=(const Owner&) = delete;
  const Official& official() const { return official_; }

 private:
  std::vector<AdminRole> roles_;
  std::vector<const AdminRole*> pointers_;
  Official official_;
};

[[noreturn]] void refuse_right(const Caller& caller, Permission permission) {
  throw Refused{"The token's owner " + caller.name + " may not do this: it takes " + std::string{name(permission)},
                403};
}

const Token* deploy_token(const Caller& caller) { return caller.deploys ? &*caller.deploys : nullptr; }

/// What a deploy token carries, by GUIDs; what has been deleted since is passed over.
struct Carried {
  Ref owner = kNoRef, group = kNoRef, strategy = kNoRef;
  std::string book;
  bool approved = false;
};

Carried carried_by(const Sql& sql, const Token& token) {
  Carried out;
  if (token.presets.empty()) return out;
  const Body body = Body::parse(token.presets);
  const auto ref = [&](const char* key, const char* table) {
    return static_cast<Ref>(
        sql.number(std::string{"SELECT id FROM {p}"} + table + " WHERE guid = ?1", {body.text(key, 64)}));
  };
  out.owner = ref("owner_guid", "users");
  out.group = ref("group_guid", "device_groups");
  out.strategy = ref("strategy_guid", "strategies");
  out.book = body.text("book_guid", 64);
  out.approved = body.flag("approved").value_or(false);
  return out;
}

bool is_free(AssignedBy by) { return by != AssignedBy::kAdmin; }

void give(const Sql& sql, const Sealer& sealer, const Caller& caller, Device device, const Carried& carried,
          int64_t now, Touched& touched) {
  if (carried.owner != kNoRef && is_free(device.by.owner)) {
    set_device_owner(sql, device.id, carried.owner, AssignedBy::kAdmin, touched);
  }
  if (carried.group != kNoRef && is_free(device.by.group)) {
    set_device_group(sql, device.id, carried.group, AssignedBy::kAdmin, touched);
  }
  if (carried.strategy != kNoRef && is_free(device.by.strategy)) {
    set_device_strategy(sql, device.id, carried.strategy, AssignedBy::kAdmin, touched);
  }
  const auto book = carried.book.empty() ? std::nullopt : book_by_guid(sql, carried.book);
  if (book && level_on(sql, *book, caller.user) >= BookLevel::kReadWrite &&
      !has_peer(sql, book->id, device.device_id)) {
    put_entry(sql, sealer, *book, device.device_id, {}, true, now, touched);
  }
}

/// Has somebody else the id, or had it lately?
bool is_taken(const Sql& sql, const std::optional<Device>& row, const Deployment& wanted, int64_t now) {
  if (row) return (!row->uuid.empty() && row->uuid != wanted.uuid) || row->state == DeviceState::kBanned;
  const auto foreign = [&](const Row& found) { return found.view(0) != wanted.uuid; };
  return sql.one("SELECT uuid FROM {p}reserved_ids WHERE device_id = ?1 AND until > ?2", {wanted.id, now}, foreign)
      .value_or(false);
}

void take_use(const Sql& sql, const Token& token) {
  if (token.uses_left < 0) return;
  const auto left =
      sql.one("UPDATE {p}tokens SET uses_left = uses_left - 1 WHERE id = ?1 AND uses_left > 0 RETURNING id", {token.id},
              [](const Row&) { return true; });
  if (!left) throw Refused{"This deploy token has been used up", 401};
}

}  // namespace

std::string_view deploy_device(const Sql& sql, const Sealer& sealer, const Caller& caller, const Deployment& wanted,
                               int64_t now, Touched& touched) {
  const Owner owner{sql, caller};
  if (!may(owner.official(), Permission::kDeployTokens)) refuse_right(caller, Permission::kDeployTokens);
  const Token* token = deploy_token(caller);
  const Carried carried = token ? carried_by(sql, *token) : Carried{};
  const bool approves = wanted.admission == Admission::kApprove && carried.approved;
  if (wanted.admission != Admission::kDeploy && !approves) return word(Deployed::kNotEnabled);
  auto row = device_by_id(sql, wanted.id);
  if (is_taken(sql, row, wanted, now)) return word(Deployed::kIdTaken);
  if (is_banned(sql, wanted.uuid, wanted.pk)) throw Refused{"This device is banned on this server"};
  if (row && row->uuid == wanted.uuid && row->pk == wanted.pk && row->state != DeviceState::kPending) {
    return word(Deployed::kOk);
  }
  if (token) take_use(sql, *token);
  if (!row) {
    Device fresh;
    fresh.device_id = wanted.id;
    row = device_by_ref(sql, add_device(sql, fresh, now, touched));
  }
  row->uuid = wanted.uuid;
  row->pk = wanted.pk;
  if (row->state == DeviceState::kPending) row->state = DeviceState::kActive;
  update_device(sql, *row, touched);
  give(sql, sealer, caller, *row, carried, now, touched);
  return word(Deployed::kOk);
}

void check_assigner(const Sql& sql, const Caller& caller, const Device& device, const Wishes& wishes) {
  const Owner owner{sql, caller};
  auto groups = extra_device_groups_of(sql, device.id);
  if (device.group != kNoRef) groups.push_back(device.group);
  const auto of = device.owner == kNoRef ? std::nullopt : user_by_id(sql, device.owner);
  const ManagedDevice managed{device.owner, of ? of->group : kNoRef, groups};
  const bool deploys = deploy_token(caller) != nullptr;
  const auto needs = [&](bool wished, Permission permission, AssignedBy by) {
    if (!wished) return;
    if (deploys && !is_free(by)) {
      throw Refused{"An administrator has assigned this already; a deploy token leaves it as it is", 403};
    }
    const Permission right = deploys ? Permission::kDeployTokens : permission;
    const bool has = deploys ? may(owner.official(), right) : may(owner.official(), right, managed);
    if (!has) refuse_right(caller, right);
  };
  needs(wishes.user.has_value(), Permission::kDevicesAssignUser, device.by.owner);
  needs(wishes.group.has_value(), Permission::kDevicesUpdateGroup, device.by.group);
  needs(wishes.strategy.has_value(), Permission::kDevicesUpdateStrategy, device.by.strategy);
  needs(wishes.note.has_value(), Permission::kDevicesEdit, device.by.note);
  needs(wishes.device_name.has_value(), Permission::kDevicesEdit, device.by.name);
  needs(wishes.device_username.has_value(), Permission::kDevicesEdit, device.by.username);
}

}  // namespace junctor::accounts
