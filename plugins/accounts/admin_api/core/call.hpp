// SPDX-License-Identifier: Apache-2.0
// One call of the API on its way through a transaction: what was asked, by whom, and what comes of it. Lives on a
// thread of the database, for the length of one work.
#pragma once

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <junctor/database.hpp>
#include <junctor/http_text.hpp>

#include <optional>
#include <string>

#include "accounts/admin_api/contract/check.hpp"
#include "accounts/admin_api/core/caller.hpp"
#include "accounts/admin_api/core/entity.hpp"
#include "accounts/admin_api/core/listing.hpp"
#include "accounts/admin_api/core/operations.hpp"
#include "accounts/admin_api/settings/site_settings.hpp"
#include "accounts/store/touched.hpp"

namespace junctor::accounts::admin {

/// A request as values: nothing of it points into the server.
struct Ask {
  Method method = Method::kGet;
  std::string path;  // below kBase
  std::string query;
  std::string body;
  std::string cookie;  // of the session
  std::string csrf;
  std::string bearer;
  std::string if_match, if_none_match, idempotency_key;
  std::string address;  // the client's, without port
  std::string source;   // the same as a bucket of failures: source_of()
  std::string browser;  // User-Agent
  std::string base_url;
  bool secure = false;
};

struct Reply {
  uint32_t status = 200;
  std::string body;
  http::Headers headers{};
  std::string type = "application/json; charset=utf-8";

  static Reply nothing() { return {204, {}, {}, {}}; }
  static Reply json(std::string text, uint32_t status = 200) { return {status, std::move(text)}; }
};

class Site;

/// Connections to end, empty: all of the device. Done once the call is committed.
struct Disconnect {
  std::string device_id;
  std::vector<int64_t> connections;
};

/// To be sent once the call is committed: one of the site's mails (mail/1), with what it says.
struct Mail {
  std::string to;
  std::string name;  // "invitation"
  std::vector<std::pair<std::string, std::string>> values{};
};

/// A row of the console's log, for whoever follows the server's events once it is committed.
struct Told {
  std::string_view subject, operation;  // words
  std::string user, address, detail;
};

struct Call {
  const Sql& sql;
  Touched& touched;
  const Site& site;
  const Contract& contract;
  const Endpoint& endpoint;
  const Ask& ask;
  const Caller& caller;
  std::vector<std::pair<std::string_view, std::string>> parameters{};
  Query query{};
  Poco::JSON::Object::Ptr body{};
  int64_t now = 0;  // Unix seconds
  std::vector<Disconnect> disconnects{};
  std::vector<Mail> mails{};
  mutable std::vector<Told> told{};
  std::optional<SiteSettings::Stored> settings{};  // new ones, that count once the call is committed
  std::string prepared{};                          // a new password's hash: made outside of the transaction
  bool verified = false;                           // the present password that the body gives is right

  const std::string& parameter(std::string_view name) const;

  // ---- the body; null is as if it were missing, but for has() and is_null() ----
  bool has(const std::string& key) const { return body->has(key); }
  bool is_null(const std::string& key) const { return body->isNull(key); }
  std::string text(const std::string& key, const std::string& otherwise = {}) const;
  bool flag(const std::string& key, bool otherwise = false) const;
  int64_t integer(const std::string& key, int64_t otherwise = 0) const;
  std::vector<std::string> texts(const std::string& key) const;
  std::optional<int64_t> moment(const std::string& key) const;

  /// If-Match, where the caller gave one: throws Refused 412 where it names another state than this.
  void require_match(const Entity& present) const;
  /// The object with its ETag; 304 where the caller has it, 201 for what creates.
  Reply shown(const Entity& entity) const;

  /// A row of the console's audit, in this transaction. No secrets in any of the texts.
  void log(Subject subject, Operation operation, std::string_view detail, std::string_view before = {},
           std::string_view after = {}) const;
};

/// A field of an object of the body that is an array of objects.
std::string text_in(const Poco::JSON::Object& object, const std::string& key);

/// A refusal about one field of the body.
[[noreturn]] void refuse_field(const std::string& field, std::string_view reason, const std::string& detail,
                               uint16_t status = 422);

/// A dynamic UPDATE of what a PATCH gives.
class Update {
 public:
  void set(std::string_view column, std::string_view value);
  void set_number(std::string_view column, int64_t value);
  void set_null(std::string_view column) { columns_.push_back(std::string{column} + " = NULL"); }
  bool any() const { return !columns_.empty(); }
  /// Of the row with this id; nothing where nothing was set.
  void run(const Sql& sql, std::string_view table, int64_t id);

 private:
  struct Value {
    bool number;
    int64_t integer;
    std::string text;
  };
  std::string place(Value value);

  std::vector<std::string> columns_;
  std::deque<Value> values_;
};

using Handler = Reply (*)(Call& call);
/// The next piece of a stream, behind row `after`; `last` is the last row's number, and stays 0 at the end.
using Exporter = std::string (*)(const Call& call, bool csv, int64_t after, int64_t* last);

}  // namespace junctor::accounts::admin
