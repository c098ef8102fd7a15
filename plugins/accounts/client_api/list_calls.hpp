// SPDX-License-Identifier: Apache-2.0
// The "accessible devices" tab: device groups, users and peers that a user reaches (http-api.md 6, accounts.md 3.4).
// Wiring of routes; works run on database threads.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "accounts/client_api/call.hpp"

namespace junctor::accounts {

class ListCalls {
 public:
  /// `enabled`: accessible_list; asked at each call.
  ListCalls(Calls calls, std::function<bool()> enabled) : calls_{calls}, enabled_{std::move(enabled)} {}

  /// [control] `scripts`: who takes GET /api/users with an API token (http-api.md 8.2); may be empty.
  void route(http::Server& server, std::function<void(const http::Exchange&)> scripts);

 private:
  using Exchange = http::Exchange;

  void groups(const Exchange& exchange);
  void users(const Exchange& exchange);
  void peers(const Exchange& exchange);
  /// rows(sql, ids that are listed for the caller) -> http::Answer
  void list(const Exchange& exchange,
            std::function<http::Answer(const Sql&, const Caller&, const std::vector<std::string>&)> rows);
  bool is_user(const Exchange& exchange) const;

  Calls calls_;
  std::function<bool()> enabled_;
};

}  // namespace junctor::accounts
