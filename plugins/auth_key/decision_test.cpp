// SPDX-License-Identifier: Apache-2.0
// Which check applies to which kind of request, and in which order.
#include "auth_key/decision.hpp"

#include <doctest/doctest.h>

#include "auth_key/test_dir.hpp"

namespace junctor::auth {
namespace {

constexpr Kind kAll[] = {Kind::kRegister, Kind::kReach, Kind::kStart, Kind::kRelay, Kind::kHttp, Kind::kOther};
const Address kHome{{192, 0, 2, 1}, 4};
const Address kBad{{198, 51, 100, 1}, 4};

struct Site {
  TestDir dir;
  SiteKey key = SiteKey::open(seeded(7).public_text(), dir.files());
  Lists lists{{{}, {"198.51.100.0/24"}, {"666666666"}}};

  std::string_view reason(Kind kind, std::string_view id, const Address& address, std::string_view licence_key) const {
    const Decision decision = decide({kind, id, address, licence_key}, key, lists);
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

TEST_CASE("where the key is not checked any will do") {
  TestDir dir;
  const SiteKey key = SiteKey::open("", dir.files());
  CHECK(decide({Kind::kStart, "123456789", kHome, ""}, key, {}).allowed());
  CHECK(decide({Kind::kRelay, "", kHome, "other"}, key, {}).allowed());
}

}  // namespace
}  // namespace junctor::auth
