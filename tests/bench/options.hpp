// SPDX-License-Identifier: Apache-2.0
// The command line. Values; any thread.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/address.hpp"

namespace junctor::bench {

struct Options {
  int rounds = 5;
  double seconds = 0.5;    ///< of each measurement
  int workers = 0;         ///< of our own servers; 0: as shipped, one for each core
  size_t peers = 0;        ///< the most that are registered
  size_t sessions = 5000;  ///< the most that the relay has at once
  size_t sockets = 16;     ///< that heartbeats come from
  std::string only;        ///< measure the flows of `cost` and `heartbeats` with this in their name
  bool json = false;
  bool check = false;              ///< exit code 1 where a ratio is over twice its target
  bool netns = false;              ///< servers and clients in namespaces of their own, over veth
  std::string target;              ///< as given: HOST or HOST:PORT of a server to be measured instead of our own
  wire::Address target_address;    ///< its P
  std::string key;                 ///< licence key of the target
  std::optional<pid_t> pid;        ///< of the target, where it runs on this host
  std::vector<std::string> parts;  ///< none: all

  bool wants(const std::string& part) const;
  bool wants_flow(std::string_view name) const { return name.find(only) != std::string_view::npos; }
};

/// Throws std::invalid_argument with what is wrong.
Options parse_options(const std::vector<std::string>& words);
extern const char* const kUsage;

}  // namespace junctor::bench
