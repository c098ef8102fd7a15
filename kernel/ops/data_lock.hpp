// SPDX-License-Identifier: Apache-2.0
// One data directory, one server: a locked file in it, which goes with the process. [control]
#pragma once

#include <stdexcept>
#include <string>

namespace junctor::ops {

class DataLock {
 public:
  /// The file has the holder's pid and stays when the server ends. It is named after the control socket: two servers
  /// that share a directory on purpose, as a stock ID server and relay do, have a socket each. Throws
  /// std::runtime_error with the other's pid and the mend where somebody has it.
  DataLock(const std::string& directory, const std::string& control_socket);
  ~DataLock();
  DataLock(const DataLock&) = delete;
  DataLock& operator=(const DataLock&) = delete;

  /// False on a file system that has no locks: then nothing keeps a second server away.
  bool holds() const { return holds_; }

 private:
  int fd_ = -1;
  bool holds_ = false;
};

}  // namespace junctor::ops
