// SPDX-License-Identifier: Apache-2.0
// What all commands share: their words, and answers as JSON. Any thread.
#pragma once

#include <Poco/JSON/Object.h>

#include <string>
#include <string_view>
#include <vector>

namespace junctor::auth {

struct CommandResult {
  bool ok;
  std::string json;  // {"error": "..."} where it is not
};

/// args: {"args": ["show"]}. Throws Poco::Exception where it is something else.
std::vector<std::string> words_of(std::string_view args);
std::string print(const Poco::JSON::Object& object);
/// {"error": text}
std::string error_json(const std::string& text);

}  // namespace junctor::auth
