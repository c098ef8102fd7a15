// SPDX-License-Identifier: Apache-2.0
// Reads configuration and secret files: regular ones, with a bound on their size. [control]
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/conf_dir.hpp"
#include "config/fault.hpp"

namespace junctor::config {

/// The whole of a regular file of at most `limit` bytes, or nothing and `*why`. Never blocks on a pipe or a device.
std::optional<std::string> read_bounded_file(const std::string& path, size_t limit, std::string* why);

/// `main_file`, then `conf.d/*.toml` beside it in byte order of names, hidden ones and directories left out. A missing
/// conf.d is an empty one. What cannot be read is a fault each, and the others are still read.
std::vector<Source> read_sources(const std::string& main_file, const ReadLimits& limits, Faults* faults);

}  // namespace junctor::config
