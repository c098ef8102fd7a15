// SPDX-License-Identifier: Apache-2.0
// The pipes that bridges splice through: a bounded allowance of the whole process, borrowed only while bytes are in
// flight. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

#include "net/socket.hpp"

namespace junctor::net {

struct PipeOptions {
  /// 256 pipes of 256 KiB are all that an unprivileged process gets (fs.pipe-user-pages-soft).
  uint32_t max_pipes = 256;
  uint32_t pipe_size = 256 * 1024;
};

struct Pipe {
  Fd read;
  Fd write;
  uint32_t size = 0;  // what the kernel granted, bytes
  explicit operator bool() const { return static_cast<bool>(read); }
};

class PipePool {
 public:
  /// Ignores SIGPIPE for the process, where it had its default: no flag keeps splice from raising it.
  explicit PipePool(const PipeOptions& options = {});

  /// An empty pipe, or none: the allowance is used up, descriptors ran out, or the kernel grants only tiny ones.
  Pipe borrow();
  /// `empty` false: bytes are left in it, so it is closed instead of kept.
  void give_back(Pipe pipe, bool empty = true);

  uint32_t lent() const { return lent_.load(std::memory_order_relaxed); }
  uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  Pipe make();

  PipeOptions options_;
  std::atomic<uint32_t> lent_{0};
  std::atomic<uint64_t> refused_{0};
  std::mutex mutex_;
  std::vector<Pipe> idle_;
};

}  // namespace junctor::net
