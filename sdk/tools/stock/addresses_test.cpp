// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/addresses.hpp"

#include <doctest/doctest.h>

namespace junctor::stock {
namespace {

TEST_CASE("a line that is no address becomes a comment, and its number is told") {
  const AddressLines lines =
      read_addresses("203.0.113.7\n\n# mine\nexample.org\r\n10.0.0.0/8 # office\n2001:db8::1 my neighbour\nx");
  CHECK(lines.good == 3);
  CHECK(lines.bad == std::vector<size_t>{4, 7});
  CHECK(lines.text ==
        "203.0.113.7\n\n# mine\n# example.org\r\n10.0.0.0/8 # office\n2001:db8::1 my neighbour\n"
        "# x");
  CHECK(read_addresses(lines.text).bad.empty());
  CHECK(read_addresses("").text.empty());
}

}  // namespace
}  // namespace junctor::stock
