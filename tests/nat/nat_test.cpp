// SPDX-License-Identifier: Apache-2.0
// The main job on real input: two client processes that find each other through the real server, over the kernel's own
// NAT, directly where the rules of protocol.md 6.4 allow it and over the relay where they do not.
#include <doctest/doctest.h>

#include "lab_site.hpp"

namespace {

using namespace junctor::nat;
using junctor::testing::Millis;

constexpr uint64_t kBytes = 64ULL << 20;

/// Both do their part, and got there by `way`.
void meet(Lab& lab, LabSite& site, Place at_a, Place at_b, const std::string& way) {
  const std::string a_space = lab.add_host("a", 10, at_a);
  const std::string b_space = lab.add_host("b", 20, at_b);
  Client b{site, {"controlled", b_space, at_b, "123456789", kBytes, {"sessions=1"}}};
  REQUIRE_MESSAGE(b.says("registered", Millis{10'000}), b.said());
  Client a{site, {"controlling", a_space, at_a, "123456789", kBytes, {}}};
  const int a_code = a.finish();
  const int b_code = b.finish();
  INFO("A: ", a.said(), " B: ", b.said(), " server: ", site.server().log());
  CHECK(a_code == 0);
  CHECK(b_code == 0);
  CHECK(a.said().rfind(way + " ", 0) == 0);
  CHECK(b.said() == "registered\n" + way + "\nok\n");
}

}  // namespace

TEST_CASE("two peers with public addresses connect directly and pass 64 MiB each way") {
  Lab lab;
  LabSite site{lab, 1};
  meet(lab, site, Place::kOpen, Place::kOpen, "tcp");
}

TEST_CASE("two peers behind two port-preserving kernel NATs connect directly from the punched ports") {
  Lab lab;
  LabSite site{lab, 1};
  meet(lab, site, Place::kPreserving, Place::kPreserving, "tcp");
}

TEST_CASE("two peers behind two symmetric kernel NATs pass 64 MiB each way over the relay") {
  Lab lab;
  LabSite site{lab, 1};
  meet(lab, site, Place::kSymmetric, Place::kSymmetric, "relay");
}

TEST_CASE("a server on a host without IPv6 says so and serves over IPv4") {
  Lab lab;
  LabSite site{lab, 1, LabSite::Kind::kIPv4};
  CHECK(site.server().log_has("event=net.family_missing"));
  CHECK(site.server().log().find("[::]") == std::string::npos);
  meet(lab, site, Place::kOpen, Place::kOpen, "tcp");
}
