// SPDX-License-Identifier: Apache-2.0
// What doctor reports: one check a line, each with what was seen and what to do. Values, any thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace junctor::tools::doctor {

enum class Result { kOk, kWarning, kFailed, kSkipped };

struct Check {
  std::string name;  ///< stable: scripts know it
  Result result = Result::kOk;
  std::optional<int64_t> ms;  ///< nothing where nothing was measured
  std::string detail;         ///< what was seen, and what it means
  std::string hint;           ///< what to do; empty where nothing is to be done
};

struct Report {
  std::string server;
  std::vector<Check> checks;

  bool failed() const {
    return std::any_of(checks.begin(), checks.end(), [](const Check& c) { return c.result == Result::kFailed; });
  }
};

}  // namespace junctor::tools::doctor
