// SPDX-License-Identifier: Apache-2.0
#include "ops/log_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace junctor::ops {

LogFile::LogFile(Settings settings) : settings_{std::move(settings)} {
  if (open()) return;
  throw std::runtime_error{"kernel.log_file: cannot open " + settings_.path + ": " + std::strerror(errno) +
                           "; make its directory, writable for the user that the server runs as, or set log_file = "
                           "\"\" for standard error"};
}

LogFile::~LogFile() { close(); }

void LogFile::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

bool LogFile::open() {
  const int fd = ::open(settings_.path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, kMode);
  struct stat about {};
  if (fd < 0 || ::fstat(fd, &about) != 0) {
    const int error = errno;
    if (fd >= 0) ::close(fd);
    errno = error;
    return false;
  }
  close();
  fd_ = fd;
  size_ = S_ISREG(about.st_mode) ? about.st_size : 0;
  return true;
}

bool LogFile::reopen() { return open(); }

void LogFile::rotate() {
  const auto name = [this](int64_t number) { return settings_.path + "." + std::to_string(number); };
  ::unlink(name(settings_.keep - 1).c_str());
  for (int64_t number = settings_.keep - 1; number > 0; --number) {
    static_cast<void>(std::rename(name(number - 1).c_str(), name(number).c_str()));
  }
  static_cast<void>(std::rename(settings_.path.c_str(), name(0).c_str()));
  static_cast<void>(open());
}

bool LogFile::write(std::string_view lines) {
  const bool full =
      settings_.rotate_bytes > 0 && size_ > 0 && size_ + static_cast<int64_t>(lines.size()) > settings_.rotate_bytes;
  if (full && settings_.keep > 0) rotate();
  if (torn_ && ::write(fd_, "\n", 1) == 1) torn_ = false;
  while (!lines.empty()) {
    const ssize_t n = ::write(fd_, lines.data(), lines.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    size_ += n;
    torn_ = lines[static_cast<size_t>(n) - 1] != '\n';
    lines.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

}  // namespace junctor::ops
