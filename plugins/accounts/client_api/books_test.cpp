// SPDX-License-Identifier: Apache-2.0
// Address books as clients use them (http-api.md 5, accounts.md 16).
#include <doctest/doctest.h>

#include "accounts/client_api/test_site.hpp"

namespace junctor::accounts {
namespace {

std::string guid_of(const std::string& json) { return Body::parse(json).text("guid"); }

struct Books : TestSite {
  std::string mine = guid_of(call("POST", "/api/ab/personal", "", "bob's").body());

  std::string peers(const std::string& guid, const std::string& token = "bob's", const std::string& more = "") {
    return call("POST", "/api/ab/peers?current=1&pageSize=100&ab=" + guid + more, "", token).body();
  }
  std::string add(const std::string& body, const std::string& guid, const std::string& token = "bob's") {
    return call("POST", "/api/ab/peer/add/" + guid, body, token).body();
  }
  std::vector<Body> rows(const std::string& json) { return Body::parse(json).objects("data", 1000).value(); }
  /// A shared book of ada's with a rule for bob.
  std::string shared(const std::string& name, BookLevel level, bool grants = false) {
    write([&](const Sql& sql, Touched& touched) {
      const auto book = sql.number(
          "INSERT INTO {p}books (guid, personal, owner_id, name, name_key, grants_access, created) "
          "VALUES (?1, 0, ?2, ?1, ?3, ?4, 0) RETURNING id",
          {name, ada, name_key(name), grants});
      sql.exec("INSERT INTO {p}book_rules (guid, book_id, target, target_id, level) VALUES (?1, ?2, 2, ?3, ?4)",
               {new_guid(), book, bob, level});
      touched.books.insert(static_cast<Ref>(book));
    });
    return name;
  }
};

TEST_CASE("the personal book is made once, by either method, for each user") {
  Books site;
  CHECK(site.mine.size() == 36);
  CHECK(guid_of(site.call("GET", "/api/ab/personal", "", "bob's").body()) == site.mine);
  CHECK(guid_of(site.call("POST", "/api/ab/personal", "", "eve's").body()) != site.mine);
  CHECK(site.call("POST", "/api/ab/settings", "", "bob's").body() == R"({"max_peer_one_ab":0})");
  CHECK(site.call("POST", "/api/ab/tags/" + site.mine, "", "bob's").body() == "[]");
  CHECK(site.peers(site.mine) == R"({"total":0,"data":[]})");
}

TEST_CASE("without a good token each call is a 401 that logs out, and nothing else is") {
  Books site;
  for (const char* path :
       {"/api/ab/personal", "/api/ab/settings", "/api/ab/shared/profiles", "/api/ab/peers", "/api/ab/tags/x"}) {
    for (const char* token : {"", "stolen"}) {
      const auto got = site.call("POST", path, "", token);
      CHECK(got.status() == 401);
      CHECK(got.body() == R"({"error":"Invalid token"})");
    }
  }
  site.api_token("all", site.bob, "all");  // of scripts, and these two are clients' alone (http-api.md 9)
  CHECK(site.call("POST", "/api/ab/settings", "", "all").status() == 401);
  CHECK(site.call("PUT", "/api/ab/tag/rename/" + site.mine, R"({"old":"x","new":"y"})", "all").status() == 401);
  CHECK(site.call("POST", "/api/ab/personal", "", "all").status() == 200);
  CHECK(site.peers("no-such-book").find("\"error\"") != std::string::npos);
  CHECK(site.call("POST", "/api/ab/peers?ab=x", "", "bob's").status() == 200);
}

TEST_CASE("an entry is added, changed and thrown away; each action is answered empty") {
  Books site;
  site.device("111", site.bob);
  CHECK(site.add(R"({"id":"111","alias":"door","tags":["a","b"],"hash":"SGFzaA==","note":null})", site.mine).empty());
  auto rows = site.rows(site.peers(site.mine));
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].text("alias") == "door");
  CHECK(rows[0].text("hash") == "SGFzaA==");
  CHECK(rows[0].text("password").empty());
  CHECK(rows[0].text("forceAlwaysRelay") == "false");
  CHECK(rows[0].flag("same_server") == true);
  CHECK(rows[0].texts("tags", 9) == std::vector<std::string>{"a", "b"});
  CHECK(site.call("PUT", "/api/ab/peer/update/" + site.mine, R"({"id":"111","alias":"","tags":["b"]})", "bob's")
            .body()
            .empty());
  rows = site.rows(site.peers(site.mine));
  CHECK(rows[0].text("alias").empty());
  CHECK(rows[0].text("hash") == "SGFzaA==");
  CHECK(rows[0].texts("tags", 9) == std::vector<std::string>{"b"});
  CHECK(site.call("DELETE", "/api/ab/peer/" + site.mine, R"(["111","gone"])", "bob's").body().empty());
  CHECK(site.rows(site.peers(site.mine)).empty());
  CHECK(site.add(R"({"id":"111"})", site.mine).empty());  // what was thrown away may come again
}

TEST_CASE("adding what is there updates it; updating what is not makes nothing") {
  Books site;
  CHECK(site.add(R"({"id":"host.example","alias":"a"})", site.mine).empty());
  CHECK(site.add(R"({"id":"host.example","note":"n"})", site.mine).empty());
  CHECK(site.rows(site.peers(site.mine)).size() == 1);
  CHECK(site.rows(site.peers(site.mine))[0].text("alias") == "a");
  CHECK(site.call("PUT", "/api/ab/peer/update/" + site.mine, R"({"id":"192.0.2.1","alias":"x"})", "bob's")
            .body()
            .empty());
  CHECK(site.rows(site.peers(site.mine)).size() == 1);
}

TEST_CASE("an entry is a device that the user reaches, an address, or has an @") {
  Books site;
  site.device("111", site.eve);
  site.device("222", site.bob);
  for (const char* id : {"222", "192.0.2.1", "host:21118", "a@server", "2001:db8::1"}) {
    CAPTURE(id);
    CHECK(site.add(std::string{"{\"id\":\""} + id + "\"}", site.mine).empty());
  }
  for (const char* id : {"111", "999", "name"}) {
    CAPTURE(id);
    const std::string answer = site.add(std::string{"{\"id\":\""} + id + "\"}", site.mine);
    CHECK(Body::parse(answer).text("error").find(id) != std::string::npos);
  }
  const std::string adas = guid_of(site.call("POST", "/api/ab/personal", "", "ada's").body());
  CHECK(site.add(R"({"id":"111"})", adas, "ada's").empty());
}

TEST_CASE("tags have colours, are renamed in the entries too, and merge onto one that is there") {
  Books site;
  site.add(R"({"id":"a.example","tags":["x"]})", site.mine);
  CHECK(site.call("POST", "/api/ab/tag/add/" + site.mine, R"({"name":"office","color":4283215696})", "bob's")
            .body()
            .empty());
  const auto tags = [&] { return site.call("POST", "/api/ab/tags/" + site.mine, "", "bob's").body(); };
  CHECK(tags() == R"([{"name":"office","color":4283215696},{"name":"x","color":4284513675}])");
  CHECK(site.call("PUT", "/api/ab/tag/update/" + site.mine, R"({"name":"office","color":4278190080})", "bob's")
            .body()
            .empty());
  CHECK(site.call("PUT", "/api/ab/tag/rename/" + site.mine, R"({"old":"x","new":"office"})", "bob's").body().empty());
  CHECK(tags() == R"([{"name":"office","color":4278190080}])");
  CHECK(site.rows(site.peers(site.mine))[0].texts("tags", 9) == std::vector<std::string>{"office"});
  CHECK(site.call("DELETE", "/api/ab/tag/" + site.mine, R"(["office"])", "bob's").body().empty());
  CHECK(tags() == "[]");
  CHECK(site.rows(site.peers(site.mine))[0].texts("tags", 9)->empty());
  CHECK(site.call("POST", "/api/ab/tag/add/" + site.mine, R"({"name":"Untagged"})", "bob's").body().find("reserved") !=
        std::string::npos);
}

TEST_CASE("shared books: seen by rule, edited from level 2, with a password for who may see them") {
  Books site;
  const std::string read = site.shared("read", BookLevel::kRead), edit = site.shared("edit", BookLevel::kReadWrite);
  const std::string profiles = site.call("POST", "/api/ab/shared/profiles?current=1&pageSize=100", "", "bob's").body();
  const auto rows = site.rows(profiles);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].text("name") == "edit");
  CHECK(rows[0].text("owner") == "ada");
  CHECK(rows[0].integer("rule") == 2);
  CHECK(rows[1].integer("rule") == 1);
  CHECK(site.rows(site.call("POST", "/api/ab/shared/profiles", "", "eve's").body()).empty());
  CHECK(site.rows(site.call("POST", "/api/ab/shared/profiles", "", "ada's").body())[0].integer("rule") == 3);
  CHECK(site.add(R"({"id":"a.example","password":"pw","hash":"h"})", edit).empty());
  const auto peer = site.rows(site.peers(edit))[0];
  CHECK(peer.text("password") == "pw");
  CHECK(peer.text("hash").empty());
  CHECK(Body::parse(site.add(R"({"id":"a.example"})", read)).text("error").find("only read") != std::string::npos);
  CHECK(Body::parse(site.peers(edit, "eve's")).has("error"));
}

TEST_CASE("secrets lie sealed in the database") {
  Books site;
  site.add(R"({"id":"a.example","hash":"SGFzaA=="})", site.mine);
  CHECK(site.number("SELECT count(*) FROM {p}entries WHERE instr(hash, 'SGFzaA==') > 0") == 0);
  CHECK(site.number("SELECT length(hash) FROM {p}entries") > 8);
}

TEST_CASE("a book that gives access lets its readers reach its devices, until the entry goes") {
  Books site;
  site.device("111", site.eve);
  const std::string book = site.shared("open", BookLevel::kRead, true);
  CHECK(site.reach("111", "bob's").reason == "no_access");
  CHECK(site.add(R"({"id":"111"})", book, "ada's").empty());
  CHECK(site.reach("111", "bob's").allowed);
  CHECK(site.call("DELETE", "/api/ab/peer/" + book, R"(["111"])", "ada's").body().empty());
  CHECK(site.reach("111", "bob's").reason == "no_access");
}

TEST_CASE("pages are whole, in order, and filtered as scripts ask") {
  Books site;
  for (int i = 0; i < 25; ++i)
    site.add("{\"id\":\"h" + std::to_string(10 + i) + ".example\",\"alias\":\"n" + std::to_string(i) + "\"}",
             site.mine);
  const auto page = [&](int current) {
    return site
        .call("GET", "/api/ab/peers?current=" + std::to_string(current) + "&pageSize=10&ab=" + site.mine, "", "bob's")
        .body();
  };
  CHECK(Body::parse(page(1)).integer("total") == 25);
  CHECK(site.rows(page(1)).size() == 10);
  CHECK(site.rows(page(3)).size() == 5);
  CHECK(site.rows(page(2))[0].text("id") == "h20.example");
  CHECK(site.rows(site.peers(site.mine, "bob's", "&id=%25h1%25")).size() == 10);
  CHECK(site.rows(site.peers(site.mine, "bob's", "&alias=n3&id=-")).size() == 1);
}

TEST_CASE("an API token needs the scope, and acts as its owner") {
  Books site;
  site.api_token("reads", site.bob, "address-books:r");
  site.api_token("other", site.bob, "devices:rw");
  CHECK(guid_of(site.call("GET", "/api/ab/personal", "", "reads").body()) == site.mine);
  CHECK(site.call("POST", "/api/ab/peer/add/" + site.mine, R"({"id":"a.example"})", "reads").status() == 403);
  const auto denied = site.call("GET", "/api/ab/personal", "", "other");
  CHECK(denied.status() == 403);
  CHECK(denied.body().find("address-books:r") != std::string::npos);
  CHECK(site.call("GET", "/api/ab", "", "reads").status() == 401);  // the legacy book is for users
}

TEST_CASE("the legacy book is the personal one: a diff whose losses lie in the bin") {
  Books site;
  site.add(R"({"id":"a.example","hash":"SGFzaA==","tags":["x"]})", site.mine);
  site.add(R"({"id":"b.example"})", site.mine);
  const Body got = Body::parse(site.call("GET", "/api/ab", "", "bob's").body());
  CHECK(got.integer("licensed_devices") == 0);
  const Body book = Body::parse(got.text("data", 1 << 20));
  CHECK(book.objects("peers", 9)->size() == 2);
  CHECK(book.objects("peers", 9)->at(0).text("hash") == "SGFzaA==");
  CHECK(Body::parse(book.text("tag_colors")).integer("x") == 4284513675);
  CHECK(site.call("POST", "/api/ab/get", "{}", "bob's").body() == site.call("GET", "/api/ab", "", "bob's").body());

  // As Sciter sends it: without colours and hashes, with an id that is none.
  const std::string text = R"({"tags":["x"],"peers":[{"id":"a.example","alias":"A","tags":["x"]},{"id":"strange"}]})";
  CHECK(site.call("POST", "/api/ab", JsonObject{}.put("data", text).str(), "bob's").body().empty());
  const auto rows = site.rows(site.peers(site.mine));
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].text("alias") == "A");
  CHECK(rows[0].text("hash") == "SGFzaA==");
  const auto bin = site.rows(site.call("GET", "/api/ab/recycle/" + site.mine, "", "bob's").body());
  REQUIRE(bin.size() == 1);
  CHECK(bin[0].text("id") == "b.example");
  CHECK(site.call("POST", "/api/ab/recycle/restore/" + site.mine, R"(["b.example"])", "bob's").body().empty());
  CHECK(site.rows(site.peers(site.mine)).size() == 2);
  CHECK(site.call("POST", "/api/ab", R"({"data":"null"})", "bob's").body().empty());
  CHECK(site.rows(site.peers(site.mine)).empty());
  CHECK(site.call("POST", "/api/ab/recycle/empty/" + site.mine, "", "bob's").body().empty());
  CHECK(site.rows(site.call("GET", "/api/ab/recycle/" + site.mine, "", "bob's").body()).empty());
}

TEST_CASE("what was thrown away goes for good after 30 days") {
  Books site;
  site.add(R"({"id":"a.example"})", site.mine);
  site.call("DELETE", "/api/ab/peer/" + site.mine, R"(["a.example"])", "bob's");
  site.host.advance(std::chrono::hours{29 * 24});
  CHECK(site.number("SELECT count(*) FROM {p}entries") == 1);
  site.host.advance(std::chrono::hours{2 * 24});
  CHECK(site.number("SELECT count(*) FROM {p}entries") == 0);
}

TEST_CASE("bodies that are none are an error in words with status 200, and store nothing") {
  Books site;
  for (const char* body :
       {"", "null", "[]", "{", "{\"id\":7}", "{\"id\":null}", "{\"id\":\"a.example\",\"tags\":\"x\"}",
        "{\"id\":\"a.example\",\"alias\":{}}", "{\"id\":\"a\\u0000b\"}", "{\"id\":\"\xff\"}"}) {
    CAPTURE(body);
    const auto got = site.call("POST", "/api/ab/peer/add/" + site.mine, body, "bob's");
    CHECK(got.status() == 200);
    CHECK_FALSE(Body::parse(got.body()).text("error").empty());
  }
  CHECK(site.rows(site.peers(site.mine)).empty());
  site.database.fail_next(JCT_E_IO);
  const auto broken = site.call("POST", "/api/ab/peer/add/" + site.mine, R"({"id":"a.example"})", "bob's");
  CHECK(broken.status() == 200);
  CHECK_FALSE(Body::parse(broken.body()).text("error").empty());
}

}  // namespace
}  // namespace junctor::accounts
