// SPDX-License-Identifier: Apache-2.0
// The official scripts' calls on the site's HTTP server: by API token, or by a user's own session; what can be expected
// is answered with 200 and {"error"} (http-api.md 8.1, accounts.md 22). Wiring; handlers run on the connection's loop.
#pragma once

#include <junctor/http.hpp>

#include <deque>

#include "accounts/admin_api/core/desk.hpp"
#include "accounts/admin_api/scripts/script.hpp"

namespace junctor {
class Claims;
}

namespace junctor::accounts::admin {

class ScriptDesk {
 public:
  explicit ScriptDesk(Desk::Parts parts);

  /// The routes that open() will register.
  static void claim(const Claims& claims);
  /// [control] in start. GET /api/users is not among them: clients ask there too, see list_users.
  void open(http::Server& server);
  /// GET /api/users without `accessible`.
  void list_users(const http::Exchange& exchange) const;

  /// Inside a transaction; throws Refused. For tests too.
  Done run(const Sql& sql, Touched& touched, const Script& script, const Ask& ask,
           std::vector<std::pair<std::string_view, std::string>> parameters, const Prepared& prepared,
           int64_t now) const;
  const std::deque<Script>& scripts() const { return scripts_; }

 private:
  struct Held;
  using HeldPointer = std::shared_ptr<Held>;

  void serve(const http::Exchange& exchange, const Script& script) const;
  void prepare(const HeldPointer& held) const;
  void run(const HeldPointer& held) const;
  void finish(const HeldPointer& held, const std::string& refused) const;
  const Endpoint& endpoint_of(const Script& script) const { return endpoints_[static_cast<size_t>(index_of(script))]; }
  ptrdiff_t index_of(const Script& script) const;

  const Desk::Parts parts_;
  std::deque<Script> scripts_;
  std::deque<Endpoint> endpoints_;  // of the scripts, in their order: what the door is asked with
};

}  // namespace junctor::accounts::admin
