// SPDX-License-Identifier: Apache-2.0
// Pages as queries ask for them, and JSON as it is written.
#include "accounts/api/page.hpp"

#include <doctest/doctest.h>

namespace junctor::accounts {
namespace {

TEST_CASE("a page of the query; what is none of ours is the default") {
  CHECK(Page::of("3", "50").offset() == 100);
  CHECK(Page::of(std::nullopt, std::nullopt).size == 100);
  for (const char* bad : {"", "0", "-1", "x", "1x"}) {
    CHECK(Page::of(bad, bad).current == 1);
    CHECK(Page::of(bad, bad).size == 100);
  }
  CHECK(Page::of("1", "5000").size == 1000);
  CHECK(Page::of("99999999999999999999", "99999999999999999999").offset() > 0);
}

TEST_CASE("objects keep their order, and numbers of 64 bits their digits") {
  const std::string text = JsonObject{}
                               .put("name", "a\"\\\n\x01")
                               .put("big", uint64_t{18446744073709551615u})
                               .put("small", int64_t{-1})
                               .put("on", true)
                               .raw("info", "{}")
                               .str();
  CHECK(text == R"({"name":"a\"\\\n\u0001","big":18446744073709551615,"small":-1,"on":true,"info":{}})");
  CHECK(JsonObject{}.str() == "{}");
  CHECK(page_json(2, {"{}", "1"}) == R"({"total":2,"data":[{},1]})");
  CHECK(page_json(0, {}) == R"({"total":0,"data":[]})");
  CHECK(json_texts({"a", "\""}) == R"(["a","\""])");
}

}  // namespace
}  // namespace junctor::accounts
