// SPDX-License-Identifier: Apache-2.0
// The first message of a relay connection (protocol.md 6.5): a framed RequestRelay. Lives on the connection's loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/frame.hpp"

namespace junctor::relay {

/// What a side asks for. id (B's) and conn_type come from A alone.
struct Request {
  std::string uuid;
  std::string id;
  std::string licence_key;
  std::string token;
  uint32_t conn_type = 0;
};

/// A uuid is 36 characters in every client; whoever sends more wants our memory.
inline constexpr size_t kMaxUuid = 128;

class Greeting {
 public:
  enum class Status { kNeedMore, kRequest, kTooLarge, kBadRequest };

  /// A message that promises more than `max_message` bytes is kTooLarge.
  explicit Greeting(size_t max_message) : decoder_{max_message} {}

  /// Takes `consumed` bytes off the front of `data`: never one behind the frame, for those belong to the other side.
  Status feed(std::string_view data, size_t* consumed, Request* request);

 private:
  wire::FrameDecoder decoder_;
};

}  // namespace junctor::relay
