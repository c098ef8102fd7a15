// SPDX-License-Identifier: Apache-2.0
// The calls of the official scripts (http-api.md 8, accounts.md 22): the same decisions as the admin API's, in other
// shapes. What they share. Lives on threads of the database.
#pragma once

#include <Poco/Dynamic/Var.h>

#include <string>
#include <string_view>
#include <vector>

#include "accounts/admin_api/core/lookup.hpp"
#include "accounts/api/page.hpp"

namespace junctor::accounts::admin {

struct ScriptCall;
using ScriptHandler = Reply (*)(ScriptCall& call);

/// One of their calls. `scope`: of an API token; to read asks for r, all else for rw.
struct Script {
  Method method;
  std::string_view pattern;  // "/users/{guid}", below /api
  std::string_view scope;
  bool reads;  // changes nothing, whatever the method
  ScriptHandler handler;
};

/// A call with what a script sends: an object, an array, a bare true or false, or nothing.
struct ScriptCall {
  Call& call;
  Poco::Dynamic::Var body;

  /// The object's field; empty where it is missing or null. Throws Refused for another type.
  std::string text(const std::string& key) const;
  bool has(const std::string& key) const;  // and is not null
  bool flag(const std::string& key) const;
  /// The object; an empty one where there is none.
  Poco::JSON::Object::Ptr object() const;
  /// The array of texts that is the body, or the field's.
  std::vector<std::string> texts(const std::string& key = {}) const;

  /// Of the query.
  std::optional<std::string> given(std::string_view name) const;
  Page page() const;
};

/// Rows of a list with LIKE filters (http-api.md 8.1) and pages by number.
class ScriptList {
 public:
  explicit ScriptList(const ScriptCall& call) : script_{call}, listing_{call.call.endpoint, none_, kNoSorts} {}

  Listing& listing() { return listing_; }
  /// The query's `name` against any of the columns: '%' is wild, nothing else is, case plays no part.
  void like(std::string_view name, std::initializer_list<std::string_view> columns);
  void exact(std::string_view name, std::string_view column);

  /// {"total","data"}; make(const Row&) makes a row's JSON.
  template <class Make>
  std::string run(std::string_view columns, std::string_view from, std::string_view order, Make&& make) {
    const Page page = script_.page();
    const Sql& sql = script_.call.sql;
    const int64_t total = sql.number(listing_.count_statement(from), listing_.parameters());
    std::vector<Param> parameters = listing_.parameters();
    const std::string statement = listing_.plain_statement(columns, from) + " ORDER BY " + std::string{order} +
                                  " LIMIT ?" + std::to_string(parameters.size() + 1) + " OFFSET ?" +
                                  std::to_string(parameters.size() + 2);
    parameters.emplace_back(page.size);
    parameters.emplace_back(page.offset());
    std::vector<std::string> rows;
    sql.exec(statement, parameters, [&](const Row& row) { rows.push_back(make(row)); });
    return page_json(total, rows);
  }

 private:
  static constexpr SortColumn kNoSorts[] = {{"", "1", true}};
  const ScriptCall& script_;
  const Query none_{};
  Listing listing_;
};

/// Success of a write that tells nothing.
Reply done();
/// The row of {p}`table` with this name, in any case; 0: none.
Ref named_row(const Sql& sql, std::string_view table, std::string_view name);
/// The same; throws Refused.
Ref need_named(const Call& call, std::string_view table, std::string_view what, const std::string& name);

/// The families of calls.
std::vector<Script> user_scripts();
std::vector<Script> group_scripts();
std::vector<Script> device_scripts();
std::vector<Script> book_scripts();
std::vector<Script> policy_scripts();
std::vector<Script> audit_scripts();

}  // namespace junctor::accounts::admin
