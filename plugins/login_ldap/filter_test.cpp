// SPDX-License-Identifier: Apache-2.0
#include "filter.hpp"

#include <doctest/doctest.h>

namespace junctor::login_ldap {
namespace {

using namespace std::string_literals;

TEST_CASE("what a value holds is never read as a filter") {
  CHECK(equals("uid", "ada") == "(uid=ada)");
  CHECK(equals("uid", "*") == "(uid=\\2a)");
  CHECK(equals("uid", "ada)(uid=*") == "(uid=ada\\29\\28uid=\\2a)");
  CHECK(equals("uid", "a\\2a") == "(uid=a\\5c2a)");
  CHECK(equals("uid", "a\0b"s) == "(uid=a\\00b)");
  CHECK(equals("uid", " \xc3\xa9") == "(uid=\\20\\c3\\a9)");
}

TEST_CASE("filters are joined, and of none there is one that nothing fits") {
  CHECK(all_of({"", "(a=1)"}) == "(a=1)");
  CHECK(all_of({"(a=1)", "(b=2)"}) == "(&(a=1)(b=2))");
  CHECK(any_of({"(a=1)"}) == "(a=1)");
  CHECK(any_of({"(a=1)", "(b=2)"}) == "(|(a=1)(b=2))");
  CHECK(any_of({}) == "(!(objectClass=*))");
}

TEST_CASE("a filter's parentheses are in order and enclose all of it") {
  CHECK(is_filter("(&(a=1)(|(b=2)(c=3)))"));
  for (const char* wrong : {"", "a=1", "()", "(a=1", "a=1)", "(a=1)(b=2)", "(a=1))", "(a=1) "})
    CHECK_FALSE(is_filter(wrong));
}

TEST_CASE("an attribute is a name, and nothing that ends one") {
  CHECK(is_attribute("sAMAccountName"));
  CHECK(is_attribute("2.5.4.3"));
  for (const char* wrong : {"", "uid=*)(", "uid ", "u*"}) CHECK_FALSE(is_attribute(wrong));
}

}  // namespace
}  // namespace junctor::login_ldap
