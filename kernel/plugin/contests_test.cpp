// SPDX-License-Identifier: Apache-2.0
// Two that want the same of one provider are told before anything starts; who has a provider of its own is not.
#include "plugin/contests.hpp"

#include <doctest/doctest.h>

#include "plugin/test_site.hpp"

using namespace junctor;
using plugin::Claim;
using plugin::testing::bound;
using plugin::testing::instance;

namespace {

using Claims = std::vector<Claim>;

std::vector<config::Fault> contests(std::vector<config::Instance> instances, const std::vector<Claims>& claims) {
  config::Snapshot snapshot;
  snapshot.instances = std::move(instances);
  std::vector<config::Fault> faults;
  plugin::find_contests(snapshot, claims, &faults);
  return faults;
}

config::Instance user(const std::string& name, int line) { return instance(name, {}, {"http/1"}, line); }

const config::Instance kHttp = instance("http", {"http/1"}, {});
const config::Instance kPrivate = instance("http-private", {"http/1"}, {});
const Claims kPage{{"http/1", "GET /page", ""}};

}  // namespace

TEST_CASE("the second that wants a route is a fault that names the first, and the mend") {
  const auto faults = contests({kHttp, user("a", 5), user("b", 7)}, {{}, kPage, kPage});
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].print() ==
        "site.toml:7:1: [b] wants GET /page of [http], which [a] (site.toml:5) has; give one of them another http "
        "(http = "
        "\"NAME\"), or switch one off");
}

TEST_CASE("a pair that meets in many is told of once, with their number") {
  const Claims many{{"http/1", "GET /a", ""}, {"http/1", "GET /b", ""}, {"http/1", "GET /c", ""}};
  const auto faults = contests({kHttp, user("a", 5), user("b", 7)}, {{}, many, many});
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].text.find("wants GET /a of [http], which [a] (site.toml:5) has, and 2 more that it has;") !=
        std::string::npos);
}

TEST_CASE("the fault stands at the option that makes it want this, or at its choice of the provider") {
  auto by_option = plugin::testing::with_number(user("b", 7), "root", 1, false);
  by_option.settings.back().origin = {config::Origin::Kind::kFile, "site.toml", 9, 1};
  const Claims wants{{"http/1", "GET /", "root"}};
  auto faults = contests({kHttp, user("a", 5), by_option}, {{}, wants, wants});
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].line == 9);
  CHECK(faults[0].text.find(", or change root of one") != std::string::npos);

  auto by_binding = bound(user("b", 7), "http", {"http"});
  by_binding.bindings.back().origin.line = 8;
  faults = contests({kHttp, kPrivate, bound(user("a", 5), "http", {"http"}), by_binding}, {{}, {}, kPage, kPage});
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].line == 8);
}

TEST_CASE("another provider, method, service or instance, and one without a provider, is no contest") {
  const auto first = bound(user("a", 5), "http", {"http"});
  CHECK(contests({kHttp, kPrivate, first, bound(user("b", 7), "http", {"http-private"})}, {{}, {}, kPage, kPage})
            .empty());
  CHECK(contests({kHttp, user("a", 5), user("b", 7)}, {{}, kPage, {{"http/1", "POST /page", ""}}}).empty());
  CHECK(contests({kHttp, user("a", 5)}, {{}, {kPage.front(), kPage.front()}}).empty());
  CHECK(contests({user("a", 5), user("b", 7)}, {kPage, kPage}).empty());
  auto off = kHttp;
  off.enabled = false;
  CHECK(contests({off, user("a", 5), user("b", 7)}, {{}, kPage, kPage}).empty());
}
