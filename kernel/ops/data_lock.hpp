// SPDX-License-Identifier: Apache-2.0
// One data directory, one server: a locked file in it, which goes with the process. [control]
#pragma once

#include <optional>
#include <stdexcept>
#include <string>

namespace junctor::ops {

/// A lock on a file that has its holder's pid and stays when the server ends.
class LockFile {
 public:
  /// Throws std::runtime_error where the file cannot be made.
  explicit LockFile(const std::string& path);
  ~LockFile();
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

  enum class Result { kHeld, kRefused, kNoLocks };
  Result lock(bool shared);
  std::string holder() const;

 private:
  int fd_;
};

class DataLock {
 public:
  /// `sharer`: empty where the server is to be alone; else what tells it from the others that may be there too. Throws
  /// std::runtime_error with the other's pid and the mend where somebody is in the way.
  DataLock(const std::string& directory, const std::string& sharer);

  /// False on a file system that has no locks: then nothing keeps a second server away.
  bool holds() const { return holds_; }

 private:
  LockFile all_;
  std::optional<LockFile> own_;
  bool holds_ = false;
};

}  // namespace junctor::ops
