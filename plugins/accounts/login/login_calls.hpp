// SPDX-License-Identifier: Apache-2.0
// The calls of http-api.md 2 but single sign-on (sign_on_calls), and enrolment of TOTP (accounts.md 22): by HTTP and
// through signalling alike. Wiring; handlers run on the connection's loop.
#pragma once

#include <junctor/http.hpp>

#include <functional>
#include <string>
#include <vector>

#include "accounts/api/body.hpp"
#include "accounts/login/enrolment.hpp"
#include "accounts/login/log_in.hpp"
#include "accounts/login/session_use.hpp"

namespace junctor::accounts {

class LoginCalls {
 public:
  /// All outlive it.
  struct Parts {
    const Store& store;
    LogIn& log_in;
    Enrolment& enrolment;
    SessionUse& use;
    /// Further ways in, as login-options has them: "oidc/acme". [any]
    std::function<std::vector<std::string>()> options;
  };
  explicit LoginCalls(Parts parts) : parts_{std::move(parts)} {}

  /// [control] in start.
  void open(http::Server& server);

 private:
  void options(const http::Exchange& exchange) const;
  void log_in(const http::Exchange& exchange) const;
  void current_user(const http::Exchange& exchange) const;
  void log_out(const http::Exchange& exchange) const;
  void enrol(const http::Exchange& exchange) const;
  struct Codes {
    std::string fresh, present;
  };
  void confirm(const http::Exchange& exchange) const;
  void confirm_now(const http::Exchange& exchange, const std::string& token, const Codes& codes,
                   const LogIn::Guess& guess, const std::shared_ptr<FailedLogins::Trial>& trial) const;

  Parts parts_;
};

/// Who asks, as clients say it: id, uuid and deviceInfo. Throws Refused.
LoginFrom login_from(const http::Exchange& exchange, const Body& body);

/// The user object of http-api.md 2.9.
std::string user_json(const User& user);

}  // namespace junctor::accounts
