// SPDX-License-Identifier: Apache-2.0
// Short words to declare the kernel's own options as data. Pure functions, any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "config/schema.hpp"

namespace junctor::config {

inline Option option(std::string name, Type type, std::string help) {
  Option made;
  made.name = std::move(name);
  made.type = type;
  made.help = std::move(help);
  return made;
}

inline Option with_default(Option made, std::string text) {
  made.default_text = std::move(text);
  made.has_default = true;
  return made;
}

/// `min` and `max` in the unit of the type.
inline Option bounded(Option made, std::string text, int64_t min, int64_t max) {
  made.min = min;
  made.max = max;
  return with_default(std::move(made), std::move(text));
}

inline Option one_choice(Option made, std::vector<std::string> choices, std::string text) {
  made.choices = std::move(choices);
  return with_default(std::move(made), std::move(text));
}

inline Option list_of(Option made) {
  made.list = true;
  return with_default(std::move(made), "");
}

inline Option required(Option made) {
  made.required = true;
  return made;
}

inline Option for_writing(Option made) {
  made.purpose = Purpose::kWriteFile;
  return made;
}

inline Option live(Option made) {
  made.live = true;
  return made;
}

}  // namespace junctor::config
