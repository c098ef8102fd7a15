// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host: messages on connections, and what clients are told through and behind proxies.
#include <chrono>
#include <random>

#include "junctor/testing/fake_auth.hpp"
#include "test_site.hpp"

namespace junctor::http {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a request is answered, and the connection stays for the next") {
  HttpSite site{&echo};
  FakeStream client = site.connect();
  client.deliver(get("/api/hello/Ada%20L"));
  site.host.run_until_idle();
  const std::string first = client.take_sent();
  CHECK(status_of(first) == 200);
  CHECK(has(first, "Content-Type: application/json; charset=utf-8"));
  CHECK(has(first, "Content-Length: 17"));
  CHECK(first.find("\r\nDate: ") != std::string::npos);
  CHECK(body_of(first) == R"({"hello":"Ada L"})");
  client.deliver(post("/api/echo", "abc"));
  site.host.run_until_idle();
  CHECK(body_of(client.take_sent()) == "abc");
  client.deliver(get("/api/hello/x", "Connection: close\r\n"));
  site.host.run_until_idle();
  CHECK(has(client.sent(), "Connection: close"));
  CHECK(client.closed());
}

TEST_CASE("API calls ask auth/1: who is denied, or not answered for at once, is refused; other pages ask nobody") {
  testing::FakeAuthProvider provider;
  HttpSite site{[](Server& server) {
                  echo(server);
                  server.get("/page", [](Exchange exchange) { exchange.answer(text("page")); });
                },
                {},
                [&](FakeHost& host) { host.provide(JCT_AUTH_SERVICE, &provider.kService, &provider); }};
  CHECK(status_of(site.ask(get("/api/hello/x"))) == 200);
  REQUIRE(provider.heard.size() == 1);
  CHECK(provider.heard[0].kind == JCT_AUTH_HTTP);
  provider.rule = [](const testing::AuthHeard&) { return Verdict{false, "not_here", {}, false, {}}; };
  CHECK(status_of(site.ask(get("/api/hello/x"))) == 403);
  provider.rule = nullptr;
  provider.later = true;
  CHECK(status_of(site.ask(get("/api/hello/x"))) == 403);
  CHECK(status_of(site.ask(get("/page"))) == 200);
  CHECK(site.refused("denied") == 2);
  site.host.on_loop(0, [&] { provider.answer(); });
}

TEST_CASE("requests sent ahead are answered in order, whoever answers first") {
  std::vector<Exchange> kept;
  HttpSite site{[&](Server& server) {
    echo(server);
    server.get("/later", [&](Exchange exchange) { kept.push_back(exchange); });
  }};
  FakeStream client = site.connect();
  client.deliver(get("/later") + post("/api/echo", "1") + get("/later") + post("/api/echo", "2"));
  site.host.run_until_idle();
  CHECK(client.sent().empty());
  REQUIRE(kept.size() == 1);
  kept[0].answer(text("a"));
  site.host.run_until_idle();
  REQUIRE(kept.size() == 2);
  CHECK(count(client.sent(), "HTTP/1.1 200 OK") == 2);
  kept[1].answer(text("b"));
  site.host.run_until_idle();
  const std::string all = client.sent();
  CHECK(count(all, "HTTP/1.1 200 OK") == 4);
  CHECK(all.find("\r\n\r\na") < all.find("\r\n\r\n1"));
  CHECK(all.find("\r\n\r\n1") < all.find("\r\n\r\nb"));
  CHECK(all.find("\r\n\r\nb") < all.find("\r\n\r\n2"));
}

TEST_CASE("the same bytes in random pieces give the same answers") {
  HttpSite site{&echo};
  const std::string chunked =
      "POST /api/echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n10\r\n0123456789abcdef\r\n"
      "0\r\nX: y\r\n\r\n";
  const std::string all = get("/api/hello/a") + chunked + "\r\n" + post("/api/echo", "xyz") + get("/nothing") + chunked;
  const std::string whole = site.ask(all);
  CHECK(count(whole, "HTTP/1.1 200 OK") == 4);
  std::mt19937 random{11};
  for (int round = 0; round < 100; ++round) {
    FakeStream client = site.connect();
    for (size_t at = 0; at < all.size();) {
      const size_t size = 1 + random() % (round < 50 ? 3 : 60);
      client.deliver(all.substr(at, size));
      site.host.run_until_idle();
      at += size;
    }
    CHECK(client.sent() == whole);
  }
}

TEST_CASE("HEAD, OPTIONS, 404 and 405") {
  HttpSite site{&echo};
  const std::string head = site.ask("HEAD /api/hello/x HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(has(head, "Content-Length: 13"));
  CHECK(body_of(head).empty());
  const std::string options = site.ask("OPTIONS /api/hello/x HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(status_of(options) == 204);
  CHECK(has(options, "Allow: GET, HEAD, OPTIONS"));
  CHECK(status_of(site.ask("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")) == 204);
  const std::string missing = site.ask(get("/api/nothing"));
  CHECK(status_of(missing) == 404);
  CHECK(body_of(missing) == R"({"error":"Not found"})");
  CHECK(has(missing, "Content-Type: application/json; charset=utf-8"));
  const std::string wrong = site.ask("DELETE /api/echo HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(status_of(wrong) == 405);
  CHECK(has(wrong, "Allow: POST, OPTIONS"));
  CHECK(site.refused("not_found") == 1);
  CHECK(site.refused("method") == 1);
}

TEST_CASE("bodies: empty ones, announced ones, and those that are too long") {
  HttpSite site{&echo};
  CHECK(status_of(site.ask(post("/api/echo", ""))) == 200);
  const std::string waits = "POST /api/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";
  FakeStream client = site.connect();
  client.deliver(waits);
  site.host.run_until_idle();
  CHECK(client.take_sent() == "HTTP/1.1 100 Continue\r\n\r\n");
  client.deliver("abc");
  site.host.run_until_idle();
  CHECK(body_of(client.sent()) == "abc");
  const std::string other = "POST /api/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: magic\r\n\r\n";
  CHECK(status_of(site.ask(other)) == 417);
  const std::string told = "POST /api/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100001\r\n\r\n";
  CHECK(status_of(site.ask(told)) == 413);
  const std::string hidden = "POST /api/echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFF\r\nabc";
  CHECK(status_of(site.ask(hidden)) == 413);
  CHECK(site.refused("body_too_large") == 2);
}

TEST_CASE("a request whose body never was whole is forgotten, however it ended") {
  HttpSite site{&echo};
  const std::string begun = "POST /api/echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  site.ask(begun + "FFFFFF\r\nabc");  // too long
  site.ask(begun + "x\r\n");          // no chunk
  FakeStream gone = site.connect();
  gone.deliver(begun + "3\r\nab");
  site.host.run_until_idle();
  gone.reset();
  site.host.run_until_idle();
  site.host.advance(2s);  // the gauges are set once a second
  CHECK(site.host.metric("limit_used", "limit=max_exchanges") == 0);
  CHECK(site.host.metric("limit_used", "limit=body_memory") == 0);
  site.plugin->drain();
  CHECK(site.plugin->idle());
}

TEST_CASE("a short body that nobody wants is read over, a long one ends the connection") {
  HttpSite site{&echo};
  const std::string both = site.ask(post("/nothing", "abc") + get("/api/hello/x"));
  CHECK(count(both, "HTTP/1.1 ") == 2);
  FakeStream client = site.connect();
  client.deliver("POST /nothing HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n");
  site.host.run_until_idle();
  CHECK(has(client.sent(), "Connection: close"));
  CHECK(client.closed());
}

TEST_CASE("what is no request is answered and ends the connection") {
  HttpSite site{&echo};
  FakeStream client = site.connect();
  client.deliver("GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc" + get("/"));
  site.host.run_until_idle();
  CHECK(count(client.sent(), "HTTP/1.1 400 Bad Request") == 1);
  CHECK(client.closed());
  CHECK(status_of(site.ask("GET / HTTP/3.0\r\nHost: h\r\n\r\n")) == 505);
  CHECK(status_of(site.ask(get("/", "X: " + std::string(20'000, 'x') + "\r\n"))) == 431);
  CHECK(site.refused("bad_request") == 2);
  CHECK(site.refused("head_too_large") == 1);
}

TEST_CASE("large JSON is compressed for whom can read it, and conditional requests save it all") {
  const std::string large = "[" + std::string(5000, '1') + "]";
  HttpSite site{[&](Server& server) {
    server.get("/api/list", [&](Exchange exchange) { exchange.answer(json(large).with("ETag", "\"7\"")); });
  }};
  const std::string plain = site.ask(get("/api/list"));
  CHECK(body_of(plain) == large);
  CHECK(has(plain, "Vary: Accept-Encoding"));
  const std::string packed = site.ask(get("/api/list", "Accept-Encoding: br;q=0, gzip\r\n"));
  CHECK(has(packed, "Content-Encoding: gzip"));
  CHECK(has(packed, "ETag: W/\"7\""));
  CHECK(body_of(packed).size() < 200);
  CHECK(body_of(site.ask(get("/api/list", "Accept-Encoding: gzip;q=0\r\n"))) == large);
  const std::string same = site.ask(get("/api/list", "If-None-Match: \"1\", W/\"7\"\r\n"));
  CHECK(status_of(same) == 304);
  CHECK(body_of(same).empty());
  CHECK(same.find("Content-Length") == std::string::npos);
}

TEST_CASE("a trusted proxy names client, scheme and host; a prefix comes off") {
  std::string seen;
  const auto tell = [&](Server& server) {
    server.get("/api/x", [&](Exchange exchange) {
      seen = exchange.base_url() + " " + testing::text_of(exchange.client()) + (exchange.is_tls() ? " tls" : "");
      exchange.answer(empty());
    });
  };
  HttpSite site{tell, {{"trusted_proxies", {"198.51.100.1"}}, {"strip_prefix", "/rd/"}}};
  site.ask(get("/rd/api/x", "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\n"));
  CHECK(seen == "https://rd.example.org/rd 203.0.113.7:50001 tls");
  site.ask(get("/api/x", "X-Forwarded-For: 203.0.113.7\r\n"), {"192.0.2.9:7"});
  CHECK(seen == "http://rd.example.org 192.0.2.9:7");
  CHECK(status_of(site.ask(get("/rdx/api/x"))) == 404);
}

TEST_CASE("plain HTTP sends everybody to https, but for challenges") {
  HttpSite site{[](Server& server) {
                  server.get("/.well-known/acme-challenge/{token}",
                             [](Exchange exchange) { exchange.answer(text(std::string{exchange.param("token")})); },
                             {.flags = JCT_HTTP_ROUTE_CHALLENGE});
                },
                {{"listen_redirect", "127.0.0.1:0"}}};
  FakeStream client = site.host.connect("listen_redirect");
  client.deliver(get("/a?b=c") + get("/.well-known/acme-challenge/t1"));
  site.host.run_until_idle();
  CHECK(status_of(client.sent()) == 308);
  CHECK(has(client.sent(), "Location: https://rd.example.org/a?b=c"));
  CHECK(client.sent().find("\r\n\r\nt1") != std::string::npos);
}

}  // namespace
}  // namespace junctor::http
