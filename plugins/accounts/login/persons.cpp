// SPDX-License-Identifier: Apache-2.0
#include "accounts/login/persons.hpp"

#include <junctor/sql_dialect.hpp>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>

#include "accounts/api/refused.hpp"
#include "accounts/store/names.hpp"
#include "accounts/store/user_groups.hpp"
#include "accounts/store/users.hpp"

namespace junctor::accounts {
namespace {

constexpr size_t kDisplayMax = 256;

/// "g7 r3 a"
struct Granted {
  std::set<Ref> groups, roles;
  bool admin = false;

  static Granted parse(const std::string& text) {
    Granted granted;
    std::istringstream words{text};
    for (std::string word; words >> word;) {
      const Ref ref = static_cast<Ref>(std::strtoul(word.c_str() + 1, nullptr, 10));
      if (word[0] == 'g') granted.groups.insert(ref);
      if (word[0] == 'r') granted.roles.insert(ref);
      if (word[0] == 'a') granted.admin = true;
    }
    return granted;
  }
  std::string text() const {
    std::string out;
    for (const Ref group : groups) out += "g" + std::to_string(group) + " ";
    for (const Ref role : roles) out += "r" + std::to_string(role) + " ";
    return admin ? out + "a" : out;
  }
};

bool is_text(const std::string& text, size_t most) { return text.size() <= most && is_sql_text(text); }

void check_shape(const LoginPerson& person) {
  const bool right = !person.issuer.empty() && !person.subject.empty() && is_text(person.issuer, kIssuerMax) &&
                     is_text(person.subject, kSubjectMax);
  if (!right) throw Refused{"The sign-on gave no identity that can be kept"};
}

std::string mail_of(const LoginPerson& person) {
  try {
    return is_text(person.email, kDisplayMax) ? clean_email(person.email) : std::string{};
  } catch (const Refused&) {
    return {};
  }
}

/// Whose mail address it is; kNoRef: nobody's, or there is none.
Ref owner_of(const Sql& sql, const std::string& email) {
  if (email.empty()) return kNoRef;
  return static_cast<Ref>(sql.number("SELECT id FROM {p}users WHERE email_key = ?1", {name_key(email)}));
}

const char* source_of(const ProviderInfo& provider) { return provider.checks_passwords ? "ldap" : "oidc"; }

User make_user(const Sql& sql, const ProviderInfo& provider, const LoginPerson& person, int64_t now, Touched& touched) {
  if (!is_text(person.name, kDisplayMax)) throw Refused{"The sign-on gave no name that can be used here"};
  if (auto there = user_by_name(sql, person.name)) {
    // An administrator has said that he is to come from there.
    if (there->source == source_of(provider) && identities_of_user(sql, there->id).empty()) return *there;
    throw Refused{"There is a user named " + person.name +
                  " already, who is not linked to this sign-on; please ask an administrator"};
  }
  if (!provider.creates) throw Refused{"You have no account here; please ask an administrator"};
  User user;
  user.name = person.name;
  if (is_text(person.display_name, kDisplayMax)) user.display_name = person.display_name;
  user.email = mail_of(person);
  user.email_verified = person.mail_verified && !user.email.empty();
  user.source = source_of(provider);
  return user_by_id(sql, add_user(sql, user, now, touched)).value();
}

/// Whom the provider's word is the source of: what it says of him is so here.
void take_profile(const Sql& sql, const LoginPerson& person, User* user, Touched& touched) {
  if (user->source == "local") return;
  const User before = *user;
  const std::string email = mail_of(person);
  if (!person.display_name.empty() && is_text(person.display_name, kDisplayMax)) {
    user->display_name = person.display_name;
  }
  const Ref owner = owner_of(sql, email);
  if (!email.empty() && (owner == kNoRef || owner == user->id)) {
    user->email = email;
    user->email_verified = person.mail_verified;
  }
  const bool same = before.display_name == user->display_name && before.email == user->email &&
                    before.email_verified == user->email_verified;
  if (!same) update_user(sql, *user, touched);
}

std::optional<Ref> admin_role(const Sql& sql, const std::string& name) {
  return sql.one("SELECT id FROM {p}admin_roles WHERE name_key = ?1", {name_key(name)},
                 [](const Row& row) { return static_cast<Ref>(row.integer(0)); });
}

void grant_groups(const Sql& sql, const User& user, const std::set<Ref>& wanted, Granted* granted) {
  const auto present = extra_groups_of(sql, user.id);
  for (const Ref group : granted->groups) {
    if (wanted.count(group) != 0) continue;
    sql.exec("DELETE FROM {p}user_group_members WHERE user_id = ?1 AND group_id = ?2", {user.id, group});
  }
  std::set<Ref> given;
  for (const Ref group : wanted) {
    const bool by_hand =
        std::find(present.begin(), present.end(), group) != present.end() && granted->groups.count(group) == 0;
    if (by_hand || group == user.group) continue;
    sql.exec("INSERT INTO {p}user_group_members (user_id, group_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
             {user.id, group});
    given.insert(group);
  }
  granted->groups = given;
}

void grant_roles(const Sql& sql, const User& user, const std::set<Ref>& wanted, Granted* granted) {
  for (const Ref role : granted->roles) {
    if (wanted.count(role) != 0) continue;
    sql.exec("DELETE FROM {p}user_admin_roles WHERE user_id = ?1 AND role_id = ?2", {user.id, role});
  }
  std::set<Ref> given;
  for (const Ref role : wanted) {
    const bool is_new =
        sql.exec("INSERT INTO {p}user_admin_roles (user_id, role_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                 {user.id, role}) != 0;
    if (is_new || granted->roles.count(role) != 0) given.insert(role);
  }
  granted->roles = given;
}

void grant_admin(const Sql& sql, bool wanted, User* user, Granted* granted, Touched& touched) {
  if (wanted && !user->is_admin) {
    user->is_admin = granted->admin = true;
    update_user(sql, *user, touched);
  } else if (!wanted && granted->admin && user->is_admin) {
    user->is_admin = granted->admin = false;
    try {
      update_user(sql, *user, touched);
    } catch (const Refused&) {  // the last one stays
      user->is_admin = granted->admin = true;
    }
  } else if (!user->is_admin) {
    granted->admin = false;  // taken by hand
  }
}

}  // namespace

std::vector<std::string> apply_rules(const Sql& sql, Link identity, User* user, const LoginPerson& person,
                                     Touched& touched) {
  std::vector<std::string> missing;
  if (!person.rules) {
    update_identity(sql, identity);
    return missing;
  }
  Granted granted = Granted::parse(identity.granted);
  std::set<Ref> extra, roles;
  Ref first = kNoRef;
  for (const std::string& name : person.groups) {
    const auto group = is_text(name, kDisplayMax) ? user_group_by_name(sql, name) : std::nullopt;
    if (!group) {
      missing.push_back("group " + name);
    } else if (first == kNoRef) {
      first = group->id;
    } else {
      extra.insert(group->id);
    }
  }
  for (const std::string& name : person.roles) {
    const auto role = is_text(name, kDisplayMax) ? admin_role(sql, name) : std::nullopt;
    if (role) {
      roles.insert(*role);
    } else {
      missing.push_back("role " + name);
    }
  }
  // A group that was set by hand stays.
  if (first != kNoRef && user->group == identity.group && first != user->group) {
    move_user(sql, user->id, first, touched);
    user->group = first;
  }
  if (first == user->group) identity.group = first;
  grant_groups(sql, *user, extra, &granted);
  grant_roles(sql, *user, roles, &granted);
  grant_admin(sql, person.admin, user, &granted, touched);
  identity.granted = granted.text();
  update_identity(sql, identity);
  touched.users.insert(user->id);
  return missing;
}

Entered enter(const Sql& sql, const ProviderInfo& provider, const LoginPerson& person, Ref link, int64_t now,
              Touched& touched) {
  check_shape(person);
  if (!person.refused.empty()) throw Refused{person.refused};
  if (person.disabled) throw Refused{"Account disabled"};
  Entered entered;
  auto identity = identity_of(sql, person.issuer, person.subject);
  if (identity && link != kNoRef && identity->user != link) throw Refused{"This sign-on is linked to another user"};
  if (!identity) {
    Link fresh;
    fresh.issuer = person.issuer;
    fresh.subject = person.subject;
    fresh.user = link;
    if (link == kNoRef && provider.links_mail && person.mail_verified) fresh.user = owner_of(sql, mail_of(person));
    if (fresh.user == kNoRef) {
      const User made = make_user(sql, provider, person, now, touched);
      fresh.user = made.id;
      if (made.created == now) fresh.group = made.group;
    }
    identity = add_identity(sql, fresh, now);
  }
  entered.user = user_by_id(sql, identity->user).value();
  if (!entered.user.enabled()) {
    throw Refused{entered.user.status == UserStatus::kUnverified ? "Account not verified" : "Account disabled"};
  }
  identity->last_used = now;
  take_profile(sql, person, &entered.user, touched);
  entered.missing = apply_rules(sql, *identity, &entered.user, person, touched);
  return entered;
}

}  // namespace junctor::accounts
