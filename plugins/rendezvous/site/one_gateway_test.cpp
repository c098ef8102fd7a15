// SPDX-License-Identifier: Apache-2.0
#include "site/one_gateway.hpp"

#include <doctest/doctest.h>

namespace junctor::rendezvous {
namespace {

using News = OneGateway::News;

struct Door {
  explicit Door(size_t enough = 3) { gateway.set_enough(enough); }
  News comes(const std::string& id, const std::string& ip) {
    return gateway.registered(id, *wire::Address::parse_ip(ip, 5));
  }
  OneGateway gateway;
};

TEST_CASE("enough devices at one private address are told once, however often they register") {
  Door door;
  CHECK(door.comes("a", "172.17.0.1") == News::kNone);
  CHECK(door.comes("a", "172.17.0.1") == News::kNone);
  CHECK(door.comes("b", "172.17.0.1") == News::kNone);
  CHECK(door.comes("c", "172.17.0.1") == News::kBegins);
  CHECK(door.comes("d", "172.17.0.1") == News::kNone);
  CHECK(door.gateway.devices() == 3);
}

TEST_CASE("one from elsewhere ends it, for good") {
  Door door{2};
  door.comes("a", "172.17.0.1");
  CHECK(door.comes("b", "172.17.0.1") == News::kBegins);
  CHECK(door.comes("c", "198.51.100.1") == News::kOver);
  for (const char* id : {"d", "e", "f"}) CHECK(door.comes(id, "172.17.0.1") == News::kNone);
}

TEST_CASE("a network whose devices have addresses of their own, and a public address, are no gateway") {
  Door lan{2};
  CHECK(lan.comes("a", "192.168.1.2") == News::kNone);
  CHECK(lan.comes("b", "192.168.1.3") == News::kNone);
  CHECK(lan.comes("c", "192.168.1.3") == News::kNone);
  Door office{2};
  for (const char* id : {"a", "b", "c"}) CHECK(office.comes(id, "198.51.100.1") == News::kNone);
}

TEST_CASE("0 devices are never enough") {
  Door door{0};
  for (const char* id : {"a", "b", "c"}) CHECK(door.comes(id, "172.17.0.1") == News::kNone);
}

}  // namespace
}  // namespace junctor::rendezvous
