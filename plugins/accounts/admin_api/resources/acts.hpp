// SPDX-License-Identifier: Apache-2.0
// What several calls do to the model: moves, deletes and what follows from them (accounts.md 2). Each notes what it
// touched; rights have been checked. Lives on threads of the database.
#pragma once

#include "accounts/admin_api/core/lookup.hpp"
#include "accounts/model/entities.hpp"

namespace junctor::accounts::admin {

void add_extra_user_group(Call& call, const FoundUser& user, Ref group);
void remove_extra_user_group(Call& call, const FoundUser& user, Ref group);

void move_device(Call& call, Ref device, Ref group);
void add_extra_device_group(Call& call, Ref device, Ref group);
void remove_extra_device_group(Call& call, Ref device, Ref group);
void delete_device_group(Call& call, Ref group);

/// Those of `devices` that are without owner, group and share now become orphans: else a delete would open them.
void orphan_the_unheld(Call& call, const std::vector<Ref>& devices);

/// `kind`: StrategyTarget; `strategy` kNoRef: takes the assignment away.
void assign_strategy(Call& call, StrategyTarget kind, Ref target, Ref strategy);

/// Not Default: 409. Its assignments go, and devices are released.
void delete_strategy(Call& call, Ref strategy);
/// Not the built-in ones: 409. Its users fall to Default.
void delete_control_role(Call& call, Ref role);

}  // namespace junctor::accounts::admin
