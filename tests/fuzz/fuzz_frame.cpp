// SPDX-License-Identifier: Apache-2.0
// The frame decoder: one byte at a time, in pieces and all at once must give the same frames and the same verdict.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "wire/frame.hpp"

namespace {

using junctor::wire::FrameDecoder;

constexpr size_t kLimit = 4096;

struct Outcome {
  std::vector<std::string> frames;
  bool too_large = false;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome decode(std::string_view stream, size_t piece) {
  FrameDecoder decoder{kLimit};
  Outcome outcome;
  while (!stream.empty() && !outcome.too_large) {
    std::string_view input = stream.substr(0, piece), payload;
    stream.remove_prefix(input.size());
    auto status = FrameDecoder::Status::kFrame;
    while ((status = decoder.next(input, payload)) == FrameDecoder::Status::kFrame)
      outcome.frames.emplace_back(payload);
    outcome.too_large = status == FrameDecoder::Status::kTooLarge;
    if (!outcome.too_large && !input.empty()) abort();
    if (decoder.buffered() > kLimit) abort();
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view stream{reinterpret_cast<const char*>(data), size};
  const Outcome whole = decode(stream, size + 1);
  if (decode(stream, 1) != whole || decode(stream, 3) != whole) abort();
  std::string again;
  for (const auto& frame : whole.frames) {
    if (!junctor::wire::append_frame(frame, again)) abort();
  }
  if (decode(again, again.size() + 1).frames != whole.frames) abort();
  return 0;
}
