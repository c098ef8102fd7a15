// SPDX-License-Identifier: Apache-2.0
#include "greeting.hpp"

#include <doctest/doctest.h>

#include "test_messages.hpp"

using junctor::relay::Greeting;
using junctor::relay::Request;
using junctor::relay::testing::framed_request;
using junctor::wire::append_frame;
using Status = Greeting::Status;

namespace {

struct Talk {
  Greeting greeting{1024};
  Request request;
  size_t consumed = 0;

  Status say(std::string_view data) { return greeting.feed(data, &consumed, &request); }
};

TEST_CASE("a RequestRelay is read and what follows it is left alone") {
  Talk talk;
  const std::string frame = framed_request("uuid-1", "123456789", "key");
  CHECK(talk.say(frame + "for the other side") == Status::kRequest);
  CHECK(talk.consumed == frame.size());
  CHECK(talk.request.uuid == "uuid-1");
  CHECK(talk.request.id == "123456789");
  CHECK(talk.request.licence_key == "key");
}

TEST_CASE("a RequestRelay may come one byte at a time") {
  Talk talk;
  const std::string frame = framed_request("uuid-1");
  for (size_t i = 0; i + 1 < frame.size(); ++i) {
    REQUIRE(talk.say(std::string_view{frame}.substr(i, 1)) == Status::kNeedMore);
    REQUIRE(talk.consumed == 1);
  }
  CHECK(talk.say(std::string_view{frame}.substr(frame.size() - 1)) == Status::kRequest);
  CHECK(talk.request.uuid == "uuid-1");
}

TEST_CASE("a header that promises more than the bound is refused before its bytes have come") {
  Talk talk;
  const std::string frame = framed_request("uuid-1", std::string(2000, 'x'));
  CHECK(talk.say(std::string_view{frame}.substr(0, 3)) == Status::kTooLarge);
}

TEST_CASE("any other message is refused") {
  std::string other, empty, garbage;
  hbb::RendezvousMessage message;
  message.mutable_register_peer()->set_id("123456789");
  append_frame(message.SerializeAsString(), other);
  append_frame("", empty);
  append_frame("\x0b\x0b\x0b", garbage);
  CHECK(Talk{}.say(other) == Status::kBadRequest);
  CHECK(Talk{}.say(empty) == Status::kBadRequest);
  CHECK(Talk{}.say(garbage) == Status::kBadRequest);
}

TEST_CASE("a uuid that is missing or longer than any client's is refused") {
  CHECK(Talk{}.say(framed_request("")) == Status::kBadRequest);
  CHECK(Talk{}.say(framed_request(std::string(128, 'u'))) == Status::kRequest);
  CHECK(Talk{}.say(framed_request(std::string(129, 'u'))) == Status::kBadRequest);
}

}  // namespace
