// SPDX-License-Identifier: Apache-2.0
// RustDesk's TCP framing made WebSocket messages. No thread of its own.
#include "outgoing.hpp"

#include <algorithm>

#include "frame.hpp"

namespace junctor::ws_bridge {

bool Outgoing::read_header(std::string_view& bytes) {
  while (!bytes.empty()) {
    header_ |= static_cast<uint32_t>(static_cast<uint8_t>(bytes.front())) << (8 * header_size_++);
    bytes.remove_prefix(1);
    if (header_size_ < (header_ & 3) + 1) continue;
    left_ = header_ >> 2;
    header_ = 0;
    header_size_ = 0;
    return true;
  }
  return false;
}

void Outgoing::append(std::string_view bytes, Pieces& out) {
  std::string head;  // ten bytes at most: it is not allocated
  while (true) {
    const std::string_view piece = bytes.substr(0, left_);
    out.append(piece);
    bytes.remove_prefix(piece.size());
    left_ -= static_cast<uint32_t>(piece.size());
    if (left_ > 0) return;
    out.append({waiting_.data(), waiting_size_});
    waiting_size_ = 0;
    if (!read_header(bytes)) return;
    if (left_ == 0) continue;
    head.clear();
    append_header(Opcode::kBinary, left_, head);
    out.append(head);
  }
}

bool Outgoing::keep_control(std::string_view frame) {
  if (between_messages()) return true;
  waiting_size_ = static_cast<uint8_t>(std::min(frame.size(), waiting_.size()));
  std::copy_n(frame.begin(), waiting_size_, waiting_.begin());
  return false;
}

}  // namespace junctor::ws_bridge
