// SPDX-License-Identifier: Apache-2.0
// Any bytes as a WebSocket client's stream: in any pieces it means the same, and what it becomes is never longer.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "incoming.hpp"

namespace {

using junctor::ws_bridge::Incoming;

std::string read(std::string_view stream, size_t piece) {
  Incoming incoming{1 << 16};
  std::string out;
  for (size_t at = 0; at < stream.size(); at += piece) {
    std::string_view input = stream.substr(at, piece);
    while (true) {
      const auto event = incoming.read(input, out);
      if (event == Incoming::Event::kNeedMore) break;
      if (event == Incoming::Event::kError) return out + "E" + std::to_string(incoming.reader().error());
      if (event == Incoming::Event::kMessage) out += incoming.take_message();
    }
    if (!input.empty()) std::abort();
  }
  if (out.size() > stream.size()) std::abort();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const std::string_view stream{reinterpret_cast<const char*>(data) + 1, size - 1};
  if (read(stream, 1 + data[0]) != read(stream, stream.size() + 1)) std::abort();
  return 0;
}
