// SPDX-License-Identifier: Apache-2.0
// One call of the admin API as data: the table of these routes, checks and documents. Constant data, [any].
#pragma once

#include "field.hpp"

namespace junctor::accounts::admin {

enum class Method : uint8_t { kGet, kPost, kPut, kPatch, kDelete };

enum class Answer : uint8_t {
  kNothing,  // 204
  kObject,   // 200 with the schema; 201 for what creates
  kList,     // {"items": [...], "next": cursor or null, "total": when asked for}
  kStream,   // CSV or JSON lines, by `format`
  kEvents,   // text/event-stream
  kDocument  // JSON that no schema of ours describes
};

/// Who may call. A permission of accounts.md 8 is a right of its own: "users:view".
enum class Door : uint8_t {
  kOpen,        // anybody: log-in and what leads to it
  kSignedIn,    // whoever is logged in; what he sees and does is his own
  kPermission,  // `right`, within the scope in which the caller has it
  kAdmin        // administrators alone
};

/// What an API token must carry to be taken. Reading asks for r, all else for rw.
inline constexpr std::string_view kNoToken = "-";  // sessions of people alone
inline constexpr std::string_view kAnyToken = "";  // any token of the user
inline constexpr std::string_view kAllScopes = "all";

enum EndpointFlag : uint16_t {
  kHasETag = 1,      // answers carry one; If-Match is honoured, and If-None-Match on GET
  kIdempotent = 2,   // takes Idempotency-Key
  kFreshFactor = 4,  // the caller proved himself within the last 10 minutes (accounts.md 12)
  kCreates = 8,      // 201
  kUnlogged = 16,    // no row in the console's audit
};

struct Endpoint {
  std::string_view id;  // operationId; the part before the dot is its tag
  Method method = Method::kGet;
  std::string_view path;  // below /api/admin/v1
  Answer answer = Answer::kNothing;
  std::string_view schema;  // of the answer, or of a list's items
  Door door = Door::kSignedIn;
  std::string_view right;
  std::string_view scope;
  std::string_view body;  // a schema's name, empty: none
  Use use = Use::kNew;
  std::span<const Field> query;
  std::string_view sorts;  // "name|created"; the first is the order without `sort`
  uint16_t flags = 0;
  std::string_view help;

  constexpr Endpoint with(uint16_t more) const {
    Endpoint copy = *this;
    copy.flags = static_cast<uint16_t>(copy.flags | more);
    return copy;
  }
  constexpr Endpoint open() const {
    Endpoint copy = *this;
    copy.door = Door::kOpen;
    return copy;
  }
  constexpr Endpoint admin() const {
    Endpoint copy = *this;
    copy.door = Door::kAdmin;
    return copy;
  }
  constexpr Endpoint needs(std::string_view permission) const {
    Endpoint copy = *this;
    copy.door = Door::kPermission;
    copy.right = permission;
    return copy;
  }
  constexpr Endpoint scoped(std::string_view name) const {
    Endpoint copy = *this;
    copy.scope = name;
    return copy;
  }
  constexpr Endpoint takes(std::string_view name, Use how = Use::kNew) const {
    Endpoint copy = *this;
    copy.body = name;
    copy.use = how;
    return copy;
  }
  constexpr Endpoint filters(std::span<const Field> fields) const {
    Endpoint copy = *this;
    copy.query = fields;
    return copy;
  }
  constexpr Endpoint sorted(std::string_view fields) const {
    Endpoint copy = *this;
    copy.sorts = fields;
    return copy;
  }
  constexpr Endpoint fresh() const { return with(kFreshFactor); }
  constexpr Endpoint says(std::string_view sentence) const {
    Endpoint copy = *this;
    copy.help = sentence;
    return copy;
  }

  constexpr bool has(uint16_t flag) const { return (flags & flag) != 0; }
  constexpr bool reads() const { return method == Method::kGet; }
};

constexpr Endpoint endpoint(std::string_view id, Method method, std::string_view path, Answer answer,
                            std::string_view schema) {
  Endpoint made;
  made.id = id;
  made.method = method;
  made.path = path;
  made.answer = answer;
  made.schema = schema;
  return made;
}
constexpr Endpoint list(std::string_view id, std::string_view path, std::string_view schema) {
  return endpoint(id, Method::kGet, path, Answer::kList, schema);
}
constexpr Endpoint get(std::string_view id, std::string_view path, std::string_view schema) {
  return endpoint(id, Method::kGet, path, Answer::kObject, schema).with(kHasETag);
}
constexpr Endpoint view(std::string_view id, std::string_view path, std::string_view schema) {
  return endpoint(id, Method::kGet, path, Answer::kObject, schema);
}
constexpr Endpoint create(std::string_view id, std::string_view path, std::string_view schema) {
  return endpoint(id, Method::kPost, path, Answer::kObject, schema).takes(schema).with(kIdempotent | kCreates);
}
constexpr Endpoint edit(std::string_view id, std::string_view path, std::string_view schema) {
  return endpoint(id, Method::kPatch, path, Answer::kObject, schema).takes(schema, Use::kEdit).with(kHasETag);
}
constexpr Endpoint remove(std::string_view id, std::string_view path) {
  return endpoint(id, Method::kDelete, path, Answer::kNothing, {}).with(kHasETag);
}
/// An act: a POST that makes no object.
constexpr Endpoint act(std::string_view id, std::string_view path, std::string_view schema = {}) {
  return endpoint(id, Method::kPost, path, schema.empty() ? Answer::kNothing : Answer::kObject, schema);
}
constexpr Endpoint stream(std::string_view id, std::string_view path) {
  return endpoint(id, Method::kGet, path, Answer::kStream, {});
}

constexpr std::string_view method_name(Method method) {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kPatch:
      return "PATCH";
    case Method::kDelete:
      return "DELETE";
  }
  return "";
}

}  // namespace junctor::accounts::admin
