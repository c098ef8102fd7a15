// SPDX-License-Identifier: Apache-2.0
#include "ops/data_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace junctor::ops {
namespace {

LockFile::Result lock_or_throw(LockFile& file, bool shared, const std::string& directory) {
  const LockFile::Result result = file.lock(shared);
  if (result == LockFile::Result::kRefused) {
    throw std::runtime_error{"kernel.data_dir: another server, pid " + file.holder() + ", has " + directory +
                             "; stop it first, or give this one a directory of its own (--data DIR)"};
  }
  return result;
}

}  // namespace

LockFile::LockFile(const std::string& path)
    : fd_{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640)} {
  if (fd_ < 0) {
    throw std::runtime_error{"kernel.data_dir: cannot make " + path + ": " + std::strerror(errno) +
                             "; the data directory must be writable for the user that the server runs as"};
  }
}

LockFile::~LockFile() { ::close(fd_); }

LockFile::Result LockFile::lock(bool shared) {
  if (::flock(fd_, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK ? Result::kRefused : Result::kNoLocks;
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  // For whoever is refused; without it the lock holds as well.
  [[maybe_unused]] const bool said = ::ftruncate(fd_, 0) == 0 && ::pwrite(fd_, pid.data(), pid.size(), 0) > 0;
  return Result::kHeld;
}

std::string LockFile::holder() const {
  char text[24] = "";
  const ssize_t size = ::pread(fd_, text, sizeof text - 1, 0);
  std::string pid{text, size > 0 ? static_cast<size_t>(size) : 0};
  pid.erase(std::min(pid.find_first_not_of("0123456789"), pid.size()));
  return pid.empty() ? "unknown" : pid;
}

DataLock::DataLock(const std::string& directory, const std::string& sharer) : all_{directory + "/junctord.lock"} {
  holds_ = lock_or_throw(all_, !sharer.empty(), directory) == LockFile::Result::kHeld;
  if (sharer.empty()) return;
  own_.emplace(directory + "/" + sharer + ".lock");
  lock_or_throw(*own_, false, directory);
}

}  // namespace junctor::ops
