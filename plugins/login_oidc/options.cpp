// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace junctor::login_oidc {
namespace {

constexpr size_t kIconMost = 16 << 10;
constexpr size_t kNameMost = 32;

[[noreturn]] void refuse(const std::string& text) { throw Error{JCT_E_CONFIG, "provider: " + text}; }

std::string checked_name(const std::string& name) {
  const bool right =
      !name.empty() && name.size() <= kNameMost &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == std::string::npos;
  if (!right) refuse("name: expected letters, digits, - and _, got \"" + name + "\"");
  return name;
}

std::string checked_issuer(const std::string& issuer) {
  try {
    const Poco::URI uri{issuer};
    const bool plain = uri.getScheme() == "http" && may_be_plain(uri.getHost());
    const bool bare = uri.getQuery().empty() && uri.getFragment().empty() && uri.getUserInfo().empty();
    if ((uri.getScheme() == "https" || plain) && bare && !uri.getHost().empty()) return issuer;
  } catch (const Poco::Exception&) {
  }
  refuse("issuer: expected an https address (http for this machine and private networks alone), got \"" + issuer +
         "\"");
}

std::string read_icon(const std::string& path) {
  if (path.empty()) return {};
  std::ifstream file{path, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (text.size() > kIconMost || text.find("<svg") == std::string::npos) {
    refuse("icon: expected an SVG file of at most 16 KiB, got " + path);
  }
  return text;
}

LoginRules read_rules(const Config& record) {
  LoginRules::Settings rules;
  rules.map = record[kMap];
  const std::string unmapped = record[kUnmapped];
  rules.unmapped = unmapped == "deny"      ? LoginRules::Unmapped::kDeny
                   : unmapped == "default" ? LoginRules::Unmapped::kDefault
                                           : LoginRules::Unmapped::kKeep;
  rules.default_group = record[kDefaultGroup];
  rules.required = record[kRequired];
  return LoginRules{std::move(rules)};
}

ProviderSettings read_provider(const Config& record) {
  ProviderSettings settings;
  settings.name = checked_name(record[kName]);
  settings.title = record[kTitle];
  settings.icon = read_icon(record[kIcon]);
  settings.issuer = checked_issuer(record[kIssuer]);
  settings.client_id = record[kClientId];
  settings.client_secret = record[kClientSecret];
  settings.scopes = record[kScopes];
  settings.user_claim = record[kUserClaim];
  settings.mail_claim = record[kMailClaim];
  settings.display_claim = record[kDisplayClaim];
  settings.groups_claim = record[kGroupsClaim];
  settings.creates = record[kAutoCreate];
  settings.links_mail = record[kLinkMail];
  settings.trust_mail = record[kTrustMail];
  settings.mail_domains = record[kMailDomains];
  settings.local_factor = record[kLocalFactor];
  settings.rules = read_rules(record);
  settings.ca_file = record[kCaFile];
  if (settings.client_id.empty()) refuse("client_id: expected what " + settings.name + " calls this server");
  const auto& scopes = settings.scopes;
  if (std::find(scopes.begin(), scopes.end(), "openid") == scopes.end()) {
    refuse("scopes: \"openid\" has to be among them");
  }
  return settings;
}

}  // namespace

std::vector<ProviderSettings> read_providers(const Config& config) {
  std::vector<ProviderSettings> all;
  std::vector<std::string> names;
  for (const Config& record : config.records(kProviders)) {
    ProviderSettings settings = read_provider(record);
    if (std::find(names.begin(), names.end(), settings.name) != names.end()) {
      refuse("name: two are named \"" + settings.name + "\"");
    }
    names.push_back(settings.name);
    if (record[kEnabled]) all.push_back(std::move(settings));
  }
  return all;
}

}  // namespace junctor::login_oidc
