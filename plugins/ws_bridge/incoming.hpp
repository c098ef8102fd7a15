// SPDX-License-Identifier: Apache-2.0
// A client's WebSocket messages made RustDesk's TCP frames, as they come (protocol.md 6.5). A message of one frame
// streams through; one of several is gathered first, as a TCP frame begins with its length. Lives on its loop.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "frame_reader.hpp"
#include "wire/frame.hpp"

namespace junctor::ws_bridge {

class Incoming {
 public:
  /// `max_message` is at most wire::kMaxFramePayload.
  explicit Incoming(uint64_t max_message) : state_{FrameReader{max_message}, false} {}

  enum class Event { kNeedMore, kMessage, kControl, kError };

  /// Takes bytes off the front of `input` and appends what they become to `out`, never more than it takes. kMessage: a
  /// gathered one is complete: take_message. kControl, kError: ask reader().
  Event read(std::string_view& input, std::string& out);
  /// With its header, and no longer here.
  std::string take_message();

  /// For when what was read cannot be passed on yet: back to where `mark` was taken, before the read() since.
  auto mark() const { return std::pair{state_, gathered_.size()}; }
  template <class Mark>
  void back_to(const Mark& mark) {
    state_ = mark.first;
    gathered_.resize(mark.second);
  }

  FrameReader& reader() { return state_.reader; }
  const FrameReader& reader() const { return state_.reader; }
  /// Bytes of an unfinished message that are held.
  size_t gathered() const { return gathered_.size(); }

 private:
  struct State {
    FrameReader reader;
    bool streams;  // the frame under way is a whole message
  };
  State state_;
  std::string gathered_;
};

}  // namespace junctor::ws_bridge
