// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <ldap.h>

#include <algorithm>

#include "filter.hpp"

namespace junctor::login_ldap {
namespace {

void check_url(const std::string& url) {
  LDAPURLDesc* parts = nullptr;
  const bool known = url.rfind("ldap://", 0) == 0 || url.rfind("ldaps://", 0) == 0;
  const bool parsed = known && ldap_url_parse(url.c_str(), &parts) == LDAP_URL_SUCCESS;
  const bool plain =
      parsed && parts->lud_host != nullptr && *parts->lud_host != '\0' && std::count(url.begin(), url.end(), '/') == 2;
  ldap_free_urldesc(parts);
  if (!plain) {
    throw Error{JCT_E_CONFIG, "urls: expected ldap://host, ldaps://host or one with :port, got \"" + url + "\""};
  }
}

void check_filter(const char* option, const std::string& filter) {
  if (filter.empty() || is_filter(filter)) return;
  throw Error{JCT_E_CONFIG,
              std::string{option} + ": expected a filter such as (objectClass=person), got \"" + filter + "\""};
}

void check_attribute(const char* option, const std::string& name, bool may_be_empty) {
  if ((name.empty() && may_be_empty) || is_attribute(name)) return;
  throw Error{JCT_E_CONFIG, std::string{option} + ": expected an attribute's name, got \"" + name + "\""};
}

void check_dn(const char* option, const std::string& dn) {
  LDAPDN parts = nullptr;
  const bool right = ldap_str2dn(dn.c_str(), &parts, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS;
  if (parts != nullptr) ldap_dnfree(parts);
  if (!right) {
    throw Error{JCT_E_CONFIG, std::string{option} + ": expected a DN such as dc=example,dc=org, got \"" + dn + "\""};
  }
}

ServerSettings read_server(const Config& config) {
  ServerSettings server;
  server.urls = config[kUrls];
  server.start_tls = config[kStartTls];
  server.ca_file = config[kCaFile];
  server.verify = config[kVerify];
  server.bind_dn = config[kBindDn];
  server.bind_password = config[kBindPassword];
  server.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(config[kTimeout]);
  for (const std::string& url : server.urls) check_url(url);
  check_dn("bind_dn", server.bind_dn);
  if (!server.bind_dn.empty() && server.bind_password.empty()) {
    throw Error{JCT_E_CONFIG, "bind_password: bind_dn needs one; for anonymous searches leave bind_dn out"};
  }
  return server;
}

LoginRules read_rules(const Config& config) {
  LoginRules::Settings rules;
  rules.map = config[kMap];
  const std::string unmapped = config[kUnmapped];
  rules.unmapped = unmapped == "deny"      ? LoginRules::Unmapped::kDeny
                   : unmapped == "default" ? LoginRules::Unmapped::kDefault
                                           : LoginRules::Unmapped::kKeep;
  rules.default_group = config[kDefaultGroup];
  rules.required = config[kRequired];
  return LoginRules{std::move(rules)};
}

Groups read_groups(const Config& config) {
  const std::string way = config[kGroups];
  return way == "none"       ? Groups::kNone
         : way == "memberof" ? Groups::kMemberOf
         : way == "chain"    ? Groups::kChain
                             : Groups::kSearch;
}

}  // namespace

DirectorySettings read_directory(const Config& config) {
  DirectorySettings settings;
  const std::string name = config[kName];
  const bool named = !name.empty() && name.size() <= 32 &&
                     name.find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyz"
                         "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "0123456789-_") == std::string::npos;
  if (!named) throw Error{JCT_E_CONFIG, "name: expected letters, digits, - and _, got \"" + name + "\""};
  settings.server = read_server(config);
  settings.issuer = "ldap:" + name;
  settings.base = config[kBase];
  check_dn("base", settings.base);
  if (settings.base.empty() && !settings.server.urls.empty()) {
    throw Error{JCT_E_CONFIG, "base: expected the DN that people are below, such as ou=people,dc=example,dc=org"};
  }
  settings.scope = config[kScope] == "one" ? Connection::Scope::kOne : Connection::Scope::kSub;
  settings.filter = config[kFilter];
  settings.user_attributes = config[kUserAttributes];
  if (settings.user_attributes.empty()) throw Error{JCT_E_CONFIG, "user_attributes: expected at least one"};
  for (const std::string& one : settings.user_attributes) check_attribute("user_attributes", one, false);
  settings.id_attribute = config[kIdAttribute];
  settings.mail_attribute = config[kMailAttribute];
  settings.display_attribute = config[kDisplayAttribute];
  settings.groups = read_groups(config);
  settings.group_base = config[kGroupBase];
  if (settings.group_base.empty()) settings.group_base = settings.base;
  settings.group_filter = config[kGroupFilter];
  settings.group_attribute = config[kGroupAttribute];
  settings.member_attribute = config[kMemberAttribute];
  check_dn("group_base", settings.group_base);
  check_filter("filter", settings.filter);
  check_filter("group_filter", settings.group_filter);
  check_attribute("id_attribute", settings.id_attribute, false);
  check_attribute("mail_attribute", settings.mail_attribute, true);
  check_attribute("display_attribute", settings.display_attribute, true);
  check_attribute("group_attribute", settings.group_attribute, false);
  check_attribute("member_attribute", settings.member_attribute, false);
  settings.rules = read_rules(config);
  return settings;
}

}  // namespace junctor::login_ldap
