// SPDX-License-Identifier: Apache-2.0
// A command's words in, its answer out, for plugins that link Poco's JSON (control.h says what the texts are).
// Header-only, C++20; values, any thread.
#pragma once

#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace junctor::command {

/// The words of {"args": ["..."]}. The kernel hands out nothing else; where a caller does, there are none.
inline std::vector<std::string> words(std::string_view args) {
  std::vector<std::string> out;
  try {
    const auto request = Poco::JSON::Parser{}.parse(std::string{args}).extract<Poco::JSON::Object::Ptr>();
    const auto list = request->getArray("args");
    if (!list.isNull()) {
      for (const auto& word : *list) out.push_back(word.extract<std::string>());
    }
  } catch (const Poco::Exception&) {
    out.clear();
  }
  return out;
}

inline std::string text(const Poco::JSON::Object& object) {
  std::ostringstream out;
  object.stringify(out);
  return out.str();
}

/// {"error": reason}, as a failure is answered.
inline std::string error(const std::string& reason) {
  Poco::JSON::Object object;
  object.set("error", reason);
  return text(object);
}

}  // namespace junctor::command
