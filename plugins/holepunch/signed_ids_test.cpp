// SPDX-License-Identifier: Apache-2.0
#include "signed_ids.hpp"

#include <doctest/doctest.h>

namespace junctor::holepunch {
namespace {

/// 64 bytes before the message, and how often it was asked.
struct Pen {
  std::string operator()(const std::string& message) {
    ++signatures;
    return std::string(64, mark) + message;
  }
  char mark = 's';
  int signatures = 0;
};

TEST_CASE("the same id and key are signed once, another key of the same id anew") {
  SignedIds ids{16};
  Pen pen;
  const std::string first = ids.get("123456789 key", pen);
  CHECK(first == std::string(64, 's') + "123456789 key");
  CHECK(ids.get("123456789 key", pen) == first);
  CHECK(pen.signatures == 1);
  CHECK(ids.get("123456789 new", pen) == std::string(64, 's') + "123456789 new");
  CHECK(pen.signatures == 2);
}

TEST_CASE("what takes another's place leaves the right signature for both") {
  SignedIds ids{1};
  Pen pen;
  for (int round = 0; round < 3; ++round) {
    CHECK(ids.get("a", pen).substr(64) == "a");
    CHECK(ids.get("b", pen).substr(64) == "b");
  }
  CHECK(pen.signatures == 6);
}

TEST_CASE("what cannot be signed is asked for again") {
  SignedIds ids{16};
  CHECK(ids.get("a", [](const std::string&) { return std::string{}; }).empty());
  Pen pen;
  CHECK(ids.get("a", pen).size() == 65);
}

TEST_CASE("messages longer than a device's are passed through and not kept") {
  SignedIds ids{16};
  Pen pen;
  const std::string message(257, 'm');
  CHECK(ids.get(message, pen) == ids.get(message, pen));
  CHECK(pen.signatures == 2);
}

TEST_CASE("no places, or other places, remember nothing") {
  SignedIds ids{0};
  Pen pen;
  ids.get("a", pen);
  ids.get("a", pen);
  CHECK(pen.signatures == 2);
  ids.configure(8);
  ids.get("a", pen);
  ids.configure(8);  // a reload that changes nothing
  ids.get("a", pen);
  CHECK(pen.signatures == 3);
  ids.configure(4);
  ids.get("a", pen);
  CHECK(pen.signatures == 4);
}

}  // namespace
}  // namespace junctor::holepunch
