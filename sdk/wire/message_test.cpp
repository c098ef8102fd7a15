// SPDX-License-Identifier: Apache-2.0
// Peeling and wrapping the union, beside what protobuf makes of the same bytes.
#include "wire/message.hpp"

#include <doctest/doctest.h>

#include "wire/kinds.hpp"

namespace junctor::wire {
namespace {

std::string wrapped(uint32_t kind, std::string_view inner) {
  std::string out;
  wrap(kind, inner, out);
  return out;
}

hbb::RegisterPeer register_peer(const std::string& id) {
  hbb::RegisterPeer message;
  message.set_id(id);
  return message;
}

bool protobuf_accepts(const std::string& bytes) { return hbb::RendezvousMessage{}.ParseFromString(bytes); }

template <class T>
void check_kind(uint32_t number, const hbb::RendezvousMessage& whole, const T& member) {
  CAPTURE(number);
  CHECK(kKindOf<T> == number);
  CHECK(whole.union_case() == static_cast<int>(number));
  std::string joined;
  const auto peeled = peel(whole.SerializeAsString(), joined);
  REQUIRE(peeled);
  CHECK(peeled->kind == number);
  CHECK(wrap_message(member) == whole.SerializeAsString());
}

TEST_CASE("every kind is peeled and wrapped as protobuf does it") {
  int kinds = 0;
#define CHECK_ONE(type, field, number)                   \
  {                                                      \
    hbb::RendezvousMessage whole;                        \
    check_kind(number, whole, *whole.mutable_##field()); \
    ++kinds;                                             \
  }
  JUNCTOR_WIRE_KINDS(CHECK_ONE)
#undef CHECK_ONE
  CHECK(kinds == kLastKind - kFirstKind + 1);
}

TEST_CASE("peeling views into the datagram and allocates nothing") {
  const std::string datagram = wrap_message(register_peer("123456789"));
  std::string joined;
  const auto peeled = peel(datagram, joined);
  REQUIRE(peeled);
  CHECK(peeled->kind == 6);
  CHECK(peeled->inner.data() == datagram.data() + 2);
  CHECK(joined.empty());
  hbb::RegisterPeer message;
  REQUIRE(parse_inner(peeled->inner, message));
  CHECK(message.id() == "123456789");
}

TEST_CASE("an empty message and unknown members are kind 0") {
  std::string joined;
  for (const std::string& bytes : {std::string{}, wrapped(99, "xyz"), wrapped(5, ""), std::string{"\x30\x01"}}) {
    const auto peeled = peel(bytes, joined);
    REQUIRE(peeled);
    CHECK(peeled->kind == 0);
    CHECK(protobuf_accepts(bytes));
  }
}

TEST_CASE("of different members the last one wins") {
  std::string joined;
  const std::string bytes = wrap_message(register_peer("first")) + wrapped(23, "") + wrapped(99, "later");
  const auto peeled = peel(bytes, joined);
  REQUIRE(peeled);
  CHECK(peeled->kind == 23);
  hbb::RendezvousMessage whole;
  REQUIRE(whole.ParseFromString(bytes));
  CHECK(whole.has_online_request());
}

TEST_CASE("one member in several parts is merged, and a replaced one is forgotten") {
  hbb::RegisterPeer serial;
  serial.set_serial(7);
  const std::string bytes = wrap_message(register_peer("gone")) + wrapped(23, "") +
                            wrap_message(register_peer("stays")) + wrap_message(serial) +
                            wrap_message(hbb::RegisterPeer{});
  std::string joined{"left from the last call"};
  const auto peeled = peel(bytes, joined);
  REQUIRE(peeled);
  hbb::RegisterPeer message;
  REQUIRE(parse_inner(peeled->inner, message));
  CHECK(message.id() == "stays");
  CHECK(message.serial() == 7);
  hbb::RendezvousMessage whole;
  REQUIRE(whole.ParseFromString(bytes));
  CHECK(whole.register_peer().SerializeAsString() == message.SerializeAsString());
}

TEST_CASE("two broken halves do not make a good message") {
  const std::string inner = register_peer("123456789").SerializeAsString();
  const std::string bytes = wrapped(6, inner.substr(0, 4)) + wrapped(6, inner.substr(4));
  std::string joined;
  CHECK_FALSE(peel(bytes, joined));
  CHECK_FALSE(protobuf_accepts(bytes));
}

TEST_CASE("malformed wrappers are refused") {
  std::string joined;
  const std::string good = wrap_message(register_peer("123456789"));
  for (const std::string& bytes :
       {std::string{"\x32"}, std::string{"\x32\x05id"}, std::string{"\0", 1}, std::string{"\x02\x00", 2},
        std::string{"\x0C"}, std::string{"\x37"}, std::string{"\x32\xFF\xFF\xFF\xFF\x7F"}, std::string(6, '\xFF'),
        std::string{"\x0B\x14"}, good.substr(0, good.size() - 1)}) {
    CHECK_FALSE(peel(bytes, joined));
    CHECK_FALSE(protobuf_accepts(bytes));
  }
}

TEST_CASE("groups nest as deep as protobuf lets them, and no deeper") {
  std::string joined;
  for (const size_t depth : {size_t{1}, kMaxGroupDepth, kMaxGroupDepth + 1, size_t{300'000}}) {
    CAPTURE(depth);
    const std::string bytes = std::string(depth, '\x0B') + std::string(depth, '\x0C');
    CHECK(peel(bytes, joined).has_value() == (depth <= kMaxGroupDepth));
    CHECK(protobuf_accepts(bytes) == (depth <= kMaxGroupDepth));
  }
}

TEST_CASE("a member under a longer tag than needed is still that member") {
  std::string joined;
  const std::string bytes{"\xB2\x80\x00\x81\x00x", 6};
  const auto peeled = peel(bytes, joined);
  REQUIRE(peeled);
  CHECK(peeled->kind == 6);
  CHECK(peeled->inner == "x");
}

}  // namespace
}  // namespace junctor::wire
