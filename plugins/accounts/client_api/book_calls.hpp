// SPDX-License-Identifier: Apache-2.0
// The clients' calls for address books: ab/* and the legacy book (http-api.md 5). Wiring of routes; works run on
// database threads.
#pragma once

#include <functional>

#include "accounts/client_api/books.hpp"
#include "accounts/client_api/call.hpp"

namespace junctor::accounts {

class BookCalls {
 public:
  struct Limits {
    int64_t max_peers = 0;  ///< in one book, told to clients; 0: none
    uint64_t body = 256 * 1024;
    uint64_t legacy_body = 8 * 1024 * 1024;
    int64_t legacy_peers = 10'000;
  };
  /// `limits` is asked at each call: it may be reloaded.
  BookCalls(Calls calls, std::function<Limits()> limits) : calls_{calls}, limits_{std::move(limits)} {}

  /// [control]
  void route(http::Server& server);

 private:
  using Exchange = http::Exchange;
  using Edit = std::function<void(const Sql&, const Book&, Touched&, const Caller&)>;

  void route_lists(http::Server& server);
  void route_edits(http::Server& server);
  void route_legacy(http::Server& server);
  void personal(const Exchange& exchange);
  void settings(const Exchange& exchange);
  void profiles(const Exchange& exchange);
  void peers(const Exchange& exchange);
  void tags(const Exchange& exchange);
  void edit_peer(const Exchange& exchange, bool add);
  void delete_peers(const Exchange& exchange);
  void edit_tag(const Exchange& exchange);
  void rename(const Exchange& exchange);
  void delete_tags(const Exchange& exchange);
  void legacy_get(const Exchange& exchange);
  void legacy_put(const Exchange& exchange);
  void bin(const Exchange& exchange);
  void change_bin(const Exchange& exchange, bool restore, bool all);

  /// A write in the book of the path, by who may edit it; answered empty.
  void edit(const Exchange& exchange, Edit edit, Need need = {Resource::kAddressBooks, true});
  Book open(const Sql& sql, const std::string& guid, const Caller& caller, BookLevel needed) const;
  /// Throws Refused for an id that may not stand in a book (accounts.md 16).
  void check_id(const Sql& sql, const Book& book, const std::string& id, const Caller& caller) const;

  Calls calls_;
  std::function<Limits()> limits_;
};

}  // namespace junctor::accounts
