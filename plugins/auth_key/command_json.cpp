// SPDX-License-Identifier: Apache-2.0
// Words in, JSON out. Any thread.
#include "auth_key/command_json.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>

#include <sstream>

namespace junctor::auth {

using Poco::JSON::Object;

std::vector<std::string> words_of(std::string_view args) {
  std::vector<std::string> words;
  Poco::JSON::Parser parser;
  parser.setDepth(8);
  const auto object = parser.parse(std::string{args}).extract<Object::Ptr>();
  const auto array = object->getArray("args");
  for (size_t i = 0; !array.isNull() && i < array->size(); ++i) {
    words.push_back(array->getElement<std::string>(static_cast<unsigned>(i)));
  }
  return words;
}

std::string print(const Object& object) {
  std::ostringstream out;
  object.stringify(out);
  return out.str();
}

std::string error_json(const std::string& text) {
  Object object;
  object.set("error", text);
  return print(object);
}

}  // namespace junctor::auth
