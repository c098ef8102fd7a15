// SPDX-License-Identifier: Apache-2.0
#include "ops/unix_address.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace junctor::ops {

UnixAddress::UnixAddress(const std::string& path) {
  address_.sun_family = AF_UNIX;
  std::string shown = path;
  if (path.size() >= sizeof address_.sun_path) {
    const size_t slash = path.rfind('/');
    const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    directory_ = ::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory_ < 0) {
      error_ = errno;
      return;
    }
    shown =
        "/proc/self/fd/" + std::to_string(directory_) + "/" + path.substr(slash == std::string::npos ? 0 : slash + 1);
  }
  if (shown.size() >= sizeof address_.sun_path) {
    error_ = ENAMETOOLONG;
    return;
  }
  shown.copy(address_.sun_path, shown.size());
}

UnixAddress::~UnixAddress() {
  if (directory_ >= 0) ::close(directory_);
}

}  // namespace junctor::ops
