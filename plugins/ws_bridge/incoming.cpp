// SPDX-License-Identifier: Apache-2.0
// A client's WebSocket messages made RustDesk's TCP frames. Lives on its loop.
#include "incoming.hpp"

namespace junctor::ws_bridge {

Incoming::Event Incoming::read(std::string_view& input, std::string& out) {
  FrameReader& reader = state_.reader;
  while (true) {
    switch (reader.next(input, state_.streams ? out : gathered_)) {
      case FrameReader::Status::kNeedMore:
        return Event::kNeedMore;
      case FrameReader::Status::kFrame:
        state_.streams = reader.first() && reader.last();
        if (state_.streams && reader.frame_size() > 0) {
          out.append(wire::FrameHeader{static_cast<size_t>(reader.frame_size())}.view());
        }
        break;
      case FrameReader::Status::kPayload:
        break;
      case FrameReader::Status::kFrameEnd:
        if (!state_.streams && reader.last() && !gathered_.empty()) return Event::kMessage;
        break;
      case FrameReader::Status::kControl:
        return Event::kControl;
      case FrameReader::Status::kError:
        return Event::kError;
    }
  }
}

std::string Incoming::take_message() {
  std::string message{wire::FrameHeader{gathered_.size()}.view()};
  message.append(std::exchange(gathered_, {}));
  return message;
}

}  // namespace junctor::ws_bridge
