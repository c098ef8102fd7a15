// SPDX-License-Identifier: Apache-2.0
// Reading and changing the info column. Any thread.
#include "storage_sqlite/info.hpp"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <sstream>

namespace junctor::storage {
namespace {

using Poco::JSON::Object;

/// Null where the text is no JSON object. Members keep their order.
Object::Ptr parse(std::string_view info) {
  try {
    Poco::JSON::ParseHandler::Ptr handler = new Poco::JSON::ParseHandler{true};
    Poco::JSON::Parser parser{handler};
    parser.setDepth(64);
    return parser.parse(std::string{info}).extract<Object::Ptr>();
  } catch (const Poco::Exception&) {
    return {};
  }
}

std::string ip_of(const Object& object) {
  const Poco::Dynamic::Var ip = object.get("ip");
  std::string text = ip.isString() ? ip.extract<std::string>() : std::string{};
  constexpr std::string_view kMapped = "::ffff:";
  const bool mapped = text.size() > kMapped.size() && (text.starts_with(kMapped) || text.starts_with("::FFFF:")) &&
                      text.find('.') != std::string::npos;
  return mapped ? text.substr(kMapped.size()) : text;
}

std::string print(const Object& object) {
  std::ostringstream out;
  object.stringify(out);
  return out.str();
}

}  // namespace

std::string ip_of_info(std::string_view info) {
  const Object::Ptr object = parse(info);
  return object.isNull() ? std::string{} : ip_of(*object);
}

std::string info_with_ip(std::string_view info, std::string_view ip) {
  Object::Ptr object = parse(info);
  if (object.isNull()) {
    object = new Object;
  } else if (object->has("ip") && ip_of(*object) == ip) {
    return std::string{info};
  }
  object->set("ip", std::string{ip});
  return print(*object);
}

}  // namespace junctor::storage
