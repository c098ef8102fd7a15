// SPDX-License-Identifier: Apache-2.0
// The way back: from our configuration to what a stock server is told. No file is read; any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/stock/settings.hpp"

namespace junctor::stock {

/// What is in force, as text: "kernel.base_port" to "21116", rates in bits a second, durations in seconds, lists joined
/// with commas; "holepunch.relay" the relays' addresses. What is not there has its default.
using Effective = std::map<std::string, std::string>;

/// How the two stock servers are started.
struct Starts {
  struct One {
    std::vector<std::string> args;
    /// NAME=VALUE of what has no flag, and of a key that must not be seen in a list of processes.
    std::vector<std::string> environment;
  };
  One hbbs;
  One hbbr;
  Remarks remarks;
};

Starts starts_of(const Effective& effective);

}  // namespace junctor::stock
