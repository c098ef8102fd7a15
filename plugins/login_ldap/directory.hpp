// SPDX-License-Identifier: Apache-2.0
// People of a directory: who has this name and password, what groups he is in, who is still there (accounts.md 14).
// Blocks. Any thread.
#pragma once

#include <junctor/login.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connection.hpp"

namespace junctor::login_ldap {

enum class Groups : uint8_t { kNone, kMemberOf, kSearch, kChain };

struct DirectorySettings {
  ServerSettings server;
  std::string issuer;  ///< of the persons: "ldap:NAME"
  std::string base;
  Connection::Scope scope = Connection::Scope::kSub;
  std::string filter;
  std::vector<std::string> user_attributes{"uid"};  ///< what people log in with; the first is the user's name
  std::string id_attribute = "entryUUID", mail_attribute = "mail", display_attribute = "cn";
  Groups groups = Groups::kSearch;
  std::string group_base, group_filter, group_attribute = "cn", member_attribute = "member";
  LoginRules rules;
};

class Directory {
 public:
  explicit Directory(DirectorySettings settings);

  enum class Verdict : uint8_t { kRight, kWrong, kUnknown };
  struct Found {
    Verdict verdict = Verdict::kUnknown;
    LoginPerson person{};                    ///< kRight
    std::string dn{}, hint{};                ///< for the log
    std::vector<std::string> group_names{};  ///< all by which his groups are known
  };
  /// Throws Unavailable. An empty password is wrong whatever the directory says.
  Found check(const std::string& name, const std::string& password) const;
  /// The same without a password: what a log-in would find.
  Found look_up(const std::string& name) const;
  /// Those of `subjects` that are there. Throws Unavailable where not all could be looked for.
  std::vector<LoginPerson> persons(const std::vector<std::string>& subjects) const;

  const DirectorySettings& settings() const { return settings_; }

 private:
  /// fn(Connection&) with the first server that answers; the one that did is asked first next time.
  template <class Fn>
  auto with_server(Clock::time_point end, Fn&& fn) const;
  std::optional<Entry> find(Connection& connection, const std::string& name, Found* found) const;
  LoginPerson person_of(Connection& connection, const Entry& entry, std::vector<std::string>* group_names) const;
  std::vector<std::string> groups_of(Connection& connection, const Entry& entry) const;
  std::vector<std::string> walk_groups(Connection& connection, const Entry& entry) const;
  std::vector<std::string> attributes() const;
  std::string subject_of(const Entry& entry) const;
  std::string subject_filter(const std::string& subject) const;
  bool has_binary_id() const;

  const DirectorySettings settings_;
  mutable std::atomic<size_t> first_{0};
};

}  // namespace junctor::login_ldap
