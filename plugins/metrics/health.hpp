// SPDX-License-Identifier: Apache-2.0
// What /healthz and /readyz say. Any thread that may wait, so no loop.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "junctor/host.hpp"
#include "junctor/services.hpp"

namespace junctor::metrics {

struct Verdict {
  bool good = true;
  std::string text;  ///< one line a thing that was looked at
};

/// From the server's own metrics (`ready`, `plugin_up`): has it started, and does every enabled instance run?
class Readiness {
 public:
  void add(const jct_metric_row& row);
  Verdict verdict() const;

 private:
  bool started_ = false;
  std::vector<std::string> down_;
  size_t up_ = 0;
};

class Health {
 public:
  explicit Health(const Host& host) : host_{host} {
    if (const auto ref = host.find(JCT_STORAGE_SERVICE)) storage_.emplace(host);
  }

  /// Every loop answers within `patience`.
  Verdict alive(Duration patience) const;
  /// The server has started, all its plugins run, and storage answers within `patience`.
  Verdict ready(Duration patience) const;

 private:
  std::optional<std::string> storage_fault(Duration patience) const;

  const Host& host_;
  std::optional<Storage> storage_;
};

}  // namespace junctor::metrics
