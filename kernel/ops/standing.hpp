// SPDX-License-Identifier: Apache-2.0
// What an operator should mend and has not mended yet: shown by `status`, metrics and doctor as long as it stands, and
// logged when it begins and ends. [any]
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "ops/log.hpp"

namespace junctor::ops {

struct StandingWarning {
  std::string reason;  ///< a stable word, one warning each
  std::string detail;
  std::string hint;
  bool operator==(const StandingWarning&) const = default;
};

class Standing {
 public:
  explicit Standing(Log& log) : log_{log} {}

  /// One that says the same again is not logged again.
  void raise(StandingWarning warning);
  void clear(const std::string& reason);
  // The same without a word in the log: whoever calls has told of it.
  void keep(StandingWarning warning);
  void forget(const std::string& reason);
  /// By reason.
  std::vector<StandingWarning> all() const;

 private:
  bool put(StandingWarning&& warning);

  Log& log_;
  mutable std::mutex mutex_;
  std::map<std::string, StandingWarning> all_;
};

}  // namespace junctor::ops
