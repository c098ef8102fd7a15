// SPDX-License-Identifier: Apache-2.0
// /api/admin/v1/ on the site's HTTP server: requests to values, answers back, log-in, streams. Wiring; handlers run on
// the connection's loop.
#pragma once

#include <junctor/http.hpp>

#include <memory>
#include <string>
#include <vector>

#include "accounts/admin_api/core/desk.hpp"
#include "accounts/login/log_in.hpp"

namespace junctor::accounts::admin {

class Front {
 public:
  /// All outlive it.
  struct Parts {
    const Store& store;
    const Contract& contract;
    const Engine& engine;
    const Desk& desk;
    LogIn& log_in;
    std::function<bool(const std::string& address)> lets_in;  // console_networks
    std::function<bool()> sends_mail;
    std::function<std::vector<std::string>()> sign_ons;  // names of the sites that people may be sent to
    std::string document;                                // openapi.json
    uint64_t body_max;
    uint64_t import_max;
  };
  explicit Front(Parts parts) : parts_{std::move(parts)} {}

  /// [control] in start.
  void open(http::Server& server);

 private:
  class Export;

  void serve(const http::Exchange& exchange) const;
  void log_in(const http::Exchange& exchange, const Ask& ask, const Endpoint& endpoint) const;
  void distrust(Ref user, const LoginFrom& from) const;
  void start_export(const http::Exchange& exchange, Ask ask, Found found) const;

  const Parts parts_;
};

}  // namespace junctor::accounts::admin
