// SPDX-License-Identifier: Apache-2.0
#include "site/invitation.hpp"

#include <doctest/doctest.h>

#include "wire/invite.hpp"

namespace junctor::rendezvous {
namespace {

std::string host_of(const std::string& public_host, int64_t base_port = 21116) {
  const auto made = make_invitation(public_host, base_port, "key");
  REQUIRE(made);
  return made->host;
}

TEST_CASE("clients are given the port where it is not their default") {
  CHECK(host_of("rd.example.org") == "rd.example.org");
  CHECK(host_of("rd.example.org:21116") == "rd.example.org");
  CHECK(host_of("rd.example.org", 31116) == "rd.example.org:31116");
  CHECK(host_of("rd.example.org:21116", 31116) == "rd.example.org");
  CHECK(host_of("2001:db8::1") == "2001:db8::1");
  CHECK(host_of("2001:db8::1", 31116) == "[2001:db8::1]:31116");
}

TEST_CASE("the configuration has the host and the key, and the link has the configuration") {
  const auto made = make_invitation("rd.example.org", 21116, "key");
  REQUIRE(made);
  CHECK(wire::decode_invite(made->configuration) == wire::Invite{"rd.example.org", "", "", "key"});
  CHECK(made->link == "rustdesk://config/" + made->configuration);
}

TEST_CASE("without a host there is the key alone") {
  const auto made = make_invitation("", 21116, "key");
  REQUIRE(made);
  CHECK(made->key == "key");
  CHECK(made->configuration.empty());
  CHECK(made->link.empty());
}

TEST_CASE("what is no host is refused") {
  for (const char* text : {"https://rd.example.org", "rd example", "host:0", ":21116"}) {
    CHECK_MESSAGE(!make_invitation(text, 21116, "key"), text);
  }
}

}  // namespace
}  // namespace junctor::rendezvous
