// SPDX-License-Identifier: Apache-2.0
// The command line. Values; any thread.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace junctor::bench {

struct Options {
  int rounds = 5;
  double seconds = 0.5;  ///< of each measurement
  int workers = 2;       ///< of our own server
  std::string only;      ///< measure the costs of flows with this in their name
  bool json = false;
  bool check = false;              ///< exit code 1 where a ratio is over twice its target
  bool netns = false;              ///< servers and clients in namespaces of their own, over veth
  std::string target;              ///< HOST:PORT of a relay to be measured instead of our own
  std::string key;                 ///< licence key of the target
  std::optional<pid_t> pid;        ///< of the target, where it runs on this host
  std::vector<std::string> parts;  ///< none: all

  bool wants(const std::string& part) const;
};

/// Throws std::invalid_argument with what is wrong.
Options parse_options(const std::vector<std::string>& words);
extern const char* const kUsage;

}  // namespace junctor::bench
