// SPDX-License-Identifier: Apache-2.0
// The files: audit.jsonl, and older ones as audit-TIME.jsonl beside it. For threads that may block; one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "query.hpp"

namespace junctor::audit {

struct Retention {
  int64_t file_bytes = 0;           ///< a file is closed at this size
  std::chrono::seconds file_age{};  ///< or when its first line is so old
  std::chrono::seconds keep{};      ///< closed files are removed after this; 0: never
  int64_t keep_files = 0;           ///< so many closed ones stay
  bool sync = true;                 ///< each batch is on the disk before write() returns
};

class Journal {
 public:
  /// Makes the directory where it is missing. Throws junctor::Error.
  explicit Journal(std::string directory);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Appends whole lines, each with its end. `now`: seconds since 1970. Throws junctor::Error with the system's reason;
  /// some of them may have been written.
  void write(const std::string& lines, const Retention& retention, int64_t now);
  /// Removes what is past its time. Returns how many files went.
  size_t tidy(const Retention& retention, int64_t now);

  /// The newest lines that fit, newest first. Files are read from the end backwards, until there are enough or
  /// `patience` is over.
  Found find(const Query& query, std::chrono::milliseconds patience) const;

 private:
  void open(int64_t now);
  void close();
  void rotate(int64_t now);
  std::string current() const { return directory_ + "/audit.jsonl"; }
  std::vector<std::string> closed() const;

  std::string directory_;
  int fd_ = -1;
  int64_t size_ = 0;
  int64_t began_ = 0;
};

}  // namespace junctor::audit
