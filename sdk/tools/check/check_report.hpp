// SPDX-License-Identifier: Apache-2.0
// What junctor-plugin-check has found, printed as it is found: a plugin may end the process at any time. One thread.
#pragma once

#include <cstddef>
#include <string>

namespace junctor::tools {

class CheckReport {
 public:
  /// `step` is memory of `step_size` bytes that outlives this process's death: the last step that was begun.
  CheckReport(char* step, size_t step_size) : step_{step}, step_size_{step_size} {}

  void begin_file(const std::string& name);
  /// What follows happens during this.
  void begin_step(const std::string& what);
  void ok(const std::string& what);
  /// Worth knowing, no fault.
  void note(const std::string& what);
  void fault(const std::string& what);

  size_t faults() const { return faults_; }

 private:
  char* step_;
  size_t step_size_;
  std::string file_;
  size_t faults_ = 0;
};

}  // namespace junctor::tools
