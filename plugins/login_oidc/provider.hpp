// SPDX-License-Identifier: Apache-2.0
// One OpenID provider: what it says of itself, its keys, and a log-in by its authorization code (accounts.md 13).
// Blocks. Any thread.
#pragma once

#include <junctor/login.hpp>

#include <Poco/JSON/Object.h>

#include <array>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "fetch.hpp"
#include "jwt.hpp"

namespace junctor::login_oidc {

struct ProviderSettings {
  std::string name, title, icon, issuer, client_id, client_secret, ca_file;
  std::vector<std::string> scopes{"openid", "profile", "email"};
  std::string user_claim, mail_claim = "email", display_claim = "name", groups_claim = "groups";
  std::vector<std::string> mail_domains;
  bool trust_mail = false;
  bool creates = true, local_factor = false, links_mail = false;
  LoginRules rules;
};

/// The host of an http address that may be asked without TLS: this machine's, or of a private network.
bool may_be_plain(const std::string& host);

class Provider {
 public:
  struct Parts {
    Fetcher& fetcher;
    std::function<int64_t()> now;    ///< Unix seconds
    std::array<uint8_t, 32> secret;  ///< of this run: nonces and verifiers are made of it, so that nobody keeps them
    int64_t refresh = 3600;          ///< seconds after which it is asked about itself anew
  };
  Provider(ProviderSettings settings, Parts parts);

  const ProviderSettings& settings() const { return settings_; }
  /// Where the browser goes. Throws Unavailable.
  std::string begin(const std::string& state, const std::string& callback);
  /// Who came back. Throws Unavailable, NotBelieved.
  LoginPerson finish(const std::string& state, const std::string& callback, const std::string& query);

 private:
  struct Self {
    std::string authorization, token, keys, userinfo;
    bool secret_in_body = false;
    bool tells_issuer = false;  ///< in what the browser brings back (RFC 9207)
  };
  Self self();
  Self read_self(const Poco::JSON::Object& told) const;
  std::string checked_url(const Poco::JSON::Object& told, const char* key, bool needed) const;
  Keys keys_for(const Self& self, const std::string& key_id);
  Poco::JSON::Object::Ptr ask(const Request& request);
  Poco::JSON::Object::Ptr redeem(const Self& self, const std::string& state, const std::string& callback,
                                 const std::string& code);
  LoginPerson person_of(const Self& self, Poco::JSON::Object::Ptr claims, const std::string& access_token);
  void add_userinfo(const Self& self, Poco::JSON::Object& claims, const std::string& access_token);
  std::string derived(const char* what, const std::string& state) const;

  const ProviderSettings settings_;
  const Parts parts_;
  std::mutex mutex_;  // all below
  std::optional<Self> self_;
  int64_t self_at_ = 0;
  std::optional<Keys> keys_;
  int64_t keys_at_ = 0;
};

}  // namespace junctor::login_oidc
