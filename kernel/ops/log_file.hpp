// SPDX-License-Identifier: Apache-2.0
// The file behind log_file: appended to, rotated at a size, opened anew on demand. A disk that refuses is no reason to
// end: what could not be written is told of. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace junctor::ops {

class LogFile {
 public:
  /// As private as a database: it has addresses and ids.
  static constexpr unsigned kMode = 0640;

  struct Settings {
    std::string path;
    int64_t rotate_bytes = 0;  ///< 0: never
    int64_t keep = 0;          ///< rotated files that stay: PATH.0 is the newest
  };

  /// Throws std::runtime_error with the option's name and the mend.
  explicit LogFile(Settings settings);
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  /// Lines with their ends. False where not all of them are in the file: errno says why.
  bool write(std::string_view lines);
  /// By name; where that fails the file before stays.
  bool reopen();

 private:
  bool open();
  void rotate();
  void close();

  const Settings settings_;
  int fd_ = -1;
  int64_t size_ = 0;
  bool torn_ = false;  // the last write ended in the middle of a line
};

}  // namespace junctor::ops
