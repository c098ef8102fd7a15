// SPDX-License-Identifier: Apache-2.0
// Frames: the headers of the vectors, pieces of any size, and promises that are not kept.
#include "wire/frame.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "wire/testdata/vectors.hpp"

namespace junctor::wire {
namespace {

using Status = FrameDecoder::Status;

std::string frame(std::string_view payload) {
  std::string out;
  REQUIRE(append_frame(payload, out));
  return out;
}

std::vector<std::string> decode_in_pieces(std::string_view stream, size_t piece) {
  FrameDecoder decoder{kMaxFramePayload};
  std::vector<std::string> frames;
  while (!stream.empty()) {
    std::string_view input = stream.substr(0, piece), payload;
    stream.remove_prefix(input.size());
    while (decoder.next(input, payload) == Status::kFrame) frames.emplace_back(payload);
    CHECK(input.empty());
  }
  return frames;
}

TEST_CASE("headers are those of the vectors, and are read back") {
  const auto headers = vectors::load()->getArray("frame_headers");
  REQUIRE(headers->size() == 8);
  for (unsigned i = 0; i < headers->size(); ++i) {
    const auto vector = headers->getObject(i);
    const auto length = vector->getValue<unsigned>("payload_length");
    CHECK(vectors::to_hex(FrameHeader{length}.view()) == vector->getValue<std::string>("header_hex"));
    CHECK(decode_in_pieces(frame(std::string(length, 'x')), 100'000).size() == 1);
  }
}

TEST_CASE("a payload longer than a header can say is refused") {
  CHECK(FrameHeader{kMaxFramePayload}.view().size() == 4);
  CHECK(FrameHeader{kMaxFramePayload + 1}.view().empty());
}

TEST_CASE("any cut of the stream gives the same frames") {
  std::string stream;
  const std::vector<std::string> sent{"", "a", std::string(64, 'b'), std::string(20'000, 'c'), "", "end"};
  for (const auto& payload : sent) stream += frame(payload);
  for (const size_t piece : {size_t{1}, size_t{2}, size_t{3}, size_t{7}, size_t{4096}, stream.size()}) {
    CAPTURE(piece);
    CHECK(decode_in_pieces(stream, piece) == sent);
  }
}

TEST_CASE("a header in a longer form than needed is accepted") {
  const std::string longest{"\x07\x00\x00\x00x", 5};
  CHECK(decode_in_pieces(longest, 1) == std::vector<std::string>{"x"});
}

TEST_CASE("bytes behind the first frame stay with the caller") {
  FrameDecoder decoder;
  const std::string stream = frame("first") + "raw bytes";
  std::string_view input{stream}, payload;
  REQUIRE(decoder.next(input, payload) == Status::kFrame);
  CHECK(payload == "first");
  CHECK(input == "raw bytes");
}

TEST_CASE("a promise above the limit is refused at the header, and for good") {
  FrameDecoder decoder{10};
  const std::string stream = frame(std::string(11, 'x'));
  std::string_view input{stream}, payload;
  CHECK(decoder.next(input, payload) == Status::kTooLarge);
  CHECK(decoder.buffered() == 0);
  std::string_view later{"\x04x"};
  CHECK(decoder.next(later, payload) == Status::kTooLarge);
}

TEST_CASE("memory follows what came and not what was promised") {
  FrameDecoder decoder{kMaxFramePayload};
  const std::string start = std::string{FrameHeader{kMaxFramePayload}.view()} + "abc";
  std::string_view input{start}, payload;
  CHECK(decoder.next(input, payload) == Status::kNeedMore);
  CHECK(decoder.buffered() == 3);
}

}  // namespace
}  // namespace junctor::wire
