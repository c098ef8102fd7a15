// SPDX-License-Identifier: Apache-2.0
// Child processes with their output in files. One thread.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "support/scale.hpp"

namespace junctor::testing {

class Process {
 public:
  /// argv[0] is looked up in PATH. Both files are created anew or appended to. It is killed with its owner.
  Process(const std::vector<std::string>& argv, const std::string& out_file, const std::string& err_file);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  void signal(int number) const;
  /// The exit code, or 128 + the signal that ended it; nothing when it still runs at the deadline.
  std::optional<int> wait(Millis patience = kPatience);
  /// User and system time so far, in seconds; of a running one.
  double cpu_seconds() const;

 private:
  bool reap(int flags);

  pid_t pid_ = -1;
  std::optional<int> code_;
};

struct Finished {
  int code = -1;
  std::string out;
  std::string err;
};
/// Runs a program to its end; code -1 when it had to be killed at the deadline.
Finished run(const std::vector<std::string>& argv, Millis patience = kPatience);
/// The same for the daemon of this build.
Finished run_junctord(std::vector<std::string> args, Millis patience = kPatience);

}  // namespace junctor::testing
