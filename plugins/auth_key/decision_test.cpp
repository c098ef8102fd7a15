// SPDX-License-Identifier: Apache-2.0
// Which check applies to which kind of request, and in which order.
#include "auth_key/decision.hpp"

#include <doctest/doctest.h>

#include "auth_key/test_dir.hpp"

namespace junctor::auth {
namespace {

constexpr Kind kAll[] = {Kind::kRegister, Kind::kReach,  Kind::kStart, Kind::kRelay,
                         Kind::kHttp,     Kind::kRename, Kind::kStay,  Kind::kOther};
const Address kHome{{192, 0, 2, 1}, 4};
const Address kBad{{198, 51, 100, 1}, 4};

struct Site {
  TestDir dir;
  SiteKey key = SiteKey::open(seeded(7).public_text(), dir.files());
  Lists lists = site_lists();
  Blocked blocked;

  static Lists site_lists() {
    Lists lists;
    lists.networks = NetworkRule{{{}, {"198.51.100.0/24"}}};
    lists.ids = IdRule{{{}, {"666666666"}}};
    return lists;
  }

  std::string_view reason(Kind kind, std::string_view id, const Address& address, std::string_view licence_key) const {
    const Decision decision = decide({kind, id, address, licence_key, ""}, key, lists, blocked);
    CHECK(decision.allowed() == decision.reason.empty());
    CHECK(decision.allowed() == decision.text.empty());
    return decision.reason;
  }
};

TEST_CASE("whoever starts a session or brings a relay side needs the key, others do not") {
  const Site site;
  for (const Kind kind : kAll) {
    const bool needs = kind == Kind::kStart || kind == Kind::kRelay;
    CHECK(site.reason(kind, "123456789", kHome, "") == (needs ? "wrong_key" : ""));
    CHECK(site.reason(kind, "123456789", kHome, "other") == (needs ? "wrong_key" : ""));
    CHECK(site.reason(kind, "123456789", kHome, site.key.public_text()) == "");
  }
}

TEST_CASE("a denied network may do nothing, and is told so before the key is looked at") {
  const Site site;
  for (const Kind kind : kAll) {
    CHECK(site.reason(kind, "123456789", kBad, "") == (kind == Kind::kOther ? "" : "network_denied"));
  }
}

TEST_CASE("a denied id neither registers nor is reached; without the key nobody learns of it") {
  const Site site;
  const std::string& key = site.key.public_text();
  for (const Kind kind : {Kind::kRegister, Kind::kReach, Kind::kStart, Kind::kRelay}) {
    CHECK(site.reason(kind, "666666666", kHome, key) == "id_denied");
  }
  CHECK(site.reason(Kind::kStart, "666666666", kHome, "") == "wrong_key");
  CHECK(site.reason(Kind::kHttp, "666666666", kHome, key) == "");
  CHECK(site.reason(Kind::kRelay, "", kHome, key) == "");
}

TEST_CASE("registering, starting and being reached have lists of their own") {
  Site site;
  const std::string& key = site.key.public_text();
  site.lists.register_networks = NetworkRule{{{"10.0.0.0/8"}, {}}};
  site.lists.start_networks = NetworkRule{{{}, {"192.0.2.0/24"}}};
  site.lists.reach_ids = IdRule{{{"shared-*"}, {}}};
  CHECK(site.reason(Kind::kRegister, "123456789", kHome, key) == "network_denied");
  CHECK(site.reason(Kind::kRename, "123456789", kHome, key) == "network_denied");
  CHECK(site.reason(Kind::kStart, "shared-1", kHome, key) == "network_denied");
  CHECK(site.reason(Kind::kReach, "shared-1", kHome, key) == "");
  CHECK(site.reason(Kind::kRelay, "shared-1", kHome, key) == "");

  const Address inside{{10, 1, 2, 3}, 4};
  CHECK(site.reason(Kind::kRegister, "123456789", inside, key) == "");
  for (const Kind kind : {Kind::kStart, Kind::kReach, Kind::kRelay}) {
    CHECK(site.reason(kind, "123456789", inside, key) == "id_denied");
    CHECK(site.reason(kind, "shared-1", inside, key) == "");
  }
}

TEST_CASE("what is blocked is told so, in the operator's words where there are any") {
  Site site;
  site.blocked.id = "";
  CHECK(site.reason(Kind::kRegister, "123456789", kHome, "") == "blocked");
  CHECK(site.reason(Kind::kStart, "123456789", kHome, "") == "wrong_key");
  CHECK(site.reason(Kind::kHttp, "", kHome, "") == "");
  site.blocked = {"Pay first.", std::nullopt};
  CHECK(site.reason(Kind::kStart, "123456789", kHome, "") == "blocked");
  CHECK(decide({Kind::kHttp, "", kHome, "", ""}, site.key, site.lists, site.blocked).text == "Pay first.");
}

TEST_CASE("a change of id is judged by both ids") {
  const Site site;
  const auto reason = [&](const char* id, const char* old_id) {
    return decide({Kind::kRename, id, kHome, "", old_id}, site.key, site.lists, {}).reason;
  };
  CHECK(reason("123456789", "987654321") == "");
  CHECK(reason("666666666", "987654321") == "id_denied");
  CHECK(reason("123456789", "666666666") == "id_denied");
}

TEST_CASE("who stays is judged by what once let him in, without the key") {
  Site site;
  site.lists.register_networks = NetworkRule{{{"10.0.0.0/8"}, {}}};
  site.lists.start_networks = NetworkRule{{{}, {"192.0.2.0/24"}}};
  site.lists.reach_ids = IdRule{{{"shared-*"}, {}}};
  const auto reason = [&](std::string_view id, bool relayed, const Address& address) {
    return decide({Kind::kStay, id, address, "", "", relayed}, site.key, site.lists, site.blocked).reason;
  };
  const Address inside{{10, 1, 2, 3}, 4};
  CHECK(reason("", false, kHome) == "");
  CHECK(reason("", false, kBad) == "network_denied");
  CHECK(reason("123456789", false, kHome) == "network_denied");
  CHECK(reason("123456789", false, inside) == "");
  CHECK(reason("shared-1", true, kHome) == "network_denied");
  CHECK(reason("", true, kHome) == "");
  CHECK(reason("123456789", true, inside) == "id_denied");
  CHECK(reason("shared-1", true, inside) == "");
  site.blocked.id = "";
  CHECK(reason("123456789", false, inside) == "blocked");
}

TEST_CASE("where the key is not checked any will do") {
  TestDir dir;
  const SiteKey key = SiteKey::open("", dir.files());
  CHECK(decide({Kind::kStart, "123456789", kHome, "", ""}, key, {}, {}).allowed());
  CHECK(decide({Kind::kRelay, "", kHome, "other", ""}, key, {}, {}).allowed());
}

}  // namespace
}  // namespace junctor::auth
