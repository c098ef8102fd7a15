// SPDX-License-Identifier: Apache-2.0
// RustDesk's TCP framing made WebSocket messages, as it comes, without keeping any of it (protocol.md 6.5): one frame
// one binary message, empty ones dropped. A value; one thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "pieces.hpp"

namespace junctor::ws_bridge {

class Outgoing {
 public:
  /// Appends what the next bytes become; they stay where they are until `out` is sent.
  void append(std::string_view bytes, Pieces& out);
  /// A control frame goes out as soon as no message is under way: true where that is now, else it is kept and stands in
  /// front of the next message.
  bool keep_control(std::string_view frame);

  /// No message is under way: a control frame may follow.
  bool between_messages() const { return left_ == 0; }
  /// Nothing is half sent, nor half a header read.
  bool at_boundary() const { return left_ == 0 && header_size_ == 0; }

 private:
  bool read_header(std::string_view& bytes);

  uint32_t left_ = 0;  // of the payload
  uint32_t header_ = 0;
  uint8_t header_size_ = 0;
  uint8_t waiting_size_ = 0;
  std::array<char, 127> waiting_{};  // a control frame; a later one replaces it
};

}  // namespace junctor::ws_bridge
