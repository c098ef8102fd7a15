// SPDX-License-Identifier: Apache-2.0
// Both directions of the re-framing (protocol.md 6.5), in any pieces.
#include <doctest/doctest.h>

#include <random>

#include "incoming.hpp"
#include "outgoing.hpp"
#include "test_frames.hpp"
#include "wire/frame.hpp"

using namespace junctor::ws_bridge;
using namespace junctor::ws_bridge::testing;
namespace wire = junctor::wire;

namespace {

std::string tcp(const std::string& payload) {
  std::string out;
  wire::append_frame(payload, out);
  return out;
}

std::string through_incoming(const std::string& stream, size_t piece) {
  Incoming incoming{1 << 24};
  std::string out;
  for (size_t at = 0; at < stream.size(); at += std::min(piece, stream.size() - at)) {
    std::string_view input = std::string_view{stream}.substr(at, piece);
    Incoming::Event event{};
    while ((event = incoming.read(input, out)) != Incoming::Event::kNeedMore) {
      REQUIRE(event != Incoming::Event::kError);
      if (event == Incoming::Event::kMessage) out += incoming.take_message();
    }
  }
  return out;
}

std::string appended(Outgoing& outgoing, std::string_view bytes) {
  Pieces pieces;
  pieces.clear();
  outgoing.append(bytes, pieces);
  std::string out;
  for (const jct_bytes& part : pieces.parts()) out += junctor::view(part);
  return out;
}

std::string through_outgoing(const std::string& stream, size_t piece) {
  Outgoing outgoing;
  std::string out;
  for (size_t at = 0; at < stream.size(); at += std::min(piece, stream.size() - at)) {
    out += appended(outgoing, std::string_view{stream}.substr(at, piece));
  }
  return out;
}

TEST_CASE("a binary message becomes one TCP frame, of one frame or of several, and empty ones nothing") {
  for (const size_t size : {0, 1, 63, 64, 16383, 16384, 70000}) {
    const std::string payload(size, 'x');
    const std::string expected = size == 0 ? "" : tcp(payload);
    std::string pieces = ClientFrame{2, payload.substr(0, size / 2), false}.bytes() + ping("p") +
                         ClientFrame{0, payload.substr(size / 2), true}.bytes();
    for (const size_t piece : {size_t{1}, size_t{1000}, SIZE_MAX}) {
      CHECK(through_incoming(binary(payload), piece) == expected);
      CHECK(through_incoming(pieces, piece) == expected);
    }
  }
}

TEST_CASE("a TCP frame becomes one binary message, and empty ones nothing") {
  for (const size_t size : {0, 1, 125, 126, 16384, 70000}) {
    const std::string payload(size, 'x');
    for (const size_t piece : {size_t{1}, size_t{1000}, SIZE_MAX}) {
      std::string out = through_outgoing(tcp(payload) + tcp("") + tcp("end"), piece);
      if (size > 0) {
        const auto frame = take_frame(out);
        REQUIRE(frame);
        CHECK(frame->opcode == 2);
        CHECK(frame->payload == payload);
      }
      CHECK(take_frame(out)->payload == "end");
      CHECK(out.empty());
    }
  }
}

TEST_CASE("a message of one frame streams through before it is whole") {
  Incoming incoming{1 << 24};
  std::string out;
  const std::string bytes = binary(std::string(100'000, 'x')).substr(0, 1000);
  std::string_view input = bytes;
  CHECK(incoming.read(input, out) == Incoming::Event::kNeedMore);
  CHECK(out.size() > 900);
  CHECK(incoming.gathered() == 0);
}

TEST_CASE("what could not be passed on is read again from the mark, gathered bytes included") {
  const std::string stream =
      binary("whole") + ClientFrame{2, "gath", false}.bytes() + ClientFrame{0, "ered", true}.bytes();
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    Incoming incoming{1 << 24};
    std::string out;
    std::string_view first = std::string_view{stream}.substr(0, cut);
    if (incoming.read(first, out) == Incoming::Event::kMessage) out += incoming.take_message();
    const auto mark = incoming.mark();
    std::string lost;
    std::string_view again = std::string_view{stream}.substr(cut);
    incoming.read(again, lost);
    incoming.back_to(mark);
    std::string_view rest = std::string_view{stream}.substr(cut);
    if (incoming.read(rest, out) == Incoming::Event::kMessage) out += incoming.take_message();
    CHECK(out == tcp("whole") + tcp("gathered"));
  }
}

TEST_CASE("a control frame waits for the end of the message under way") {
  Outgoing outgoing;
  const std::string frame = tcp("message");
  std::string out = appended(outgoing, frame.substr(0, 4));
  CHECK_FALSE(outgoing.at_boundary());
  std::string pong;
  append_frame(Opcode::kPong, "p", pong);
  CHECK_FALSE(outgoing.keep_control(pong));
  out += appended(outgoing, frame.substr(4));
  CHECK(outgoing.at_boundary());
  CHECK(outgoing.keep_control(pong));
  CHECK(take_frame(out)->payload == "message");
  CHECK(take_frame(out)->opcode == 10);
  CHECK(out.empty());
}

TEST_CASE("there and back is the same, in random pieces") {
  std::mt19937 random{11};
  for (int round = 0; round < 100; ++round) {
    std::string frames, messages;
    for (int i = 0; i < 10; ++i) {
      std::string payload(random() % 2000, '\0');
      for (char& c : payload) c = static_cast<char>(random());
      frames += tcp(payload);
      if (!payload.empty()) messages += binary(payload);
    }
    const std::string out = through_incoming(messages, 1 + random() % 100);
    std::string back = through_outgoing(frames, 1 + random() % 100), expected = through_outgoing(out, SIZE_MAX);
    CHECK(back == expected);
  }
}

}  // namespace
