// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host: who has a route, and what becomes of it when its owner or the server ends.
#include <chrono>

#include "test_site.hpp"

namespace junctor::http {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a second owner of a route is refused and told of the first; a successor takes over without a gap") {
  HttpSite site{&echo};
  FakeHost other_host;
  other_host.provide(JCT_HTTP_SERVICE, &site.plugin->service<jct_http_service>(JCT_HTTP_SERVICE),
                     site.plugin->service_self(JCT_HTTP_SERVICE));
  RouteUser::wiring() = [](Server& server) { server.post("/api/echo", [](Exchange) {}); };
  PluginUnderTest other{other_host, &kUserPlugin, {}, {}, "other"};
  CHECK_THROWS_AS(other.start(), Error);
  CHECK(site.host.last_line("http.route_refused").field("reason") ==
        "[other] wants /api/echo, which [user] has (/api/echo)");
  other.finish();

  FakeHost next_host;
  next_host.provide(JCT_HTTP_SERVICE, &site.plugin->service<jct_http_service>(JCT_HTTP_SERVICE),
                    site.plugin->service_self(JCT_HTTP_SERVICE));
  auto next =
      site.use([](Server& server) { server.post("/api/echo", [](Exchange e) { e.answer(text("next")); }); }, next_host);
  CHECK(body_of(site.ask(post("/api/echo", "x"))) == "next");
  CHECK(status_of(site.ask(get("/api/hello/x"))) == 200);
  site.user->finish();
  CHECK(body_of(site.ask(post("/api/echo", "x"))) == "next");
  CHECK(status_of(site.ask(get("/api/hello/x"))) == 404);
  next.reset();
}

TEST_CASE("an owner that stops leaves nobody without an answer") {
  std::optional<Exchange> kept;
  HttpSite site{[&](Server& server) {
    server.get("/later", [&](Exchange exchange) {
      exchange.on_gone([] {});
      kept = exchange;
    });
  }};
  FakeStream client = site.connect();
  client.deliver(get("/later"));
  site.host.run_until_idle();
  site.user->finish();
  site.host.run_until_idle();
  CHECK(status_of(client.sent()) == 503);
  kept.reset();
}

TEST_CASE("what an owner has not answered when it stops goes to its successor, where it may be asked twice") {
  std::vector<Exchange> kept;
  HttpSite site{[&](Server& server) {
    server.get("/later/{name}", [&](Exchange exchange) {
      exchange.on_gone([] {});
      kept.push_back(exchange);
    });
    server.post("/later", [&](Exchange exchange) { kept.push_back(exchange); });
  }};
  FakeStream asks = site.connect(), posts = site.connect();
  asks.deliver(get("/later/x"));
  posts.deliver(post("/later", "b"));
  site.host.run_until_idle();
  FakeHost next_host;
  next_host.provide(JCT_HTTP_SERVICE, &site.plugin->service<jct_http_service>(JCT_HTTP_SERVICE),
                    site.plugin->service_self(JCT_HTTP_SERVICE));
  auto next = site.use(
      [](Server& server) {
        server.get("/later/{name}", [](Exchange e) { e.answer(text("next " + std::string{e.param("name")})); });
        server.post("/later", [](Exchange e) { e.answer(text("twice")); });
      },
      next_host);
  site.user->finish();
  site.host.run_until_idle();
  CHECK(body_of(asks.sent()) == "next x");
  CHECK(status_of(posts.sent()) == 503);
  kept.clear();
  next.reset();
}

TEST_CASE("a drain ends idle connections, answers who asks at once and those under way, and is idle then") {
  std::optional<Exchange> kept;
  HttpSite site{[&](Server& server) { server.get("/later", [&](Exchange exchange) { kept = exchange; }); }};
  FakeStream idle = site.connect(), busy = site.connect(), asking = site.connect();
  busy.deliver(get("/later"));
  site.host.run_until_idle();
  site.plugin->drain();
  asking.deliver(get("/none"));
  site.host.run_until_idle();
  CHECK(has(asking.sent(), "Connection: close"));
  CHECK(asking.closed());
  site.host.advance(1s);
  CHECK(idle.closed());
  CHECK(!site.host.listens("listen"));
  CHECK(!site.plugin->idle());
  kept->answer(text("x"));
  kept.reset();
  site.host.run_until_idle();
  CHECK(has(busy.sent(), "Connection: close"));
  CHECK(busy.closed());
  CHECK(site.plugin->idle());
}

TEST_CASE("junctorctl http shows routes, owners and counts") {
  HttpSite site{&echo};
  site.ask(get("/api/hello/x"));
  const std::string shown = site.host.command("http")->json;
  CHECK(
      shown.find(
          R"({"path":"/api/hello/{name}","methods":"GET","owner":"user","scope":"","served":1,"failed":0,"open":0)") !=
      std::string::npos);
}

}  // namespace
}  // namespace junctor::http
