// SPDX-License-Identifier: Apache-2.0
// The accessible tab: what is listed is what is reached (http-api.md 6, accounts.md 3.4).
#include <doctest/doctest.h>

#include "accounts/client_api/test_site.hpp"

namespace junctor::accounts {
namespace {

struct Lists : TestSite {
  using TestSite::TestSite;
  std::vector<std::string> column(const std::string& path, const std::string& key, const std::string& token) {
    std::vector<std::string> out;
    const auto got = call("GET", path, "", token);
    CHECK(got.status() == 200);
    const auto rows = Body::parse(got.body()).objects("data", 1000);
    for (const Body& row : *rows) out.push_back(row.text(key));
    return out;
  }
  std::vector<std::string> peers(const std::string& token) {
    return column("/api/peers?current=1&pageSize=100&accessible&status=1", "id", token);
  }
};
using Texts = std::vector<std::string>;

TEST_CASE("peers, users and groups are those that the user reaches") {
  Lists site;
  const Ref kiosks = site.device_group("Kiosks"), servers = site.device_group("Servers");
  site.device("111", site.bob);
  site.device("222", site.eve);
  site.device("333", kNoRef, kiosks);
  site.device("444", kNoRef, servers);
  site.device("555");
  site.device("666", site.bob, kNoRef, DeviceState::kDisabled);
  site.edge({{SubjectKind::kUser, site.bob}, {ObjectKind::kDeviceGroup, kiosks}});
  CHECK(site.peers("bob's") == Texts{"111", "333", "555"});
  CHECK(site.peers("eve's") == Texts{"222", "555"});
  CHECK(site.peers("ada's") == Texts{"111", "222", "333", "444", "555"});
  CHECK(site.column("/api/peers", "id", "bob's") == site.peers("bob's"));
  CHECK(site.column("/api/users?accessible&status=1", "name", "bob's") == Texts{"bob"});
  CHECK(site.column("/api/users?accessible&status=1", "name", "ada's") == Texts{"ada", "bob", "eve"});
  CHECK(site.column("/api/device-group/accessible", "name", "bob's") == Texts{"Kiosks"});
  for (const char* token : {"bob's", "eve's", "ada's"}) {
    const Texts listed = site.peers(token);
    for (const char* id : {"111", "222", "333", "444", "555", "666"}) {
      const bool is_listed = std::find(listed.begin(), listed.end(), id) != listed.end();
      CHECK(site.reach(id, token).allowed == is_listed);
    }
  }
}

TEST_CASE("rows have the fields and types that clients read") {
  Lists site;
  const Ref kiosks = site.device_group("Kiosks");
  site.device("111", site.bob, kiosks);
  site.call("POST", "/api/sysinfo",
            TestSite::claim(
                "111", R"(,"os":"windows / 11","hostname":"pc1","username":"u","version":"1","cpu":"c","memory":"m")"));
  const Body peer = Body::parse(site.call("GET", "/api/peers", "", "bob's").body()).objects("data", 9)->at(0);
  CHECK(peer.text("user_name") == "bob");
  CHECK(peer.text("device_group_name") == "Kiosks");
  CHECK(peer.integer("status") == 1);
  CHECK(peer.maybe_text("user") == "");
  CHECK(peer.object("info")->text("os") == "windows / 11");
  CHECK(peer.object("info")->text("device_name") == "pc1");
  CHECK(peer.object("info")->text("username") == "u");
  const Body user =
      Body::parse(site.call("GET", "/api/users?accessible&status=1", "", "bob's").body()).objects("data", 9)->at(0);
  CHECK(user.text("name") == "bob");
  CHECK(user.integer("status") == 1);
  CHECK(user.flag("is_admin") == false);
  CHECK(user.object("info").has_value());
}

TEST_CASE("pages: the total on each, the rows once each") {
  Lists site;
  for (int i = 100; i < 125; ++i) site.device(std::to_string(i));
  Texts seen;
  for (int page = 1; page <= 3; ++page) {
    const std::string path = "/api/peers?current=" + std::to_string(page) + "&pageSize=10";
    CHECK(Body::parse(site.call("GET", path, "", "bob's").body()).integer("total") == 25);
    for (const std::string& id : site.column(path, "id", "bob's")) seen.push_back(id);
  }
  CHECK(seen.size() == 25);
  CHECK(std::is_sorted(seen.begin(), seen.end()));
}

TEST_CASE("switched off, the tab says so in the words that empty it; reach stays") {
  ClientSide::Settings settings;
  settings.accessible_list = false;
  Lists site{settings};
  site.device("555");
  for (const char* path : {"/api/peers", "/api/users?accessible", "/api/device-group/accessible"}) {
    CHECK(site.call("GET", path, "", "bob's").body() == R"({"error":"Retrieving accessible devices is disabled."})");
    CHECK(site.call("GET", path).status() == 401);
  }
  CHECK(site.reach("555", "bob's").allowed);
}

}  // namespace
}  // namespace junctor::accounts
