// SPDX-License-Identifier: Apache-2.0
#include "wire/address_list.hpp"

#include <doctest/doctest.h>

namespace junctor::wire {
namespace {

Address ip(std::string_view text) { return *Address::parse_ip(text); }

TEST_CASE("the first word of a line is an address or a network, whatever follows, on any system") {
  std::vector<ListLine> odd;
  const AddressList list = AddressList::parse(
      "\xEF\xBB\xBF"
      "192.0.2.1\r\n\n # nobody\n10.0.0.0/8 # inside\n\t203.0.113.7\tthe neighbour, since May\n2001:db8::1#x",
      &odd);
  CHECK(odd.empty());
  CHECK(list.size() == 4);
  for (const char* in : {"192.0.2.1", "10.9.8.7", "203.0.113.7", "2001:db8::1"}) CHECK(list.contains(ip(in)));
  CHECK(list.contains(ip("192.0.2.1").with_port(7)));
  CHECK_FALSE(list.contains(ip("192.0.2.2")));
  CHECK(AddressList::parse("", &odd).size() == 0);
}

TEST_CASE("a line that says something else is told of with its number and its word") {
  std::vector<ListLine> odd;
  const std::string text = "192.0.2.1\nmy neighbour\n192.0.2.256\n192.0.2.2,192.0.2.3\n10.0.0.0/33\n";
  CHECK(AddressList::parse(text, &odd).size() == 1);
  REQUIRE(odd.size() == 4);
  CHECK(odd[0].number == 2);
  CHECK(odd[0].word == "my");
  CHECK(odd[0].whole == "my neighbour\n");
  CHECK(odd[2].word == "192.0.2.2,192.0.2.3");
  CHECK(odd[3].number == 5);
}

}  // namespace
}  // namespace junctor::wire
