// SPDX-License-Identifier: Apache-2.0
// Searches as accounts.md 14 has them: bind, search for exactly one, bind as it.
#include "directory.hpp"

#include <ldap.h>

#include <algorithm>
#include <set>

#include "filter.hpp"

namespace junctor::login_ldap {
namespace {

constexpr size_t kGroupsMost = 1000;
constexpr size_t kDepthMost = 32;
constexpr size_t kMembersAtOnce = 20;
constexpr size_t kSubjectsAtOnce = 50;
constexpr int kAccountDisabled = 2;  // of userAccountControl
constexpr const char* kControl = "userAccountControl";
constexpr const char* kChainRule = ":1.2.840.113556.1.4.1941:";

std::string hex(const std::string& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::string from_hex(const std::string& text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    out += static_cast<char>(digit(text[i]) << 4 | digit(text[i + 1]));
  }
  return out;
}

/// "admins" of "cn=admins,ou=groups,dc=example,dc=org"; "" of what is no DN.
std::string first_name_in(const std::string& dn) {
  LDAPDN parts = nullptr;
  if (ldap_str2dn(dn.c_str(), &parts, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS || parts == nullptr) return {};
  std::string name;
  if (parts[0] != nullptr && parts[0][0] != nullptr) {
    const berval& value = parts[0][0]->la_value;
    name.assign(value.bv_val, value.bv_len);
  }
  ldap_dnfree(parts);
  return name;
}

bool is_disabled(const Entry& entry) {
  const std::string control = entry.first(kControl);
  return !control.empty() && (std::strtol(control.c_str(), nullptr, 10) & kAccountDisabled) != 0;
}

}  // namespace

Directory::Directory(DirectorySettings settings) : settings_{std::move(settings)} {}

template <class Fn>
auto Directory::with_server(Clock::time_point end, Fn&& fn) const {
  const auto& urls = settings_.server.urls;
  std::string why;
  const size_t from = first_;
  for (size_t i = 0; i < urls.size(); ++i) {
    const size_t at = (from + i) % urls.size();
    std::optional<Connection> connection;
    try {
      connection.emplace(settings_.server, urls[at], end);
      if (!connection->bind(settings_.server.bind_dn, settings_.server.bind_password)) {
        throw Unavailable{urls[at] + ": bind_dn or bind_password is wrong"};
      }
    } catch (const Unavailable& failed) {
      why += (why.empty() ? "" : "; ") + std::string{failed.what()};
      continue;
    }
    first_ = at;
    return fn(*connection);
  }
  throw Unavailable{why};
}

Directory::Found Directory::check(const std::string& name, const std::string& password) const {
  // Twice a step: the client waits for 12 s.
  const auto end = Clock::now() + 2 * settings_.server.timeout;
  const bool cannot_be = password.empty() || password.find('\0') != std::string::npos;
  if (cannot_be) return {Verdict::kWrong, {}, {}, "an empty password", {}};
  return with_server(end, [&](Connection& connection) {
    Found found;
    const auto entry = find(connection, name, &found);
    if (!entry) return found;
    found.person = person_of(connection, *entry, &found.group_names);
    found.verdict = connection.bind(entry->dn, password) ? Verdict::kRight : Verdict::kWrong;
    return found;
  });
}

Directory::Found Directory::look_up(const std::string& name) const {
  const auto end = Clock::now() + 2 * settings_.server.timeout;
  return with_server(end, [&](Connection& connection) {
    Found found;
    const auto entry = find(connection, name, &found);
    if (!entry) return found;
    found.person = person_of(connection, *entry, &found.group_names);
    found.verdict = Verdict::kRight;
    return found;
  });
}

std::optional<Entry> Directory::find(Connection& connection, const std::string& name, Found* found) const {
  if (name.empty() || name.find('\0') != std::string::npos) return std::nullopt;
  std::vector<std::string> names;
  for (const std::string& attribute : settings_.user_attributes) names.push_back(equals(attribute, name));
  auto entries =
      connection.search({settings_.base, settings_.scope, all_of({settings_.filter, any_of(names)}), attributes(), 1});
  if (entries.size() == 1 && !subject_of(entries[0]).empty()) {
    found->dn = entries[0].dn;
    return std::move(entries[0]);
  }
  if (entries.size() == 1) {
    found->hint = entries[0].dn + " has no " + settings_.id_attribute + "; look at id_attribute";
  } else if (entries.size() > 1) {
    found->verdict = Verdict::kWrong;
    found->hint = "several entries fit, " + entries[0].dn + " and " + entries[1].dn + "; look at base and filter";
  }
  return std::nullopt;
}

std::vector<std::string> Directory::attributes() const {
  std::vector<std::string> names = settings_.user_attributes;
  for (const std::string& one : {settings_.id_attribute, settings_.mail_attribute, settings_.display_attribute}) {
    if (!one.empty()) names.push_back(one);
  }
  names.emplace_back(kControl);
  if (settings_.groups == Groups::kMemberOf) names.emplace_back("memberOf");
  return names;
}

bool Directory::has_binary_id() const { return lower(settings_.id_attribute) == "objectguid"; }

std::string Directory::subject_of(const Entry& entry) const {
  const std::string id = entry.first(settings_.id_attribute);
  return has_binary_id() ? hex(id) : id;
}

std::string Directory::subject_filter(const std::string& subject) const {
  return equals(settings_.id_attribute, has_binary_id() ? from_hex(subject) : subject);
}

LoginPerson Directory::person_of(Connection& connection, const Entry& entry,
                                 std::vector<std::string>* group_names) const {
  LoginPerson person;
  person.issuer = settings_.issuer;
  person.subject = subject_of(entry);
  person.name = entry.first(settings_.user_attributes.front());
  person.email = entry.first(settings_.mail_attribute);
  person.mail_verified = !person.email.empty();  // the directory is the site's own
  person.display_name = entry.first(settings_.display_attribute);
  person.disabled = is_disabled(entry);
  std::vector<std::string> names;
  if (settings_.rules.needs_values()) names = groups_of(connection, entry);
  settings_.rules.apply(names, &person);
  if (group_names != nullptr) *group_names = std::move(names);
  return person;
}

std::vector<std::string> Directory::groups_of(Connection& connection, const Entry& entry) const {
  if (settings_.groups == Groups::kNone) return {};
  if (settings_.groups == Groups::kSearch) return walk_groups(connection, entry);
  std::vector<std::string> names;
  const auto add = [&](const std::string& dn, const std::string& name) {
    names.push_back(dn);
    if (!name.empty()) names.push_back(name);
  };
  if (settings_.groups == Groups::kMemberOf) {
    for (const std::string& dn : entry.all("memberOf")) add(dn, first_name_in(dn));
    return names;
  }
  const auto groups =
      connection.search({settings_.group_base,
                         Connection::Scope::kSub,
                         all_of({settings_.group_filter, equals(settings_.member_attribute + kChainRule, entry.dn)}),
                         {settings_.group_attribute},
                         kGroupsMost});
  if (groups.size() > kGroupsMost) throw Unavailable{entry.dn + " is in more than 1000 groups"};
  for (const Entry& group : groups) add(group.dn, group.first(settings_.group_attribute));
  return names;
}

/// The groups that have him, the groups that have those, and so on; a circle ends where it began.
std::vector<std::string> Directory::walk_groups(Connection& connection, const Entry& entry) const {
  std::vector<std::string> names;
  std::set<std::string> seen;
  const bool by_name = lower(settings_.member_attribute) == "memberuid";
  std::vector<std::string> members{by_name ? entry.first(settings_.user_attributes.front()) : entry.dn};
  for (size_t depth = 0; !members.empty(); ++depth) {
    if (depth == kDepthMost) throw Unavailable{entry.dn + ": groups are nested more than 32 deep"};
    std::vector<std::string> next;
    for (size_t from = 0; from < members.size(); from += kMembersAtOnce) {
      std::vector<std::string> filters;
      for (size_t i = from; i < std::min(members.size(), from + kMembersAtOnce); ++i) {
        filters.push_back(equals(settings_.member_attribute, members[i]));
      }
      for (const Entry& group : connection.search({settings_.group_base,
                                                   Connection::Scope::kSub,
                                                   all_of({settings_.group_filter, any_of(filters)}),
                                                   {settings_.group_attribute},
                                                   kGroupsMost})) {
        if (!seen.insert(lower(group.dn)).second) continue;
        names.push_back(group.dn);
        const std::string name = group.first(settings_.group_attribute);
        if (!name.empty()) names.push_back(name);
        next.push_back(group.dn);
      }
      if (seen.size() > kGroupsMost) throw Unavailable{entry.dn + " is in more than 1000 groups"};
    }
    if (by_name) break;  // such groups have people alone
    members = std::move(next);
  }
  return names;
}

std::vector<LoginPerson> Directory::persons(const std::vector<std::string>& subjects) const {
  std::vector<LoginPerson> persons;
  // A server's own bound on the time of a search is what a whole comparison has for each piece.
  for (size_t from = 0; from < subjects.size(); from += kSubjectsAtOnce) {
    std::vector<std::string> filters;
    for (size_t i = from; i < std::min(subjects.size(), from + kSubjectsAtOnce); ++i) {
      filters.push_back(subject_filter(subjects[i]));
    }
    const auto end = Clock::now() + std::chrono::seconds{60};
    with_server(end, [&](Connection& connection) {
      const auto entries =
          connection.search({settings_.base, settings_.scope, all_of({settings_.filter, any_of(filters)}), attributes(),
                             kSubjectsAtOnce});
      for (const Entry& entry : entries) persons.push_back(person_of(connection, entry, nullptr));
      return true;
    });
  }
  return persons;
}

}  // namespace junctor::login_ldap
