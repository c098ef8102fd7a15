// SPDX-License-Identifier: Apache-2.0
// What a transaction has changed, for what of the model is kept in memory: whoever writes notes it here, and it is read
// anew before the transaction ends. Values.
#pragma once

#include <set>
#include <string>

#include "accounts/model/ref.hpp"

namespace junctor::accounts {

/// A row that is gone is noted like one that has changed.
struct Touched {
  std::set<Ref> users;  ///< with their groups, roles and strategy; their sessions are noted for themselves
  std::set<Ref> user_groups;
  std::set<Ref> devices;  ///< with their groups and strategy
  std::set<Ref> device_groups;
  std::set<Ref> control_roles;
  std::set<Ref> strategies;
  std::set<Ref> books;  ///< with their entries and rules
  bool edges = false;
  bool settings = false;
  std::set<std::string> sessions;         ///< hashes
  std::set<std::string> removed_devices;  ///< ids as they register: what is stored of the peer goes too
  std::set<std::pair<std::string, std::string>> renamed_devices;  ///< from, to

  bool empty() const {
    return users.empty() && user_groups.empty() && devices.empty() && device_groups.empty() && control_roles.empty() &&
           strategies.empty() && books.empty() && !edges && !settings && sessions.empty() && removed_devices.empty() &&
           renamed_devices.empty();
  }
};

}  // namespace junctor::accounts
