// SPDX-License-Identifier: Apache-2.0
// Cases of the Autobahn test suite, by its numbers, as far as they are about a server's reading (README.md lists them).
#include "frame_reader.hpp"

#include <doctest/doctest.h>

#include <random>
#include <utility>
#include <vector>

#include "test_frames.hpp"

using namespace junctor::ws_bridge;
using namespace junctor::ws_bridge::testing;

namespace {

/// What a reader makes of a stream: "M:payload" a message, "9:payload" a control frame, "E:code" an error.
std::vector<std::string> read(const std::string& stream, size_t piece = SIZE_MAX, uint64_t max = 1 << 24) {
  FrameReader reader{max};
  std::vector<std::string> heard;
  std::string message;
  for (size_t at = 0; at < stream.size(); at += std::min(piece, stream.size() - at)) {
    std::string_view input = std::string_view{stream}.substr(at, piece);
    while (true) {
      const auto status = reader.next(input, message);
      if (status == FrameReader::Status::kNeedMore) {
        CHECK(input.empty());
        break;
      }
      if (status == FrameReader::Status::kError) {
        heard.push_back("E:" + std::to_string(reader.error()));
        return heard;
      }
      if (status == FrameReader::Status::kControl) {
        heard.push_back(std::to_string(static_cast<int>(reader.control())) + ":" +
                        std::string{reader.control_payload()});
      }
      if (status == FrameReader::Status::kFrameEnd && reader.last()) heard.push_back("M:" + std::exchange(message, {}));
    }
  }
  return heard;
}

using Heard = std::vector<std::string>;

std::string fragment(uint8_t opcode, std::string payload, bool fin) {
  return ClientFrame{opcode, std::move(payload), fin}.bytes();
}

TEST_CASE("1.1, 1.2: messages of every length class arrive whole, text as bytes") {
  for (const size_t size : {0, 1, 125, 126, 127, 128, 65535, 65536}) {
    std::string payload(size, '\0');
    for (size_t i = 0; i < size; ++i) payload[i] = static_cast<char>(i * 7);
    for (const uint8_t opcode : {1, 2}) {
      CHECK(read(ClientFrame{opcode, payload}.bytes()) == Heard{"M:" + payload});
      CHECK(read(ClientFrame{opcode, payload}.bytes(), 997) == Heard{"M:" + payload});
    }
  }
  CHECK(read(ClientFrame{1, "\xff\xfe is no UTF-8"}.bytes()) == Heard{"M:\xff\xfe is no UTF-8"});
}

TEST_CASE("2.1 to 2.11: pings up to 125 bytes are given, longer ones are errors, pongs are given") {
  CHECK(read(ping("")) == Heard{"9:"});
  CHECK(read(ping("Hello")) == Heard{"9:Hello"});
  CHECK(read(ping(std::string(125, '\xfe'))) == Heard{"9:" + std::string(125, '\xfe')});
  CHECK(read(ping(std::string(126, '\xfe'))) == Heard{"E:1002"});
  CHECK(read(ping(std::string(125, 'p')), 1) == Heard{"9:" + std::string(125, 'p')});
  CHECK(read(pong("unsolicited") + ping("x")) == Heard{"10:unsolicited", "9:x"});
  std::string ten;
  for (int i = 0; i < 10; ++i) ten += ping("p" + std::to_string(i));
  CHECK(read(ten, 1).size() == 10);
}

TEST_CASE("3.1 to 3.7: any reserved bit is an error, behind what was right before") {
  for (uint8_t bits = 1; bits < 8; ++bits) {
    ClientFrame wrong{1, "Hello"};
    wrong.reserved = bits;
    CHECK(read(binary("ok") + wrong.bytes() + ping("")) == Heard{"M:ok", "E:1002"});
    CHECK(read(binary("ok") + wrong.bytes(), 1) == Heard{"M:ok", "E:1002"});
  }
}

TEST_CASE("4.1, 4.2: every reserved opcode is an error, data and control") {
  for (const uint8_t opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    CHECK(read(ClientFrame{opcode, ""}.bytes()) == Heard{"E:1002"});
    CHECK(read(binary("ok") + ClientFrame{opcode, "x"}.bytes() + ping("")) == Heard{"M:ok", "E:1002"});
  }
}

TEST_CASE("5.1, 5.2: control frames are never fragmented") {
  CHECK(read(fragment(9, "frag", false) + fragment(0, "ment", true)) == Heard{"E:1002"});
  CHECK(read(fragment(10, "frag", false)) == Heard{"E:1002"});
  CHECK(read(fragment(8, "", false)) == Heard{"E:1002"});
}

TEST_CASE("5.3 to 5.8, 5.19, 5.20: fragments make one message, with control frames in between") {
  const std::string two = fragment(1, "frag", false) + fragment(0, "ment", true);
  CHECK(read(two) == Heard{"M:fragment"});
  CHECK(read(two, 1) == Heard{"M:fragment"});
  const std::string pinged = fragment(1, "frag", false) + ping("now") + fragment(0, "ment", true);
  CHECK(read(pinged) == Heard{"9:now", "M:fragment"});
  CHECK(read(pinged, 1) == Heard{"9:now", "M:fragment"});
  const std::string five = fragment(2, "1", false) + fragment(0, "2", false) + ping("a") + fragment(0, "", false) +
                           fragment(0, "3", false) + ping("b") + fragment(0, "4", true);
  CHECK(read(five, 3) == Heard{"9:a", "9:b", "M:1234"});
}

TEST_CASE("5.9 to 5.18: a continuation of nothing, and a new message inside one, are errors") {
  CHECK(read(fragment(0, "x", true)) == Heard{"E:1002"});
  CHECK(read(fragment(0, "x", false)) == Heard{"E:1002"});
  CHECK(read(fragment(1, "a", false) + fragment(0, "b", true) + fragment(0, "c", false)) == Heard{"M:ab", "E:1002"});
  CHECK(read(fragment(1, "a", false) + fragment(1, "b", true)) == Heard{"E:1002"});
  CHECK(read(fragment(1, "a", false) + fragment(2, "b", false)) == Heard{"E:1002"});
}

TEST_CASE("6.1: empty messages and empty fragments are right") {
  CHECK(read(ClientFrame{1, ""}.bytes()) == Heard{"M:"});
  CHECK(read(fragment(1, "", false) + fragment(0, "", false) + fragment(0, "", true)) == Heard{"M:"});
  CHECK(read(fragment(1, "", false) + fragment(0, "middle", false) + fragment(0, "", true)) == Heard{"M:middle"});
}

TEST_CASE("7.1, 7.3: Close frames are given with their payload") {
  CHECK(read(close_frame(1000, "bye")) == Heard{"8:" + close_payload(1000, "bye")});
  CHECK(read(ClientFrame{8, ""}.bytes()) == Heard{"8:"});
  CHECK(read(ClientFrame{8, std::string(126, 'x')}.bytes()) == Heard{"E:1002"});
}

TEST_CASE("an unmasked frame is an error, whatever it is") {
  for (const uint8_t opcode : {1, 2, 8, 9}) {
    ClientFrame bare{opcode, "Hello"};
    bare.masked = false;
    CHECK(read(bare.bytes()) == Heard{"E:1002"});
  }
}

TEST_CASE("a length in more bytes than it needs, or with its top bit, is an error") {
  CHECK(read(std::string("\x82\xfe\x00\x7d", 4) + "mask") == Heard{"E:1002"});
  CHECK(read(std::string("\x82\xff\x00\x00\x00\x00\x00\x00\xff\xff", 10) + "mask") == Heard{"E:1002"});
  CHECK(read(std::string("\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00", 10) + "mask", SIZE_MAX, UINT64_MAX) ==
        Heard{"E:1002"});
}

TEST_CASE("a message over the limit is 1009 as soon as a header promises it, fragments together") {
  CHECK(read(binary(std::string(100, 'x')), SIZE_MAX, 100) == Heard{"M:" + std::string(100, 'x')});
  CHECK(read(binary(std::string(101, 'x')).substr(0, 6), 1, 100) == Heard{"E:1009"});
  const std::string parts = fragment(2, std::string(60, 'x'), false) + fragment(0, std::string(41, 'x'), true);
  CHECK(read(parts, SIZE_MAX, 100) == Heard{"E:1009"});
  CHECK(read(parts, SIZE_MAX, 101).size() == 1);
}

TEST_CASE("a broken reader stays broken") {
  FrameReader reader{100};
  std::string out;
  std::string_view wrong = "\xff\xff";
  CHECK(reader.next(wrong, out) == FrameReader::Status::kError);
  const std::string good = binary("x");
  std::string_view input = good;
  CHECK(reader.next(input, out) == FrameReader::Status::kError);
}

TEST_CASE("9.1 to 9.6: large messages, in one frame and in many, arrive in any pieces") {
  std::mt19937 random{7};
  std::string payload(1 << 20, '\0');
  for (char& c : payload) c = static_cast<char>(random());
  CHECK(read(binary(payload), 1 << 16) == Heard{"M:" + payload});
  for (const size_t size : {64, 1024, 65536}) {
    std::string stream;
    for (size_t at = 0; at < payload.size(); at += size) {
      stream += fragment(at == 0 ? 2 : 0, payload.substr(at, size), at + size >= payload.size());
    }
    CHECK(read(stream, 1 + random() % 5000) == Heard{"M:" + payload});
  }
}

TEST_CASE("any stream means the same in any pieces") {
  std::mt19937 random{42};
  for (int round = 0; round < 300; ++round) {
    std::string stream;
    for (int i = 0; i < 8; ++i) {
      ClientFrame frame;
      frame.opcode = static_cast<uint8_t>(random() % 4 == 0 ? 8 + random() % 3 : random() % 3);
      frame.fin = random() % 3 != 0 || frame.opcode >= 8;
      frame.payload.assign(random() % 300 % (frame.opcode >= 8 ? 126 : 300), static_cast<char>(random()));
      for (auto& byte : frame.mask) byte = static_cast<uint8_t>(random());
      stream += frame.bytes();
    }
    const Heard whole = read(stream);
    CHECK(read(stream, 1) == whole);
    CHECK(read(stream, 1 + random() % 50) == whole);
  }
}

TEST_CASE("unmasking agrees with the definition at every offset and length") {
  const Mask mask{0xA1, 0x02, 0xFE, 0x7F};
  for (uint64_t offset = 0; offset < 9; ++offset) {
    for (size_t size = 0; size < 40; ++size) {
      std::string masked(size, '\0'), expected = "kept";
      for (size_t i = 0; i < size; ++i) {
        masked[i] = static_cast<char>(i * 31);
        expected.push_back(static_cast<char>(masked[i] ^ mask[(offset + i) % 4]));
      }
      std::string out = "kept";
      append_unmasked(masked, mask, offset, out);
      CHECK(out == expected);
    }
  }
}

TEST_CASE("7.5, 7.7, 7.9: codes that may travel are valid, others and bad texts are not") {
  for (const uint16_t code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999}) {
    CHECK(read_close(close_payload(code)).valid);
    CHECK(read_close(close_payload(code)).code == code);
  }
  for (const uint16_t code : {0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535}) {
    CHECK_FALSE(read_close(close_payload(code)).valid);
    CHECK(read_close(close_payload(code)).fault == 1002);
  }
  CHECK(read_close("").valid);
  CHECK(read_close("").code == 1005);
  CHECK(read_close("x").fault == 1002);
  CHECK(read_close(close_payload(1000, "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80")).valid);
  for (const char* bad : {"\xce\xba\xed\xa0\x80", "\xff", "\xc0\x80", "\xe2\x82", "\xf4\x90\x80\x80", "\x80"}) {
    CHECK(read_close(close_payload(1000, bad)).fault == 1007);
  }
}

TEST_CASE("a server's frames are unmasked, whole, and in the shortest form") {
  for (const size_t size : {0, 125, 126, 65535, 65536}) {
    std::string bytes;
    append_frame(Opcode::kBinary, std::string(size, 'x'), bytes);
    const auto frame = take_frame(bytes);
    REQUIRE(frame);
    CHECK(frame->opcode == 2);
    CHECK(frame->fin);
    CHECK(frame->payload.size() == size);
    CHECK(bytes.empty());
  }
  std::string close;
  append_close(1009, "too long", close);
  CHECK(take_frame(close)->code() == 1009);
}

}  // namespace
