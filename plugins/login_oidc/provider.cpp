// SPDX-License-Identifier: Apache-2.0
// Discovery, PKCE, code, ID token, userinfo; claims to a person.
#include "provider.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>
#include <Poco/Net/IPAddress.h>
#include <Poco/URI.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <junctor/http_text.hpp>

#include <algorithm>

#include "wire/base64.hpp"

namespace junctor::login_oidc {
namespace {

constexpr int64_t kKeysAgain = 60;  // seconds: strangers' tokens make nobody ask more often
constexpr int64_t kKeysOld = 86'400;
constexpr size_t kGroupsMost = 2000;

/// The claim of this name, else along its dots: "realm_access.roles".
Poco::Dynamic::Var claim(const Poco::JSON::Object& claims, const std::string& path) {
  if (path.empty()) return {};
  if (claims.has(path)) return claims.get(path);
  const size_t dot = path.find('.');
  if (dot == std::string::npos) return {};
  const auto inner = claims.get(path.substr(0, dot));
  if (inner.type() != typeid(Poco::JSON::Object::Ptr)) return {};
  return claim(*inner.extract<Poco::JSON::Object::Ptr>(), path.substr(dot + 1));
}

std::string text_claim(const Poco::JSON::Object& claims, const std::string& path) {
  const auto value = claim(claims, path);
  return value.isString() ? value.extract<std::string>() : std::string{};
}

std::vector<std::string> texts_claim(const Poco::JSON::Object& claims, const std::string& path) {
  const auto value = claim(claims, path);
  if (value.isString()) return {value.extract<std::string>()};
  std::vector<std::string> all;
  if (value.type() == typeid(Poco::JSON::Array::Ptr)) {
    for (const auto& one : *value.extract<Poco::JSON::Array::Ptr>()) {
      if (one.isString() && all.size() < kGroupsMost) all.push_back(one.extract<std::string>());
    }
  }
  return all;
}

/// true, or "true" as some have it.
bool is_true(const Poco::JSON::Object& claims, const char* key) {
  const auto value = claims.get(key);
  return value.isBoolean() ? value.extract<bool>() : value.isString() && value.extract<std::string>() == "true";
}

/// Entra leaves the groups out where there are too many, and says where they would be.
bool are_groups_elsewhere(const Poco::JSON::Object& claims, const std::string& groups_claim) {
  const auto names = claims.get("_claim_names");
  return names.type() == typeid(Poco::JSON::Object::Ptr) && names.extract<Poco::JSON::Object::Ptr>()->has(groups_claim);
}

std::string name_of(const Poco::JSON::Object& claims, const ProviderSettings& settings, const std::string& mail) {
  if (!settings.user_claim.empty()) return text_claim(claims, settings.user_claim);
  for (const char* key : {"preferred_username", "upn"}) {
    const std::string name = text_of(claims, key);
    if (!name.empty()) return name;
  }
  return mail.substr(0, mail.find('@'));
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

/// RFC 3986: what is not unreserved is written in hex.
std::string encoded(const std::string& text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

std::string form(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string out;
  for (const auto& [key, value] : fields) {
    out += (out.empty() ? "" : "&") + encoded(key) + '=' + encoded(value);
  }
  return out;
}

std::string sha256(const std::string& text) {
  std::array<unsigned char, 32> out{};
  EVP_Digest(text.data(), text.size(), out.data(), nullptr, EVP_sha256(), nullptr);
  return {reinterpret_cast<const char*>(out.data()), out.size()};
}

}  // namespace

bool may_be_plain(const std::string& host) {
  Poco::Net::IPAddress address;
  if (!Poco::Net::IPAddress::tryParse(host, address)) return host == "localhost";
  const bool is_v6 = address.family() == Poco::Net::IPAddress::IPv6;
  const auto first = *static_cast<const unsigned char*>(address.addr());
  return address.isLoopback() || (is_v6 ? (first & 0xfe) == 0xfc : address.isSiteLocal());  // fc00::/7
}

Provider::Provider(ProviderSettings settings, Parts parts) : settings_{std::move(settings)}, parts_{std::move(parts)} {}

/// 43 characters that only this run can make again.
std::string Provider::derived(const char* what, const std::string& state) const {
  const std::string text = std::string{what} + '\n' + settings_.name + '\n' + state;
  std::array<unsigned char, 32> out{};
  HMAC(EVP_sha256(), parts_.secret.data(), static_cast<int>(parts_.secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(), nullptr);
  return encode_base64url({reinterpret_cast<const char*>(out.data()), out.size()});
}

Poco::JSON::Object::Ptr Provider::ask(const Request& request) {
  const Response response = parts_.fetcher.send(request, settings_.ca_file);
  Poco::JSON::Object::Ptr object;
  try {
    Poco::JSON::Parser parser;
    parser.setDepth(32);
    object = parser.parse(response.body).extract<Poco::JSON::Object::Ptr>();
  } catch (const Poco::Exception&) {
    throw Unavailable{request.url + ": status " + std::to_string(response.status) + ", and no JSON object"};
  }
  // Of a refusal the word alone: the description may have anything.
  const std::string word = text_of(*object, "error").substr(0, 64);
  if (response.status >= 400 && response.status < 500 && !word.empty()) throw NotBelieved{request.url + ": " + word};
  if (response.status != 200) throw Unavailable{request.url + ": status " + std::to_string(response.status)};
  return object;
}

// ---- what it says of itself ----

std::string Provider::checked_url(const Poco::JSON::Object& told, const char* key, bool needed) const {
  const std::string url = text_of(told, key);
  if (url.empty() && !needed) return {};
  try {
    const Poco::URI uri{url};
    const bool plain =
        uri.getScheme() == "http" && settings_.issuer.rfind("http://", 0) == 0 && may_be_plain(uri.getHost());
    if ((uri.getScheme() == "https" || plain) && !uri.getHost().empty()) return url;
  } catch (const Poco::Exception&) {
  }
  throw Unavailable{settings_.issuer + ": its " + key + " is no https address"};
}

Provider::Self Provider::read_self(const Poco::JSON::Object& told) const {
  const std::string issuer = text_of(told, "issuer");
  if (issuer != settings_.issuer) {
    throw Unavailable{"it calls itself \"" + issuer.substr(0, 200) + "\"; issuer has to be the same, letter by letter"};
  }
  Self self;
  self.authorization = checked_url(told, "authorization_endpoint", true);
  self.token = checked_url(told, "token_endpoint", true);
  self.keys = checked_url(told, "jwks_uri", true);
  self.userinfo = checked_url(told, "userinfo_endpoint", false);
  self.tells_issuer = is_true(told, "authorization_response_iss_parameter_supported");
  const auto ways = texts_claim(told, "token_endpoint_auth_methods_supported");
  const auto has = [&](const char* way) { return std::find(ways.begin(), ways.end(), way) != ways.end(); };
  self.secret_in_body = !ways.empty() && !has("client_secret_basic") && has("client_secret_post");
  return self;
}

Provider::Self Provider::self() {
  {
    const std::lock_guard lock{mutex_};
    if (self_ && parts_.now() - self_at_ < parts_.refresh) return *self_;
  }
  std::string base = settings_.issuer;
  if (!base.empty() && base.back() == '/') base.pop_back();
  Self fresh;
  try {
    fresh = read_self(*ask({base + "/.well-known/openid-configuration", {}, {}}));
  } catch (const NotBelieved& refused) {
    throw Unavailable{refused.what()};
  }
  const std::lock_guard lock{mutex_};
  self_ = fresh;
  self_at_ = parts_.now();
  return fresh;
}

Keys Provider::keys_for(const Self& self, const std::string& key_id) {
  {
    const std::lock_guard lock{mutex_};
    const int64_t age = parts_.now() - keys_at_;
    const bool knows = keys_ && (key_id.empty() || keys_->has(key_id));
    if (keys_ && ((knows && age < kKeysOld) || age < kKeysAgain)) return *keys_;
  }
  const Response response = parts_.fetcher.send({self.keys, {}, {}}, settings_.ca_file);
  if (response.status != 200) throw Unavailable{self.keys + ": status " + std::to_string(response.status)};
  Keys fresh;
  try {
    fresh = Keys::parse(response.body);
  } catch (const NotBelieved& wrong) {
    throw Unavailable{self.keys + ": " + wrong.what()};
  }
  const std::lock_guard lock{mutex_};
  keys_ = fresh;
  keys_at_ = parts_.now();
  return fresh;
}

// ---- away and back ----

std::string Provider::begin(const std::string& state, const std::string& callback) {
  const Self to = self();
  std::string scope;
  for (const std::string& one : settings_.scopes) scope += (scope.empty() ? "" : " ") + one;
  const std::string query = form({{"response_type", "code"},
                                  {"client_id", settings_.client_id},
                                  {"redirect_uri", callback},
                                  {"scope", scope},
                                  {"state", state},
                                  {"nonce", derived("nonce", state)},
                                  {"code_challenge", encode_base64url(sha256(derived("verifier", state)))},
                                  {"code_challenge_method", "S256"}});
  return to.authorization + (to.authorization.find('?') == std::string::npos ? '?' : '&') + query;
}

Poco::JSON::Object::Ptr Provider::redeem(const Self& self, const std::string& state, const std::string& callback,
                                         const std::string& code) {
  std::vector<std::pair<std::string, std::string>> fields{{"grant_type", "authorization_code"},
                                                          {"code", code},
                                                          {"redirect_uri", callback},
                                                          {"code_verifier", derived("verifier", state)}};
  Request request{self.token, {}, {}};
  if (settings_.client_secret.empty() || self.secret_in_body) fields.emplace_back("client_id", settings_.client_id);
  if (!settings_.client_secret.empty() && self.secret_in_body) {
    fields.emplace_back("client_secret", settings_.client_secret);
  } else if (!settings_.client_secret.empty()) {
    request.authorization =
        "Basic " + wire::encode_base64(encoded(settings_.client_id) + ':' + encoded(settings_.client_secret));
  }
  request.form = form(fields);
  return ask(request);
}

LoginPerson Provider::finish(const std::string& state, const std::string& callback, const std::string& query) {
  const auto of = [&](const char* key) { return http::form_value(query, key).value_or(""); };
  if (of("state") != state) throw NotBelieved{"it came back with another state"};
  const Self from = self();
  const std::string issuer = of("iss");
  if ((from.tells_issuer || !issuer.empty()) && issuer != settings_.issuer) {
    throw NotBelieved{"the browser came back from another issuer"};
  }
  const std::string refused = of("error").substr(0, 64);
  if (!refused.empty()) throw NotBelieved{"the provider said " + refused};
  const std::string code = of("code");
  if (code.empty()) throw NotBelieved{"it came back without a code"};
  const auto tokens = redeem(from, state, callback, code);
  const Token token = Token::parse(text_of(*tokens, "id_token"));
  const auto claims = token.verify(keys_for(from, token.key_id()));
  check_claims(*claims, {settings_.issuer, settings_.client_id, derived("nonce", state), parts_.now()});
  return person_of(from, claims, text_of(*tokens, "access_token"));
}

void Provider::add_userinfo(const Self& self, Poco::JSON::Object& claims, const std::string& access_token) {
  const auto info = ask({self.userinfo, {}, "Bearer " + access_token});
  if (text_of(*info, "sub") != text_of(claims, "sub")) throw NotBelieved{"userinfo is of somebody else"};
  for (const auto& [key, value] : *info) {
    if (!claims.has(key)) claims.set(key, value);
  }
}

LoginPerson Provider::person_of(const Self& self, Poco::JSON::Object::Ptr claims, const std::string& access_token) {
  const bool wants_groups = settings_.rules.needs_values();
  const std::string mail = text_claim(*claims, settings_.mail_claim);
  const bool is_whole = !mail.empty() && !name_of(*claims, settings_, {}).empty() &&
                        (!wants_groups || !claim(*claims, settings_.groups_claim).isEmpty());
  if (!is_whole && !self.userinfo.empty() && !access_token.empty()) add_userinfo(self, *claims, access_token);

  LoginPerson person;
  person.issuer = settings_.issuer;
  person.subject = text_of(*claims, "sub");
  person.email = text_claim(*claims, settings_.mail_claim);
  person.mail_verified = !person.email.empty() && (settings_.trust_mail || is_true(*claims, "email_verified"));
  person.name = name_of(*claims, settings_, person.email);
  person.display_name = text_claim(*claims, settings_.display_claim);
  settings_.rules.apply(texts_claim(*claims, settings_.groups_claim), &person);
  if (wants_groups && are_groups_elsewhere(*claims, settings_.groups_claim)) {
    person.refused =
        "You are in more groups than the sign-on tells; an administrator has to limit them to those of this "
        "application";
  }
  if (settings_.mail_domains.empty()) return person;
  const std::string domain = lower(person.email.substr(std::min(person.email.rfind('@'), person.email.size())));
  const bool fits = std::any_of(settings_.mail_domains.begin(), settings_.mail_domains.end(),
                                [&](const std::string& one) { return domain == '@' + lower(one); });
  if (!fits || !person.mail_verified) person.refused = "Your mail address may not log in here, or is not verified";
  return person;
}

}  // namespace junctor::login_oidc
