// SPDX-License-Identifier: Apache-2.0
// Scopes of API tokens as text.
#include "accounts/model/scopes.hpp"

#include <doctest/doctest.h>

namespace junctor::accounts {
namespace {

TEST_CASE("scopes read as the command line has them and are written back the same") {
  const auto scopes = Scopes::parse("users:r,devices:rw");
  REQUIRE(scopes);
  CHECK(scopes->may_read(Resource::kUsers));
  CHECK_FALSE(scopes->may_write(Resource::kUsers));
  CHECK(scopes->may_write(Resource::kDevices));
  CHECK_FALSE(scopes->may_read(Resource::kAudit));
  CHECK(scopes->text() == "users:r,devices:rw");
  CHECK(Scopes::parse(scopes->text()) == scopes);
}

TEST_CASE("all is each of them, read and write") {
  const auto scopes = Scopes::parse("all");
  REQUIRE(scopes);
  for (size_t i = 0; i < kResources; ++i) {
    CHECK(scopes->may_write(static_cast<Resource>(i)));
    CHECK(resource(name(static_cast<Resource>(i))) == static_cast<Resource>(i));
  }
  CHECK(scopes->text() == "all");
}

TEST_CASE("what is no scope is refused with what was expected") {
  for (const char* bad : {"", "devices", "devices:w", "devices:rw,", ",devices:r", "device:r", "Devices:r",
                          "devices:r,devices:rw", "all,devices:r", "devices:rw users:r"}) {
    CAPTURE(bad);
    std::string why;
    CHECK_FALSE(Scopes::parse(bad, &why));
    CHECK(why.find("address-books") != std::string::npos);
  }
}

}  // namespace
}  // namespace junctor::accounts
