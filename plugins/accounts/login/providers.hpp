// SPDX-License-Identifier: Apache-2.0
// Whoever else says who somebody is: all login/1 providers as one list by name (accounts.md 13, 14). [loop] unless it
// says otherwise; answers come on the calling loop, inline or later.
#pragma once

#include <junctor/login.hpp>
#include <junctor/services.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace junctor::accounts {

/// jct_login_provider as a value.
struct ProviderInfo {
  std::string name, title, icon, issuer;
  bool checks_passwords = false;  ///< else it sends people to another site
  bool ready = true, creates = false, links_mail = false, local_factor = false;
  uint32_t sync_brake = 0;   ///< percent
  int64_t sync_seconds = 0;  ///< 0: never
  size_t service = 0;
};

class Providers {
 public:
  /// [control] in the constructor of who needs them.
  explicit Providers(const Host& host);

  /// [any] In file order; of a name the first.
  std::vector<ProviderInfo> all() const;
  /// [any]
  std::optional<ProviderInfo> named(std::string_view name) const;
  /// [any] Is there one that would let people in?
  bool any_ready() const;

  struct Answer {
    jct_status status = JCT_E_FAULT;
    LoginPerson person;  ///< JCT_OK
    std::string hint;    ///< else: for the log
  };
  using Answered = std::function<void(const Answer&)>;
  void check(const ProviderInfo& provider, const std::string& name, const std::string& password, Answered fn) const;
  using Begun = std::function<void(jct_status status, const std::string& url, const std::string& hint)>;
  void begin(const ProviderInfo& provider, const std::string& state, const std::string& callback, Begun fn) const;
  struct Return {
    std::string state, callback, query;
  };
  void finish(const ProviderInfo& provider, const Return& came, Answered fn) const;
  /// fn(status, persons, hint): JCT_OK only where all were looked for.
  using Listed = std::function<void(jct_status status, std::vector<LoginPerson> persons, const std::string& hint)>;
  void persons(const ProviderInfo& provider, const std::vector<std::string>& subjects, Listed fn) const;

 private:
  jct_login_done done_for(Answered fn) const;

  const Host& host_;
  std::vector<Service<jct_login_service>> services_;
};

}  // namespace junctor::accounts
