// SPDX-License-Identifier: Apache-2.0
// What is sent in one call: long payloads from where they lie, all else copied together in front of and behind them.
// Lives on one loop, which reuses it.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "junctor/net.hpp"

namespace junctor::ws_bridge {

class Pieces {
 public:
  /// `joined`: all is copied into one piece, as TLS is to have it.
  void clear(bool joined = false);
  /// Behind what was appended. `bytes` of kLong and more are to stay where they are until all is sent.
  void append(std::string_view bytes);
  bool empty() const { return copied_.empty() && count_ == 0; }

  /// Good until the next call.
  std::span<const jct_bytes> parts();

  /// What is shorter costs less to copy than to name.
  static constexpr size_t kLong = 1024;

 private:
  struct Long {
    std::string_view bytes;
    size_t behind = 0;  // so much of copied_
  };
  // Each has copied bytes in front of it, and the last one some behind.
  static constexpr size_t kMostLong = (JCT_SENDV_PIECES - 1) / 2;

  bool joined_ = false;
  std::string copied_;
  std::array<Long, kMostLong> long_;
  size_t count_ = 0;
  std::array<jct_bytes, JCT_SENDV_PIECES> parts_;
};

}  // namespace junctor::ws_bridge
