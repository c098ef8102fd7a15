// SPDX-License-Identifier: Apache-2.0
// A mail on its way: what was asked for, and what it has become. Values.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace junctor::mail_smtp {

using Values = std::map<std::string, std::string>;

/// As a template made it: UTF-8, lines end with LF.
struct Letter {
  std::string subject, text, html;
};

struct Mail {
  std::string to;
  std::string name;  // of its template
  Letter letter;
  int64_t asked = 0;  // Unix seconds
  int tries = 0;
  bool once = false;  // somebody waits for the answer: no second try
};

/// One address and nothing else: no line end, no comma, no blank, so that nobody writes headers by it.
bool is_address(const std::string& text);

}  // namespace junctor::mail_smtp
