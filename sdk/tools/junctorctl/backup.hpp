// SPDX-License-Identifier: Apache-2.0
// A copy of a site while it runs: keys, databases as they were at one moment, what plugins keep, configuration. One
// thread.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace junctor::tools {

/// Something that a person has to mend; the text says what.
class BackupError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct BackedUp {
  std::string file;  ///< below the copy
  std::string how;   ///< "database" or "file"
  uint64_t bytes = 0;
};

/// Copies the data directory to `to`, and the configuration directory to `to`/config where there is one (empty: none).
/// A database is copied through SQLite, so that it is whole whatever is being written meanwhile, and checked. `to` must
/// not exist; it appears, private to its owner and on the disk, when all of it is there. Throws BackupError; then it
/// does not.
std::vector<BackedUp> back_up(const std::string& data, const std::string& config, const std::string& to);

}  // namespace junctor::tools
