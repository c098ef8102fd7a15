// SPDX-License-Identifier: Apache-2.0
// Tests of peers_command.
#include "presence/peers_command.hpp"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <doctest/doctest.h>

#include "rendezvous/test_values.hpp"

namespace junctor::rendezvous {
namespace {

using namespace std::chrono_literals;

Poco::JSON::Object::Ptr parse(const std::string& json) {
  return Poco::JSON::Parser{}.parse(json).extract<Poco::JSON::Object::Ptr>();
}

TEST_CASE("peers takes nothing, an id, or a page") {
  CHECK(parse_peers_args(R"({"args":[]})")->page == 1);
  CHECK(parse_peers_args("{}")->id.empty());
  CHECK(parse_peers_args(R"({"args":["123456789"]})")->id == "123456789");
  CHECK(parse_peers_args(R"({"args":["page","3"]})")->page == 3);
  CHECK_FALSE(parse_peers_args(R"({"args":["page","0"]})"));
  CHECK_FALSE(parse_peers_args(R"({"args":["page","3x"]})"));
  CHECK_FALSE(parse_peers_args(R"({"args":["page","99999999999999999999"]})"));
  CHECK_FALSE(parse_peers_args(R"({"args":["a","b"]})"));
}

TEST_CASE("a page of peers is bounded and says how many there are") {
  Presence presence{{1}, 2000};
  for (int i = 0; i < 1201; ++i) presence.put(std::to_string(100'000 + i), test::udp_from("198.51.100.1:5000"), 10s);
  const auto first = parse(peers_page(presence, 1, 20s, 30s));
  CHECK(first->getArray("rows")->size() == kPeersPerPage);
  CHECK(first->getValue<int>("total") == 1201);
  CHECK(first->getValue<int>("pages") == 3);
  CHECK(parse(peers_page(presence, 3, 20s, 30s))->getArray("rows")->size() == 201);
  const auto row = first->getArray("rows")->getObject(0);
  CHECK(row->getValue<std::string>("state") == "online");
  CHECK(row->getValue<std::string>("address") == "198.51.100.1:5000");
  CHECK(row->getValue<std::string>("transport") == "udp");
  CHECK(row->getValue<int>("age_s") == 10);
}

TEST_CASE("a peer that memory has not seen is shown from storage") {
  const auto row =
      parse(one_peer("büro\"pc", std::nullopt, true, "198.51.100.1", 1s, 30s))->getArray("rows")->getObject(0);
  CHECK(row->getValue<std::string>("id") == "büro\"pc");
  CHECK(row->getValue<std::string>("state") == "offline");
  CHECK(row->getValue<std::string>("key") == "known");
  CHECK(row->getValue<std::string>("stored_ip") == "198.51.100.1");
}

}  // namespace
}  // namespace junctor::rendezvous
