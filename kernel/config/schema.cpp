// SPDX-License-Identifier: Apache-2.0
// Words for option types and look-up in a schema. Pure functions, any thread.
#include "config/schema.hpp"

#include <algorithm>

namespace junctor::config {
namespace {

std::string_view scalar_name(Type type) {
  switch (type) {
    case Type::kBool:
      return "bool";
    case Type::kInt:
      return "integer";
    case Type::kString:
      return "string";
    case Type::kChoice:
      return "choice";
    case Type::kDuration:
      return "duration";
    case Type::kSize:
      return "size";
    case Type::kRate:
      return "rate";
    case Type::kAddress:
      return "address";
    case Type::kNetwork:
      return "network";
    case Type::kPath:
      return "path";
    case Type::kListener:
      return "listener";
    case Type::kRecords:
      return "records";
    case Type::kHost:
      return "host";
    case Type::kHostPort:
      return "host:port";
    case Type::kKey:
      return "key";
  }
  return "unknown type";
}

}  // namespace

std::string type_name(const Option& option) {
  std::string name(scalar_name(option.type));
  if (!option.list || option.type == Type::kRecords) return name;
  if (option.type == Type::kAddress) return "list of addresses";
  return "list of " + name + "s";
}

std::string service_name(std::string_view declared) {
  declared.remove_prefix(std::min(declared.find_first_not_of("?*~"), declared.size()));
  return std::string(declared.substr(0, declared.find('/')));
}

const Option* find_option(const std::vector<Option>& options, std::string_view name) {
  for (const Option& option : options) {
    if (option.name == name) return &option;
  }
  return nullptr;
}

}  // namespace junctor::config
