// SPDX-License-Identifier: Apache-2.0
// login/1 from C++: persons as values, an answer that is given once, and what groups of elsewhere mean here. Any thread
// unless it says otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "result.hpp"
#include "service/login.h"

namespace junctor {

/// jct_login_person as a value.
struct LoginPerson {
  std::string issuer, subject, name, email, display_name;
  bool mail_verified = false;
  bool disabled = false;
  bool rules = false;  ///< groups, roles and admin are to be so
  bool admin = false;
  std::vector<std::string> groups, roles;
  std::string refused;

  static LoginPerson adopt(const jct_login_person& raw) {
    LoginPerson person;
    person.issuer = view(raw.issuer);
    person.subject = view(raw.subject);
    person.name = view(raw.name);
    person.email = view(raw.email);
    person.display_name = view(raw.display_name);
    person.mail_verified = (raw.flags & JCT_LOGIN_MAIL_VERIFIED) != 0;
    person.disabled = (raw.flags & JCT_LOGIN_DISABLED) != 0;
    person.rules = (raw.flags & JCT_LOGIN_RULES) != 0;
    person.admin = (raw.flags & JCT_LOGIN_ADMIN) != 0;
    for (uint64_t i = 0; i < raw.group_count; ++i) person.groups.emplace_back(view(raw.groups[i]));
    for (uint64_t i = 0; i < raw.role_count; ++i) person.roles.emplace_back(view(raw.roles[i]));
    person.refused = view(raw.refused);
    return person;
  }

  /// fn(const jct_login_person*), with views of this.
  template <class Fn>
  void with_raw(Fn&& fn) const {
    std::vector<jct_str> group_views, role_views;
    for (const std::string& group : groups) group_views.push_back(str(group));
    for (const std::string& role : roles) role_views.push_back(str(role));
    jct_login_person raw{};
    raw.size = sizeof raw;
    raw.flags = (mail_verified ? JCT_LOGIN_MAIL_VERIFIED : 0U) | (disabled ? JCT_LOGIN_DISABLED : 0U) |
                (rules ? JCT_LOGIN_RULES : 0U) | (admin ? JCT_LOGIN_ADMIN : 0U);
    raw.issuer = str(issuer);
    raw.subject = str(subject);
    raw.name = str(name);
    raw.email = str(email);
    raw.display_name = str(display_name);
    raw.groups = group_views.data();
    raw.group_count = group_views.size();
    raw.roles = role_views.data();
    raw.role_count = role_views.size();
    raw.refused = str(refused);
    fn(&raw);
  }
};

/// A provider's answer to check or finish. One that goes unanswered, as when the server stops, is JCT_E_CLOSED. [loop]
class LoginAsker {
 public:
  explicit LoginAsker(const jct_login_done& done) : done_{done} {}
  LoginAsker(LoginAsker&& other) noexcept : done_{std::exchange(other.done_, {})} {}
  LoginAsker& operator=(LoginAsker&&) = delete;
  ~LoginAsker() { fail(JCT_E_CLOSED, "the provider has stopped"); }

  void ok(const LoginPerson& person) {
    const jct_login_done done = std::exchange(done_, {});
    if (done.done == nullptr) return;
    person.with_raw([&](const jct_login_person* raw) { done.done(done.self, JCT_OK, raw, {}); });
  }
  void fail(jct_status status, std::string_view hint) {
    const jct_login_done done = std::exchange(done_, {});
    if (done.done != nullptr) done.done(done.self, status, nullptr, str(hint));
  }

 private:
  jct_login_done done_;
};

/// The same for begin.
class LoginBeginner {
 public:
  explicit LoginBeginner(const jct_login_begun& done) : done_{done} {}
  LoginBeginner(LoginBeginner&& other) noexcept : done_{std::exchange(other.done_, {})} {}
  LoginBeginner& operator=(LoginBeginner&&) = delete;
  ~LoginBeginner() { answer(JCT_E_CLOSED, {}, "the provider has stopped"); }

  void ok(std::string_view url) { answer(JCT_OK, url, {}); }
  void fail(jct_status status, std::string_view hint) { answer(status, {}, hint); }

 private:
  void answer(jct_status status, std::string_view url, std::string_view hint) {
    const jct_login_begun done = std::exchange(done_, {});
    if (done.done != nullptr) done.done(done.self, status, str(url), str(hint));
  }
  jct_login_begun done_;
};

/// The same for persons: rows, and an end.
class LoginRows {
 public:
  explicit LoginRows(const jct_login_rows& rows) : rows_{rows} {}
  LoginRows(LoginRows&& other) noexcept : rows_{std::exchange(other.rows_, {})} {}
  LoginRows& operator=(LoginRows&&) = delete;
  ~LoginRows() { end(JCT_E_CLOSED, "the provider has stopped"); }

  void row(const LoginPerson& person) const {
    if (rows_.row == nullptr) return;
    person.with_raw([&](const jct_login_person* raw) { rows_.row(rows_.self, raw); });
  }
  void end(jct_status status, std::string_view hint) {
    const jct_login_rows rows = std::exchange(rows_, {});
    if (rows.end != nullptr) rows.end(rows.self, status, str(hint));
  }

 private:
  jct_login_rows rows_;
};

/// What groups of a directory or of a claim mean here. A line of the map is "VALUE -> group NAME", "VALUE -> role
/// NAME", "VALUE -> administrator" or "VALUE -> deny"; values are compared without regard to case of ASCII letters. The
/// first group that fits, in the order of the lines, is the user's one group, the others are extra ones.
class LoginRules {
 public:
  enum class Unmapped : uint8_t { kKeep, kDefault, kDeny };
  struct Settings {
    std::vector<std::string> map;
    Unmapped unmapped = Unmapped::kKeep;  ///< whom no line gives a group
    std::string default_group;            ///< kDefault
    std::vector<std::string> required;    ///< one of these, or he may not in; empty: nothing is required
  };

  LoginRules() = default;
  /// Throws Error for a line that is none.
  explicit LoginRules(Settings settings) : settings_{std::move(settings)} {
    for (const std::string& text : settings_.map) lines_.push_back(parse(text));
    if (settings_.unmapped == Unmapped::kDefault && settings_.default_group.empty()) {
      throw Error{JCT_E_CONFIG, "unmapped: \"default\" needs default_group"};
    }
  }

  /// Sets what follows from `values`, all names by which his groups are known.
  void apply(const std::vector<std::string>& values, LoginPerson* person) const {
    if (!settings_.required.empty() && !any_of(settings_.required, values)) {
      person->refused = "Your account is in none of the groups that may log in here";
    }
    person->rules = !lines_.empty() || settings_.unmapped != Unmapped::kKeep;
    for (const Line& line : lines_) {
      if (!holds(values, line.value)) continue;
      if (line.act == Act::kDeny) person->refused = "Your account is in a group that may not log in here";
      if (line.act == Act::kAdministrator) person->admin = true;
      if (line.act == Act::kGroup) add(&person->groups, line.name);
      if (line.act == Act::kRole) add(&person->roles, line.name);
    }
    if (!person->groups.empty()) return;
    if (settings_.unmapped == Unmapped::kDefault) person->groups.push_back(settings_.default_group);
    const bool stranger = settings_.unmapped == Unmapped::kDeny && !person->admin && person->roles.empty();
    if (stranger && person->refused.empty()) person->refused = "None of your groups may log in here";
  }
  bool needs_values() const { return !lines_.empty() || !settings_.required.empty(); }

 private:
  enum class Act : uint8_t { kGroup, kRole, kAdministrator, kDeny };
  struct Line {
    std::string value;
    Act act = Act::kDeny;
    std::string name;
  };

  static Line parse(const std::string& text) {
    constexpr std::string_view kArrow = " -> ";
    const size_t at = text.rfind(kArrow);
    if (at != std::string::npos && at > 0) {
      const std::string to = text.substr(at + kArrow.size());
      Line line;
      line.value = lower(text.substr(0, at));
      if (to == "administrator") return {line.value, Act::kAdministrator, {}};
      if (to == "deny") return {line.value, Act::kDeny, {}};
      if (to.size() > 6 && to.compare(0, 6, "group ") == 0) return {line.value, Act::kGroup, to.substr(6)};
      if (to.size() > 5 && to.compare(0, 5, "role ") == 0) return {line.value, Act::kRole, to.substr(5)};
    }
    throw Error{JCT_E_CONFIG,
                "map: expected \"VALUE -> group NAME\", \"-> role NAME\", \"-> administrator\" or \"-> deny\", got \"" +
                    text + "\""};
  }
  static std::string lower(std::string text) {
    for (char& c : text) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
  }
  static bool holds(const std::vector<std::string>& values, const std::string& low) {
    for (const std::string& value : values) {
      if (lower(value) == low) return true;
    }
    return false;
  }
  static bool any_of(const std::vector<std::string>& wanted, const std::vector<std::string>& values) {
    for (const std::string& one : wanted) {
      if (holds(values, lower(one))) return true;
    }
    return false;
  }
  static void add(std::vector<std::string>* to, const std::string& name) {
    for (const std::string& there : *to) {
      if (there == name) return;
    }
    to->push_back(name);
  }

  Settings settings_;
  std::vector<Line> lines_;
};

}  // namespace junctor
