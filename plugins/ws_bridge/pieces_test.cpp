// SPDX-License-Identifier: Apache-2.0
#include "pieces.hpp"

#include <doctest/doctest.h>

#include "junctor/result.hpp"

namespace junctor::ws_bridge {
namespace {

std::string joined(Pieces& pieces) {
  std::string out;
  for (const jct_bytes& part : pieces.parts()) out += view(part);
  return out;
}

TEST_CASE("long ones stay where they lie, short ones are copied around them") {
  const std::string first(Pieces::kLong, 'a'), second(70'000, 'b');
  Pieces pieces;
  pieces.clear();
  CHECK(pieces.empty());
  for (const std::string& part : {std::string{"x"}, std::string{"y"}}) pieces.append(part);
  pieces.append(first);
  pieces.append("z");
  pieces.append(second);
  CHECK_FALSE(pieces.empty());
  REQUIRE(pieces.parts().size() == 4);
  CHECK(view(pieces.parts()[1]).data() == first.data());
  CHECK(view(pieces.parts()[3]).data() == second.data());
  CHECK(joined(pieces) == "xy" + first + "z" + second);
}

TEST_CASE("however many there are, they fit, in order") {
  const std::string payload(Pieces::kLong, 'p');
  Pieces pieces;
  pieces.clear();
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    for (const std::string& part : {std::to_string(i), payload}) {
      expected += part;
      pieces.append(part.size() < Pieces::kLong ? std::string_view{part} : std::string_view{payload});
    }
  }
  CHECK(pieces.parts().size() <= JCT_SENDV_PIECES);
  CHECK(joined(pieces) == expected);
}

TEST_CASE("where one piece is wanted all is copied") {
  Pieces pieces;
  pieces.clear(true);
  pieces.append("head");
  pieces.append(std::string(5000, 'p'));
  REQUIRE(pieces.parts().size() == 1);
  CHECK(joined(pieces) == "head" + std::string(5000, 'p'));
}

}  // namespace
}  // namespace junctor::ws_bridge
