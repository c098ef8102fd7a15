// SPDX-License-Identifier: Apache-2.0
// Finding what a call names by its guid, with what rights are decided by. Lives on a thread of the database.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/admin_api/core/call.hpp"

namespace junctor::accounts::admin {

/// A user as somebody acted upon.
struct FoundUser {
  Ref id = kNoRef;
  std::string guid;
  std::string name;
  Ref group = kNoRef;
  bool administrator = false;
  int status = 1;
  std::vector<AdminRole> roles;
  std::vector<const AdminRole*> role_pointers;

  Official official() const { return {id, group, administrator, role_pointers}; }
};

struct FoundDevice {
  Ref id = kNoRef;
  std::string guid;
  std::string device_id;
  Ref owner = kNoRef;
  Ref owner_group = kNoRef;
  Ref group = kNoRef;
  std::vector<Ref> groups;  // the group and the extra ones
  int state = 1;

  ManagedDevice managed() const { return {owner, owner_group, groups}; }
};

/// Nothing where there is none.
std::optional<FoundUser> find_user(const Sql& sql, std::string_view guid);
std::optional<FoundDevice> find_device(const Sql& sql, std::string_view guid);

/// Throw Refused 404, for what there is not as for what the caller may not see.
FoundUser user_of(const Call& call, std::string_view guid);
FoundDevice device_of(const Call& call, std::string_view guid);

/// The row of {p}`table` with this guid. Throws Refused 404.
Ref row_of(const Call& call, std::string_view table, std::string_view what, std::string_view guid);
/// The same for a guid in the body's field: 422.
Ref row_in(const Call& call, std::string_view table, std::string_view what, const std::string& field,
           std::string_view guid);
/// Lists of {"guid","name"} by whose they are. `statement` gives (whose, guid, name), with "(?)" for the numbers.
class RefLists {
 public:
  RefLists(const Sql& sql, std::string_view statement, const std::vector<Ref>& whose);
  /// A JSON array.
  std::string of(Ref ref) const;

 private:
  std::map<Ref, std::vector<std::string>> lists_;
};

/// {"guid","name"} of a row; "null" for none.
std::string ref_json(const Sql& sql, std::string_view table, Ref id);

/// A bulk's answer, in which each failure is one of its own.
class Bulk {
 public:
  /// Does it, or notes why not: what Refused says. What the database refuses ends the whole call.
  template <class Fn>
  void each(const std::vector<std::string>& ids, Fn&& fn) {
    for (const std::string& id : ids) {
      try {
        fn(id);
        ++done_;
      } catch (const Refused& refused) {
        fail(id, refused.problem);
      }
    }
  }
  Reply reply() const;

 private:
  void fail(const std::string& id, const Problem& problem);
  int64_t done_ = 0;
  std::vector<std::string> failed_;
};

}  // namespace junctor::accounts::admin
