// SPDX-License-Identifier: Apache-2.0
// What servers started here find instead of what the host has: a small disk, a file. In this process's mount namespace,
// gone with it. The thread that starts servers.
#pragma once

#include <cstddef>
#include <string>

#include "support/temp_dir.hpp"

namespace junctor::site {

class Disk {
 public:
  /// Why none can be made here; empty when one can.
  static std::string missing();

  /// Mounts it at `path`, a directory that is made. Throws where that fails.
  Disk(std::string path, size_t kib);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  /// Takes all space that is left, and gives it back.
  void fill() const;
  void free() const;
  void make_read_only() const;

 private:
  std::string ballast() const { return path_ + "/ballast"; }

  std::string path_;
};

/// Our children read `text` where the host has the file `path`. Throws where that fails; as root alone.
class FileInstead {
 public:
  FileInstead(std::string path, const std::string& text);
  ~FileInstead();
  FileInstead(const FileInstead&) = delete;
  FileInstead& operator=(const FileInstead&) = delete;

 private:
  testing::TempDir dir_;
  std::string path_;
};

}  // namespace junctor::site
