// SPDX-License-Identifier: Apache-2.0
// Tests of queries.
#include "presence/queries.hpp"

#include <doctest/doctest.h>

namespace junctor::rendezvous {
namespace {

TEST_CASE("online states are bits from the most significant of byte 0 on") {
  hbb::OnlineRequest request;
  for (int i = 0; i < 10; ++i) request.add_peers(std::to_string(i));
  const auto states = online_states(request, [](std::string_view id) { return id == "0" || id == "3" || id == "9"; });
  CHECK(states == std::string("\x90\x40", 2));
}

TEST_CASE("a query for nobody has no bytes, one for eight has one") {
  hbb::OnlineRequest request;
  CHECK(online_states(request, [](std::string_view) { return true; }).empty());
  for (int i = 0; i < 8; ++i) request.add_peers("123456");
  CHECK(online_states(request, [](std::string_view) { return true; }) == "\xFF");
}

}  // namespace
}  // namespace junctor::rendezvous
