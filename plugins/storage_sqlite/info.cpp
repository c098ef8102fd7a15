// SPDX-License-Identifier: Apache-2.0
// Reading and changing the info column. Any thread.
#include "storage_sqlite/info.hpp"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <optional>
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

// What nearly every row has is {"ip":"..."} and nothing else. That is read and written without a parser, which costs
// ten times as much as the row.
constexpr std::string_view kHead = R"({"ip":")", kTail = R"("})";

bool is_plain(std::string_view ip) {
  return ip.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos;
}

std::optional<std::string_view> plain_ip(std::string_view info) {
  if (info.size() < kHead.size() + kTail.size() || !info.starts_with(kHead) || !info.ends_with(kTail)) return {};
  info.remove_prefix(kHead.size());
  info.remove_suffix(kTail.size());
  return is_plain(info) ? std::optional{info} : std::nullopt;
}

std::string unmapped(std::string text) {
  constexpr std::string_view kMapped = "::ffff:";
  const bool mapped = text.size() > kMapped.size() && (text.starts_with(kMapped) || text.starts_with("::FFFF:")) &&
                      text.find('.') != std::string::npos;
  return mapped ? text.substr(kMapped.size()) : text;
}

std::string ip_of(const Object& object) {
  const Poco::Dynamic::Var ip = object.get("ip");
  return ip.isString() ? unmapped(ip.extract<std::string>()) : std::string{};
}

std::string print(const Object& object) {
  std::ostringstream out;
  object.stringify(out);
  return out.str();
}

}  // namespace

std::string ip_of_info(std::string_view info) {
  if (const auto plain = plain_ip(info)) return unmapped(std::string{*plain});
  const Object::Ptr object = parse(info);
  return object.isNull() ? std::string{} : ip_of(*object);
}

std::string info_with_ip(std::string_view info, std::string_view ip) {
  const auto plain = plain_ip(info);
  if (plain && unmapped(std::string{*plain}) == ip) return std::string{info};
  if ((info.empty() || plain) && is_plain(ip)) return std::string{kHead}.append(ip).append(kTail);
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
