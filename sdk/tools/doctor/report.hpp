// SPDX-License-Identifier: Apache-2.0
// A report for people and for scripts. Pure, any thread.
#pragma once

#include <Poco/Dynamic/Var.h>

#include <string>

#include "tools/doctor/check.hpp"

namespace junctor::tools::doctor {

enum class Signs { kUnicode, kAscii };

/// "✓ name  detail  (12 ms)" and a line end.
std::string check_line(const Check& check, Signs signs);
/// What is to be done, a paragraph for each failure and then for each warning; and how it stands as a whole.
std::string advice(const Report& report);
/// {"server": ..., "checks": [{"name", "result", "ms", "detail", "hint"}]}; ms may be null.
Poco::Dynamic::Var to_json(const Report& report);

}  // namespace junctor::tools::doctor
