// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host: clients that are slow, go away or are too many; answers in pieces, and connections that
// are handed over.
#include <chrono>

#include "test_site.hpp"

namespace junctor::http {
namespace {

using namespace std::chrono_literals;

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

}  // namespace
}  // namespace junctor::http
