// SPDX-License-Identifier: Apache-2.0
// Orders from a real authority, pebble, over real connections; what kills the server is an exception that nobody holds,
// and another life that has the disk alone.
#include "procedure.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

#include "client.hpp"
#include "support/pebble.hpp"
#include "support/scale.hpp"

using namespace junctor::acme;
using namespace junctor::testing;

namespace {

struct Killed {};

struct NoStage final : Stage {
  void show_token(const std::string& token, const std::string& answer) override { tokens.emplace_back(token, answer); }
  void show_certificate(const std::string&, const std::string&) override {}
  void clear() override { cleared = true; }
  std::vector<std::pair<std::string, std::string>> tokens;
  bool cleared = false;
};

/// A place on the disk, and lives that come and go over it.
struct Site {
  explicit Site(const Pebble& authority) : client{authority.ca_file(), std::chrono::seconds{20}} {
    wish.names = {"a.example.org", "b.example.org"};
    wish.directory_url = authority.directory_url();
  }

  /// From the disk to a certificate, or to what ends this life.
  void live() {
    State state{dir.path() + "/acme"};
    Authority authority{wish.directory_url, [this](const Request& request) { return send(request); },
                        [] { return static_cast<int64_t>(::time(nullptr)); }};
    Procedure procedure{wish,
                        state,
                        authority,
                        stage,
                        [this](const std::string& what, const std::string&) { told.push_back(what); },
                        [] { return false; }};
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (procedure.go_on()) {
      REQUIRE(std::chrono::steady_clock::now() < until);
      std::this_thread::sleep_for(std::chrono::milliseconds{3});  // the authority is at work
    }
  }

  Response send(const Request& request) {
    if (synthetic) return *synthetic;
    ++requests;
    if (requests == kill_before) throw Killed{};
    Response response = client.send(request);
    if (request.method == "POST" && ends_with(request.url, "/order-plz") && response.status == 201) ++orders;
    if (requests == kill_after) throw Killed{};
    return response;
  }
  static bool ends_with(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
  }
  std::optional<Issued> issued() const { return State{dir.path() + "/acme"}.issued(); }
  std::string failure() {
    try {
      live();
      return "";
    } catch (const Failure& e) {
      detail = e.what();
      wait = e.wait;
      return e.reason;
    }
  }

  TempDir dir;
  Client client;
  Wish wish;
  NoStage stage;
  std::vector<std::string> told;
  std::string detail;
  int64_t wait = 0;
  std::optional<Response> synthetic;
  int requests = 0;
  int kill_before = 0;
  int kill_after = 0;
  int orders = 0;
};

PebbleShape easy() {
  PebbleShape shape;
  shape.checks = false;
  return shape;
}

}  // namespace

TEST_CASE("a certificate of all names is got, with the key that was asked for") {
  const Pebble authority{easy()};
  for (const KeyType type : {KeyType::kP256, KeyType::kP384, KeyType::kRsa2048}) {
    Site site{authority};
    site.wish.key_type = type;
    site.wish.contacts = {"mailto:admin@example.org"};
    site.live();
    REQUIRE(site.issued());
    CHECK(facts_of(site.issued()->chain).names == site.wish.names);
    CHECK(facts_of(site.issued()->chain).issuer.find("Pebble") == 0);
    CHECK_NOTHROW(Key::from_pem(site.issued()->key));
    CHECK(site.orders == 1);
    CHECK(site.told == std::vector<std::string>{"account", "order", "challenge", "challenge", "finalize"});
    CHECK(site.stage.tokens.size() >= 2);
    CHECK(site.stage.cleared);
    CHECK_FALSE(State{site.dir.path() + "/acme"}.order());
  }
}

TEST_CASE("killed before or after any request, the next life ends the same order") {
  const Pebble authority{easy()};
  Site whole{authority};
  whole.live();
  const int requests = whole.requests;
  CHECK(requests > 8);
  for (int at = 1; at <= requests; ++at) {
    for (const bool before : {true, false}) {
      CAPTURE(at);
      CAPTURE(before);
      Site site{authority};
      (before ? site.kill_before : site.kill_after) = at;
      CHECK_THROWS_AS(site.live(), Killed);
      site.live();
      CHECK(site.orders == 1);
      REQUIRE(site.issued());
      CHECK(facts_of(site.issued()->chain).names == site.wish.names);
    }
  }
}

TEST_CASE("killed again and again, one request further each time, it still comes to an end with one order") {
  const Pebble authority{easy()};
  Site site{authority};
  int lives = 0;
  for (; !site.issued(); ++lives) {
    REQUIRE(lives < 60);
    site.requests = 0;
    site.kill_after = lives / 2 + 1;
    try {
      site.live();
    } catch (const Killed&) {
    }
  }
  CHECK(lives > 5);
  CHECK(site.orders == 1);
}

TEST_CASE("nonces that are refused are replaced") {
  PebbleShape shape = easy();
  shape.refused_nonces = 30;
  const Pebble authority{shape};
  Site site{authority};
  site.live();
  CHECK(site.issued());
}

TEST_CASE("an authority that binds accounts takes none without, and ours with it") {
  PebbleShape shape = easy();
  shape.wants_binding = true;
  const Pebble authority{shape};
  Site site{authority};
  CHECK(site.failure() == "unauthorized");
  site.wish.binding = Binding{"kid-1", from_base64url(Pebble::kBindingKey)};
  CHECK(site.failure() == "");
  CHECK(site.issued());
  Site stranger{authority};
  stranger.wish.binding = Binding{"kid-1", "another key"};
  CHECK(stranger.failure() == "unauthorized");
}

TEST_CASE("a refused challenge ends the order, with the authority's words, and the next try is another one") {
  PebbleShape shape;
  shape.http_port = 1;  // nobody answers there
  const Pebble authority{shape};
  Site site{authority};
  CHECK(site.failure() == "challenge");
  CHECK(site.detail.find(".example.org: ") != std::string::npos);
  CHECK(site.detail.find("refused") != std::string::npos);
  CHECK(site.orders == 1);
  CHECK(site.stage.cleared);
  CHECK(site.failure() == "challenge");
  CHECK(site.orders == 2);
}

TEST_CASE("too many requests: the reason, and how long the authority wants to be left alone") {
  const Pebble authority{easy()};
  Site site{authority};
  site.synthetic = Response{429,
                            {{"retry-after", "7200"}},
                            R"({"type":"urn:ietf:params:acme:error:rateLimited","detail":"too many certificates"})"};
  CHECK(site.failure() == "rate_limited");
  CHECK(site.wait == 7200);
  CHECK(site.detail == "too many certificates");
  site.synthetic = Response{503, {{"retry-after", "Fri, 31 Dec 2100 23:59:59 GMT"}}, "down"};
  CHECK(site.failure() == "busy");
  CHECK(site.wait > 86'400 * 365);
  site.synthetic.reset();
  CHECK(site.failure() == "");
}

TEST_CASE("an authority that dies in the middle and forgets everything is asked anew") {
  Pebble authority{easy()};
  Site site{authority};
  site.kill_after = 6;  // the order is there
  CHECK_THROWS_AS(site.live(), Killed);
  authority.kill();
  CHECK(site.failure() == "unreachable");
  authority.start();
  std::string last = "none yet";
  for (int i = 0; i < 4 && !last.empty(); ++i) last = site.failure();
  CHECK(last == "");
  CHECK(site.issued());
}

TEST_CASE("answers that are none of RFC 8555 are told, and nothing is kept of them") {
  const Pebble authority{easy()};
  for (const char* body : {"", "no", "[]", "{}", "{\"newNonce\":3}"}) {
    Site site{authority};
    site.synthetic = Response{200, {}, body};
    CHECK(site.failure() == "bad_answer");
  }
}

TEST_CASE("the next page of a list is found among links") {
  CHECK(next_link("<https://ca/a>;rel=\"index\", <https://ca/b?c=2>; rel=\"next\"") == "https://ca/b?c=2");
  for (const char* none : {"", "<https://ca/a>;rel=\"index\"", "rel=\"next\"", ">rel=\"next\""})
    CHECK(next_link(none).empty());
}

TEST_CASE("Retry-After is seconds or a date, and anything else is nothing") {
  CHECK(retry_after("120", 0) == 120);
  CHECK(retry_after("Thu, 01 Jan 1970 00:02:00 GMT", 20) == 100);
  CHECK(retry_after("Thu, 01 Jan 1970 00:02:00 GMT", 500) == 0);
  for (const char* wrong : {"", "-1", "soon", "99999999999999", "1e3"}) CHECK(retry_after(wrong, 0) == 0);
}
