// SPDX-License-Identifier: Apache-2.0
// The C++ layer of http/1 on the fake server: when exchanges are answered, and what becomes of those that are not.
#include <doctest/doctest.h>

#include <functional>
#include <optional>

#include "junctor/http.hpp"
#include "junctor/testing/fake_http.hpp"

namespace junctor::http {
namespace {

using namespace junctor::testing;

std::function<void(Server&)>& wiring() {
  static std::function<void(Server&)> fn;
  return fn;
}

class Probe {
 public:
  Probe(Host& host, const Config& config) : server_{host, config} {}
  void start() { wiring()(server_); }
  void drain(Done done) { server_.drain(done); }
  void stop() { server_.close(); }

 private:
  Server server_;
};

constexpr auto kTraits = declare::traits(declare::needs("http/1"), declare::parallel());
constexpr jct_plugin kPlugin = junctor::detail::descriptor<Probe>("probe", "routes of a test", kTraits);

struct Site {
  explicit Site(std::function<void(Server&)> wire, HostShape shape = {}) : host{shape}, http{host} {
    wiring() = std::move(wire);
    plugin.emplace(host, &kPlugin);
    plugin->start();
  }
  FakeHost host;
  FakeHttp http;
  std::optional<PluginUnderTest> plugin;
};

TEST_CASE("what a handler sees of the request") {
  Site site{[](Server& server) {
    server.post("/api/users/{guid}/devices", [](Exchange exchange) {
      CHECK(exchange.param("guid") == "a b");
      CHECK(exchange.param("other").empty());
      CHECK(exchange.query("status") == "1");
      CHECK(exchange.query("accessible") == "");
      CHECK(!exchange.query("none"));
      CHECK(exchange.queries("id") == std::vector<std::string>{"1", "2 3"});
      CHECK(exchange.bearer() == "T");
      CHECK(exchange.cookie("session") == "abc");
      CHECK(exchange.body() == "[1]");
      CHECK(exchange.is_tls());
      CHECK(exchange.base_url() == "https://rd.example.org");
      exchange.answer(empty());
    });
  }};
  const auto got = site.http.call({.method = "POST",
                                   .path = "/api/users/a%20b/devices?accessible&status=1&id=1&id=2+3",
                                   .body = "[1]",
                                   .headers = {{"authorization", "bearer T"}, {"cookie", "a=1; session=\"abc\""}},
                                   .flags = JCT_HTTP_TLS});
  CHECK(got.status() == 200);
  CHECK(got.body().empty());
}

TEST_CASE("an exchange is answered once, at any time, and 500 by itself where nobody answers") {
  std::optional<Exchange> kept;
  Site site{[&](Server& server) {
    server.get("/later", [&](Exchange exchange) { kept = exchange; });
    server.get("/never", [](Exchange) {});
    server.get("/throws", [](Exchange) { throw std::runtime_error{"oh"}; });
  }};
  const auto later = site.http.call({.path = "/later"});
  CHECK(later.status() == 0);
  CHECK(kept->answer(json("{}")) == JCT_OK);
  CHECK(kept->answer(json("{}")) == JCT_E_CLOSED);
  CHECK(later.status() == 200);
  CHECK(later.header("Content-Type") == "application/json; charset=utf-8");
  kept.reset();
  CHECK(site.http.call({.path = "/never"}).status() == 500);
  CHECK(site.http.call({.path = "/throws"}).status() == 500);
}

TEST_CASE("a literal wins over a parameter, that over the rest") {
  Site site{[](Server& server) {
    server.get("/a/*", [](Exchange exchange) { exchange.answer(text("rest " + std::string{exchange.param("*")})); });
    server.get("/a/{x}", [](Exchange exchange) { exchange.answer(text("one")); });
    server.get("/a/b", [](Exchange exchange) { exchange.answer(text("b")); });
  }};
  CHECK(site.http.call({.path = "/a/b"}).body() == "b");
  CHECK(site.http.call({.path = "/a/c"}).body() == "one");
  CHECK(site.http.call({.path = "/a/c/d"}).body() == "rest c/d");
}

TEST_CASE("a drain waits for open exchanges, and a stop answers them") {
  std::optional<Exchange> kept;
  Site site{[&](Server& server) { server.get("/", [&](Exchange exchange) { kept = exchange; }); }};
  const auto first = site.http.call({});
  site.plugin->drain();
  CHECK(!site.plugin->idle());
  kept->answer(text("late"));
  kept.reset();
  CHECK(site.plugin->idle());
  const auto second = site.http.call({});
  site.plugin->finish();
  CHECK(second.status() == 503);
  kept.reset();
  CHECK(site.host.complaints().empty());
}

TEST_CASE("a stream is told when it may go on, and how it ended") {
  std::optional<Output> output;
  int writable = 0;
  std::optional<jct_status> closed;
  Site site{[&](Server& server) {
    server.get("/events", [&](Exchange exchange) {
      output = exchange.stream(
          text("a"), [&] { ++writable; }, [&](jct_status reason) { closed = reason; });
    });
  }};
  const auto got = site.http.call({.path = "/events"});
  CHECK(got.is_stream());
  got.stall_after(1);
  CHECK(output->send("b") == JCT_OK);
  CHECK(output->send("c") == JCT_E_AGAIN);
  site.http.unstall(got);
  CHECK(writable == 1);
  CHECK(output->send("c") == JCT_OK);
  CHECK(output->finish() == JCT_OK);
  site.host.run_until_idle();
  CHECK(got.body() == "abc");
  CHECK(closed == JCT_OK);
  output.reset();
}

TEST_CASE("a client that goes is told of, once, and the exchange is given back") {
  int gone = 0;
  std::optional<Exchange> kept;
  Site site{[&](Server& server) {
    server.get("/", [&](Exchange exchange) {
      exchange.on_gone([&gone, exchange] { gone += exchange.is_gone() ? 1 : 100; });
      kept = exchange;
    });
  }};
  const auto got = site.http.call({});
  site.http.hang_up(got);
  site.http.hang_up(got);
  CHECK(gone == 1);
  CHECK(!got.finished());
  kept.reset();
  CHECK(got.finished());
}

TEST_CASE("a body comes in pieces and is answered at its end") {
  std::string all;
  Site site{[&](Server& server) {
    const RouteOptions in_pieces{.flags = JCT_HTTP_ROUTE_PIECES};
    server.post(
        "/upload",
        [&](Exchange exchange) {
          exchange.on_body([&all, exchange](std::string_view piece) {
            all += piece.empty() ? "." : std::string{piece};
            if (piece.empty()) exchange.answer(empty());
            return true;
          });
        },
        in_pieces);
  }};
  const auto got = site.http.call({.method = "POST", .path = "/upload", .pieces = {"ab", "c"}});
  CHECK(all == "abc.");
  CHECK(got.status() == 200);
  site.plugin->finish();
  CHECK(site.host.complaints().empty());
}

TEST_CASE("a connection is taken over with what it has sent") {
  struct Echo {
    const Host& host() const { return *host_; }
    size_t on_data(std::string_view data) {
      stream.send(data);
      return data.size();
    }
    void on_writable() {}
    void on_end() {}
    void on_close(jct_status) { stream.release(); }
    const Host* host_ = nullptr;
    Stream stream;
  } echo;
  const Host* seen = nullptr;
  Site site{[&](Server& server) {
    server.get("/ws", [&](Exchange exchange) {
      echo.stream = exchange.take({101, "", {{"Upgrade", "websocket"}}});
      echo.host_ = seen;
      echo.stream.attach(echo);
    });
  }};
  Host host{site.host.raw()};
  seen = &host;
  const auto got = site.http.call({.path = "/ws"});
  CHECK(got.status() == 101);
  FakeStream wire = got.connection();
  wire.deliver("hello");
  site.host.run_until_idle();
  CHECK(wire.sent() == "hello");
}

}  // namespace
}  // namespace junctor::http
