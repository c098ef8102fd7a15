// SPDX-License-Identifier: Apache-2.0
// The address of a Unix socket whose path may be longer than the 107 bytes that the system has for it. Any thread.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <string>

namespace junctor::ops {

/// Good for bind and connect as long as it lives: a long path is reached by a descriptor of its directory.
class UnixAddress {
 public:
  explicit UnixAddress(const std::string& path);
  ~UnixAddress();
  UnixAddress(const UnixAddress&) = delete;
  UnixAddress& operator=(const UnixAddress&) = delete;

  /// 0, or errno of why there is none.
  int error() const { return error_; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  static constexpr socklen_t size() { return sizeof(sockaddr_un); }

 private:
  sockaddr_un address_{};
  int directory_ = -1;
  int error_ = 0;
};

}  // namespace junctor::ops
