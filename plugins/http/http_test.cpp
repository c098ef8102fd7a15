// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host: messages on connections, what becomes of them, and of those who do not behave.
#include <chrono>
#include <random>

#include "test_site.hpp"

namespace junctor::http {
namespace {

using namespace std::chrono_literals;

void echo(Server& server) {
  server.get("/api/hello/{name}", [](Exchange exchange) {
    exchange.answer(json("{\"hello\":" + json_string(exchange.param("name")) + "}"));
  });
  server.post("/api/echo", [](Exchange exchange) { exchange.answer(text(std::string{exchange.body()})); },
              {.body_max = 100'000});
}

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

TEST_CASE("slow clients: heads, bodies and readers have their time") {
  HttpSite site{&echo,
                {{"head_timeout", "5s"}, {"body_timeout", "7s"}, {"idle_timeout", "20s"}, {"write_timeout", "9s"}}};
  FakeStream idle = site.connect(), head = site.connect(), body = site.connect(), reader = site.connect();
  head.deliver("GET / HT");
  body.deliver("POST /api/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nab");
  reader.set_high_mark(1000);
  reader.stall();
  reader.deliver(post("/api/echo", std::string(90'000, 'x')));
  site.host.advance(3s);
  CHECK(head.connected());
  site.host.advance(4s);
  CHECK(head.closed());
  CHECK(status_of(head.sent()) == 408);
  CHECK(body.connected());
  site.host.advance(3s);
  CHECK(status_of(body.sent()) == 408);
  CHECK(body.closed());
  site.host.advance(2s);
  CHECK(reader.was_aborted());
  CHECK(idle.connected());
  site.host.advance(12s);
  CHECK(idle.closed());
  CHECK(idle.sent().empty());
  CHECK(site.refused("head_timeout") == 1);
  CHECK(site.refused("body_timeout") == 1);
  CHECK(site.refused("slow_reader") == 1);
}

TEST_CASE("a large answer goes out as its reader takes it") {
  HttpSite site{&echo};
  FakeStream client = site.connect();
  client.set_high_mark(20'000);
  client.stall();
  const std::string body(100'000, 'x');
  client.deliver(post("/api/echo", body) + get("/api/hello/x"));
  site.host.run_until_idle();
  for (int i = 0; i < 20 && body_of(client.sent()).size() < body.size(); ++i) {
    client.unstall();
    site.host.run_until_idle();
  }
  CHECK(client.sent().find(body) != std::string::npos);
  CHECK(count(client.sent(), "HTTP/1.1 200 OK") == 2);
}

TEST_CASE("silence past a route's deadline is 504, and its handler's late answer goes nowhere") {
  std::optional<Exchange> kept;
  int gone = 0;
  HttpSite site{[&](Server& server) {
    server.get("/later",
               [&](Exchange exchange) {
                 exchange.on_gone([&] { ++gone; });
                 kept = exchange;
               },
               {.deadline = 2s});
  }};
  FakeStream client = site.connect();
  client.deliver(get("/later"));
  site.host.advance(5s);
  CHECK(status_of(client.take_sent()) == 504);
  CHECK(gone == 1);
  CHECK(kept->is_gone());
  CHECK(kept->answer(text("late")) == JCT_OK);
  kept.reset();
  client.deliver(get("/nothing"));
  site.host.run_until_idle();
  CHECK(count(client.sent(), "HTTP/1.1 ") == 1);
  CHECK(site.refused("answer_timeout") == 1);
}

TEST_CASE("a client that goes away is told of, and its exchange given back") {
  std::optional<Exchange> kept;
  int gone = 0;
  HttpSite site{[&](Server& server) {
    server.get("/later", [&](Exchange exchange) {
      exchange.on_gone([&gone, exchange] { ++gone; });
      kept = exchange;
    });
  }};
  FakeStream client = site.connect();
  client.deliver(get("/later"));
  site.host.run_until_idle();
  client.reset();
  site.host.run_until_idle();
  CHECK(gone == 1);
  kept.reset();
  site.host.advance(1s);
  CHECK(site.host.metric("limit_used", "limit=max_exchanges") == 0);
}

TEST_CASE("a client that has sent its end still gets its answer") {
  std::optional<Exchange> kept;
  HttpSite site{[&](Server& server) { server.get("/later", [&](Exchange exchange) { kept = exchange; }); }};
  FakeStream client = site.connect();
  client.deliver(get("/later"));
  client.peer_closes();
  site.host.run_until_idle();
  CHECK(client.connected());
  kept->answer(text("x"));
  site.host.run_until_idle();
  CHECK(body_of(client.sent()) == "x");
  CHECK(client.closed());
}

TEST_CASE("more requests than may wait are refused in words") {
  std::vector<Exchange> kept;
  HttpSite site{[&](Server& server) { server.get("/api/later", [&](Exchange exchange) { kept.push_back(exchange); }); },
                {{"max_exchanges", "2"}}};
  FakeStream first = site.connect(), second = site.connect();
  first.deliver(get("/api/later"));
  second.deliver(get("/api/later"));
  site.host.run_until_idle();
  const std::string third = site.ask(get("/api/later"));
  CHECK(status_of(third) == 503);
  CHECK(has(third, "Retry-After: 5"));
  CHECK(site.refused("busy") == 1);
  kept.clear();
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

TEST_CASE("an answer in pieces: chunks, back-pressure, its end, and 1.0 without chunks") {
  std::optional<Output> output;
  int writable = 0;
  std::optional<jct_status> closed;
  HttpSite site{[&](Server& server) {
                  server.get("/events", [&](Exchange exchange) {
                    closed.reset();
                    output = exchange.stream(
                        text(""), [&] { ++writable; }, [&](jct_status reason) { closed = reason; });
                  });
                },
                {{"stream_buffer", "4KiB"}}};
  FakeStream client = site.connect();
  client.set_high_mark(1000);
  client.deliver(get("/events"));
  site.host.run_until_idle();
  CHECK(has(client.take_sent(), "Transfer-Encoding: chunked"));
  CHECK(output->send("hello") == JCT_OK);
  site.host.run_until_idle();
  CHECK(client.take_sent() == "5\r\nhello\r\n");
  client.stall();
  jct_status status = JCT_OK;
  for (int i = 0; i < 100 && status == JCT_OK; ++i) {
    status = output->send(std::string(500, 'x'));
    site.host.run_until_idle();
  }
  CHECK(status == JCT_E_AGAIN);
  for (int i = 0; i < 10; ++i) {
    client.unstall();
    site.host.run_until_idle();
  }
  CHECK(writable == 1);
  output->finish();
  site.host.run_until_idle();
  CHECK(client.sent().substr(client.sent().size() - 5) == "0\r\n\r\n");
  CHECK(closed == JCT_OK);
  output.reset();
  FakeStream old = site.connect();
  old.deliver("GET /events HTTP/1.0\r\n\r\n");
  site.host.run_until_idle();
  output->send("abc");
  output->finish();
  site.host.run_until_idle();
  CHECK(body_of(old.sent()) == "abc");
  CHECK(old.closed());
  output.reset();
}

TEST_CASE("a stream's reader that goes away is told of; a handler that gives up cuts it off") {
  std::optional<Output> output;
  std::optional<jct_status> closed;
  HttpSite site{[&](Server& server) {
    server.get("/events", [&](Exchange exchange) {
      closed.reset();
      output = exchange.stream(text("a"), nullptr, [&](jct_status reason) { closed = reason; });
    });
  }};
  FakeStream client = site.connect();
  client.deliver(get("/events"));
  site.host.run_until_idle();
  client.reset();
  site.host.run_until_idle();
  CHECK(closed == JCT_E_RESET);
  CHECK(output->send("b") == JCT_E_CLOSED);
  output.reset();
  FakeStream other = site.connect();
  other.deliver(get("/events"));
  site.host.run_until_idle();
  output.reset();
  site.host.run_until_idle();
  CHECK(closed == JCT_E_CLOSED);
  CHECK(other.closed());
  CHECK(other.sent().find("0\r\n\r\n") == std::string::npos);
}

TEST_CASE("bodies in pieces, with a handler that wants a pause") {
  std::string all;
  std::optional<Exchange> kept;
  bool pause = true;
  HttpSite site{[&](Server& server) {
    server.post("/upload",
                [&](Exchange exchange) {
                  kept = exchange;
                  exchange.on_body([&](std::string_view piece) {
                    all += piece.empty() ? "." : std::string{piece};
                    if (piece.empty()) kept->answer(empty());
                    return !pause;
                  });
                },
                {.body_max = 1 << 30, .flags = JCT_HTTP_ROUTE_PIECES});
  }};
  FakeStream client = site.connect();
  client.deliver("POST /upload HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n");
  site.host.run_until_idle();
  CHECK(all == "ab");
  client.deliver("1\r\nd\r\n0\r\n\r\n" + get("/nothing"));
  site.host.run_until_idle();
  CHECK(all == "ab");
  pause = false;
  site.host.on_loop(0, [&] { site.user_host.on_loop(0, [&] { kept->more_body(); }); });
  site.host.run_until_idle();
  CHECK(all == "abcd.");
  CHECK(status_of(client.sent()) == 200);
  CHECK(count(client.sent(), "HTTP/1.1 ") == 2);
  kept.reset();
}

TEST_CASE("a connection is handed over with what has come behind the request") {
  struct Echo {
    const Host& host() const { return *its_host; }
    size_t on_data(std::string_view data) {
      seen += data;
      return data.size();
    }
    void on_writable() {}
    void on_end() {}
    void on_close(jct_status) { stream.release(); }
    const Host* its_host = nullptr;
    Stream stream;
    std::string seen;
  } owner;
  HttpSite* here = nullptr;
  HttpSite site{[&](Server& server) {
    server.get("/ws", [&](Exchange exchange) {
      Stream taken = exchange.take({101, "", {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}}});
      // The fake hosts have a network each: the handle is of the server's.
      static const Host serving{here->host.raw()};
      owner.its_host = &serving;
      owner.stream = Stream{serving, taken.release()};
      CHECK(owner.stream.attach(owner) == JCT_OK);
    });
  }};
  here = &site;
  FakeStream client = site.connect();
  client.deliver(get("/ws") + "frames");
  site.host.run_until_idle();
  CHECK(status_of(client.sent()) == 101);
  CHECK(has(client.sent(), "Connection: Upgrade"));
  CHECK(client.sent().find("Content-Length") == std::string::npos);
  CHECK(owner.seen == "frames");
  CHECK(client.connected());
  site.host.advance(1s);
  CHECK(site.host.metric("connections") == 0);
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

TEST_CASE("a drain ends idle connections, answers those under way, and is idle then") {
  std::optional<Exchange> kept;
  HttpSite site{[&](Server& server) { server.get("/later", [&](Exchange exchange) { kept = exchange; }); }};
  FakeStream idle = site.connect(), busy = site.connect();
  busy.deliver(get("/later"));
  site.host.run_until_idle();
  site.plugin->drain();
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
