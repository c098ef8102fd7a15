// SPDX-License-Identifier: Apache-2.0
#include "problem.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <sstream>

namespace junctor::accounts::admin {
namespace {

const char* title(uint16_t status) {
  switch (status) {
    case 400:
      return "The request cannot be read";
    case 401:
      return "Log in first";
    case 403:
      return "Not allowed";
    case 404:
      return "Not there";
    case 405:
      return "Not with this method";
    case 409:
      return "In conflict with what is there";
    case 412:
      return "Changed by somebody else";
    case 413:
      return "Too much";
    case 415:
      return "Not this kind of content";
    case 422:
      return "Not like this";
    case 429:
      return "Too often";
    case 503:
      return "Not at this moment";
    default:
      return "A fault of the server";
  }
}

}  // namespace

std::string Problem::json() const {
  Poco::JSON::Object out{Poco::JSON_PRESERVE_KEY_ORDER};
  out.set("type", "urn:junctor:problem:" + reason);
  out.set("title", title(status));
  out.set("status", status);
  out.set("reason", reason);
  out.set("detail", detail);
  if (!errors.empty()) {
    Poco::JSON::Array::Ptr list = new Poco::JSON::Array;
    for (const FieldFault& one : errors) {
      Poco::JSON::Object::Ptr row = new Poco::JSON::Object{Poco::JSON_PRESERVE_KEY_ORDER};
      row->set("field", one.field);
      row->set("detail", one.detail);
      list->add(row);
    }
    out.set("errors", list);
  }
  std::ostringstream text;
  out.stringify(text);
  return text.str();
}

void refuse(uint16_t status, std::string_view reason, std::string detail) {
  throw Refused{{status, std::string{reason}, std::move(detail), {}}};
}

Problem not_found(std::string_view what) {
  return {404, "not_found", "There is no such " + std::string{what} + ", or you may not see it.", {}};
}

Problem forbidden(std::string_view permission) {
  if (permission == "administrator") return {403, "not_allowed", "Administrators alone may do this.", {}};
  return {403,
          "not_allowed",
          "You lack the permission " + std::string{permission} +
              " for this; an administrator can give it with an admin role.",
          {}};
}

}  // namespace junctor::accounts::admin
