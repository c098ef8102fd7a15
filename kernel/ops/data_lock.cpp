// SPDX-License-Identifier: Apache-2.0
#include "ops/data_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace junctor::ops {
namespace {

std::string pid_in(int fd) {
  char text[24] = "";
  const ssize_t size = ::pread(fd, text, sizeof text - 1, 0);
  std::string pid{text, size > 0 ? static_cast<size_t>(size) : 0};
  pid.erase(std::min(pid.find_first_not_of("0123456789"), pid.size()));
  return pid.empty() ? "unknown" : pid;
}

}  // namespace

DataLock::DataLock(const std::string& directory, const std::string& control_socket) {
  const std::string path = directory + "/" + std::filesystem::path{control_socket}.stem().string() + ".lock";
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (fd_ < 0) {
    throw std::runtime_error{"kernel.data_dir: cannot make " + path + ": " + std::strerror(errno) +
                             "; the data directory must be writable for the user that the server runs as"};
  }
  holds_ = ::flock(fd_, LOCK_EX | LOCK_NB) == 0;
  if (!holds_ && errno == EWOULDBLOCK) {
    const std::string pid = pid_in(fd_);
    ::close(fd_);
    throw std::runtime_error{"kernel.data_dir: another server, pid " + pid + ", has " + directory +
                             "; stop it first, or give this one a directory of its own (--data DIR)"};
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  // For whoever is refused; without it the lock holds as well.
  if (holds_ && ::ftruncate(fd_, 0) == 0 && ::pwrite(fd_, pid.data(), pid.size(), 0) < 0) return;
}

DataLock::~DataLock() { ::close(fd_); }

}  // namespace junctor::ops
