// SPDX-License-Identifier: Apache-2.0
// What the rules let a user see, page by page. Database threads.
#include "accounts/client_api/list_calls.hpp"

#include <algorithm>
#include <set>

#include "accounts/store/devices.hpp"
#include "accounts/store/users.hpp"

namespace junctor::accounts {
namespace {

template <class T>
std::vector<T> slice(const std::vector<T>& all, const Page& page) {
  const auto begin = std::min<size_t>(static_cast<size_t>(page.offset()), all.size());
  const auto end = std::min<size_t>(begin + static_cast<size_t>(page.size), all.size());
  return {all.begin() + static_cast<ptrdiff_t>(begin), all.begin() + static_cast<ptrdiff_t>(end)};
}

std::string user_json(const User& user) {
  return JsonObject{}
      .put("name", user.name)
      .put("display_name", user.display_name)
      .put("avatar", user.avatar)
      .put("email", user.email)
      .put("note", user.note)
      .put("status", static_cast<int>(user.status))
      .put("is_admin", user.is_admin)
      .raw("info", "{}")
      .str();
}

std::string peer_json(const Sql& sql, const std::string& id) {
  const auto row = [](const Row& found) {
    const auto first = [&](size_t own, size_t other) {
      return found.view(own).empty() ? found.view(other) : found.view(own);
    };
    const std::string info =
        JsonObject{}.put("username", first(1, 2)).put("os", found.view(3)).put("device_name", first(4, 5)).str();
    return JsonObject{}
        .put("id", found.view(0))
        .put("user", "")
        .put("user_name", found.view(6))
        .put("device_group_name", found.view(7))
        .put("note", found.view(8))
        .put("status", 1)
        .raw("info", info)
        .str();
  };
  return sql
      .one(
          "SELECT d.device_id, d.override_username, d.username, d.os, d.override_name, d.hostname, u.name, g.name, "
          "d.note FROM "
          "{p}devices d LEFT JOIN {p}users u ON u.id = d.owner_id LEFT JOIN {p}device_groups g ON g.id = d.group_id "
          "WHERE "
          "d.device_id = ?1",
          {id}, row)
      .value_or("");
}

}  // namespace

void ListCalls::route(http::Server& server, std::function<void(const Exchange&)> scripts) {
  server.get("/api/device-group/accessible", [this](Exchange exchange) { groups(exchange); });
  server.get("/api/peers", [this](Exchange exchange) { peers(exchange); });
  server.get("/api/users", [this, scripts = std::move(scripts)](Exchange exchange) {
    if (scripts && !is_user(exchange)) return scripts(exchange);
    users(exchange);
  });
}

bool ListCalls::is_user(const Exchange& exchange) const {
  return calls_.roster().session(token_hash(exchange.bearer())).has_value();
}

void ListCalls::list(const Exchange& exchange,
                     std::function<http::Answer(const Sql&, const Caller&, const std::vector<std::string>&)> rows) {
  calls_.read(exchange, {}, [this, rows = std::move(rows), now = calls_.now()](const Sql& sql, const Caller& caller) {
    if (!enabled_()) throw Refused{"Retrieving accessible devices is disabled."};
    return rows(sql, caller, calls_.roster().visible_devices(caller.user, now));
  });
}

void ListCalls::groups(const Exchange& exchange) {
  list(exchange, [page = page_of(exchange), this](const Sql&, const Caller&, const std::vector<std::string>& ids) {
    const std::vector<std::string> names = calls_.roster().device_group_names(ids);
    std::vector<std::string> rows;
    for (const std::string& name : slice(names, page)) rows.push_back(JsonObject{}.put("name", name).str());
    return http::json(page_json(static_cast<int64_t>(names.size()), rows));
  });
}

void ListCalls::users(const Exchange& exchange) {
  list(exchange,
       [page = page_of(exchange), this](const Sql& sql, const Caller& caller, const std::vector<std::string>& ids) {
         std::set<Ref> refs = calls_.roster().owners(ids);
         refs.insert(caller.user);
         const std::vector<Ref> all(refs.begin(), refs.end());
         std::vector<std::string> rows;
         for (const Ref ref : slice(all, page)) {
           if (const auto user = user_by_id(sql, ref)) rows.push_back(user_json(*user));
         }
         return http::json(page_json(static_cast<int64_t>(all.size()), rows));
       });
}

void ListCalls::peers(const Exchange& exchange) {
  list(exchange, [page = page_of(exchange)](const Sql& sql, const Caller&, const std::vector<std::string>& ids) {
    std::vector<std::string> rows;
    for (const std::string& id : slice(ids, page)) {
      std::string row = peer_json(sql, id);
      if (!row.empty()) rows.push_back(std::move(row));
    }
    return http::json(page_json(static_cast<int64_t>(ids.size()), rows));
  });
}

}  // namespace junctor::accounts
