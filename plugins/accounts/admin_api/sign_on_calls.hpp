// SPDX-License-Identifier: Apache-2.0
// The calls of http-api.md 2.5, the callback that other sites send browsers to, and the console's way there. Wiring;
// handlers run on the connection's loop.
#pragma once

#include <junctor/http.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "accounts/login/sign_on.hpp"

namespace junctor::accounts::admin {

class SignOnCalls {
 public:
  /// All outlive it.
  struct Parts {
    SignOn& sign_on;
    const Providers& providers;
    std::function<bool(const std::string& address)> lets_in;  ///< console_networks
  };
  explicit SignOnCalls(Parts parts) : parts_{std::move(parts)} {}

  /// [control] in start.
  void open(http::Server& server);
  /// [any] As login-options has them: "common-oidc/[...]", "oidc/acme".
  std::vector<std::string> options() const;
  /// [any]
  std::vector<std::string> names() const;

 private:
  void begin(const http::Exchange& exchange) const;
  void query(const http::Exchange& exchange) const;
  void console(const http::Exchange& exchange) const;
  void callback(const http::Exchange& exchange) const;

  const Parts parts_;
};

}  // namespace junctor::accounts::admin
