// SPDX-License-Identifier: Apache-2.0
#include "watch/host/facts.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

namespace junctor::host {
namespace {

TEST_CASE("the machine tells its disk, clocks and limits") {
  const Facts facts = look("/");
  CHECK(facts.disk_free >= 0);
  CHECK(facts.uptime > Nanos{0});
  CHECK(facts.wall > built_at() - std::chrono::hours{24});
  CHECK(look("/").uptime >= facts.uptime);
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(facts.max_fds == static_cast<int64_t>(limit.rlim_cur));
}

TEST_CASE("a disk that cannot be asked is not taken for a full one") { CHECK(look("/no/such/place").disk_free == -1); }

}  // namespace
}  // namespace junctor::host
