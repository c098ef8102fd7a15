// SPDX-License-Identifier: Apache-2.0
#include "ops/inherited.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace junctor::ops {
namespace {

constexpr int kFirst = 3;  // SD_LISTEN_FDS_START
constexpr long kMost = 100'000;

}  // namespace

std::vector<int> inherited_descriptors() {
  std::vector<int> all;
  const char* pid = std::getenv("LISTEN_PID");
  const char* count = std::getenv("LISTEN_FDS");
  const bool ours = pid != nullptr && count != nullptr && pid == std::to_string(::getpid());
  const long most = ours ? std::strtol(count, nullptr, 10) : 0;
  for (long i = 0; i < most && i < kMost; ++i) {
    const int fd = kFirst + static_cast<int>(i);
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0) all.push_back(fd);
  }
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  return all;
}

}  // namespace junctor::ops
