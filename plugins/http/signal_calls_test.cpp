// SPDX-License-Identifier: Apache-2.0
// API calls that come through signalling: the same routes, the same bodies.
#include <chrono>

#include "junctor/services.hpp"
#include "test_site.hpp"
#include "wire/kinds.hpp"

namespace junctor::http {
namespace {

using namespace std::chrono_literals;

/// A signal/1 that keeps one handler and what is sent.
struct FakeSignal {
  explicit FakeSignal(FakeHost& host) { host.provide(JCT_SIGNAL_SERVICE, &table(), this); }

  static const jct_signal_service& table() {
    static const jct_signal_service kTable{
        sizeof(jct_signal_service),
        0,
        [](void* self, uint32_t number, jct_signal_handler taker, void* with) -> jct_status {
          auto* fake = static_cast<FakeSignal*>(self);
          if (fake->handler != nullptr) return JCT_E_EXISTS;
          fake->kind = number;
          fake->handler = taker;
          fake->context = with;
          return JCT_OK;
        },
        [](void* self, uint32_t, void*) { static_cast<FakeSignal*>(self)->handler = nullptr; },
        [](void* self, const jct_channel*, uint32_t, jct_bytes message) -> jct_status {
          hbb::HttpProxyResponse response;
          CHECK(response.ParseFromArray(message.data, static_cast<int>(message.size)));
          static_cast<FakeSignal*>(self)->sent.push_back(response);
          return JCT_OK;
        },
        nullptr,
        nullptr,
        nullptr,
        nullptr};
    return kTable;
  }

  jct_status call(HttpSite& site, const hbb::HttpProxyRequest& request) {
    jct_channel channel{};
    channel.transport = JCT_CHANNEL_TCP;
    channel.flags = JCT_CHANNEL_ENCRYPTED;
    channel.handle = 7;
    channel.peer = testing::address("203.0.113.7:4000");
    const std::string message = request.SerializeAsString();
    const jct_status status = site.host.on_loop(0, [&] { return handler(context, &channel, kind, bytes(message)); });
    site.host.run_until_idle();
    return status;
  }

  uint32_t kind = 0;
  jct_signal_handler handler = nullptr;
  void* context = nullptr;
  std::vector<hbb::HttpProxyResponse> sent;
};

hbb::HttpProxyRequest request(const std::string& method, const std::string& path, const std::string& body = "") {
  hbb::HttpProxyRequest made;
  made.set_method(method);
  made.set_path(path);
  made.set_body(body);
  return made;
}

void add(hbb::HttpProxyRequest& request, const std::string& name, const std::string& value) {
  auto* field = request.add_headers();
  field->set_name(name);
  field->set_value(value);
}

struct Called {
  explicit Called(std::function<void(Server&)> wire, Settings settings = {})
      : site{std::move(wire), std::move(settings), [this](FakeHost& host) { signal.emplace(host); }} {}
  const hbb::HttpProxyResponse& call(const hbb::HttpProxyRequest& asked) {
    CHECK(signal->call(site, asked) == JCT_OK);
    REQUIRE(!signal->sent.empty());
    return signal->sent.back();
  }
  std::optional<FakeSignal> signal;
  HttpSite site;
};

TEST_CASE("a call through signalling has the same answer as one on the port, byte for byte and never compressed") {
  const std::string large = "[" + std::string(5000, '1') + "]";
  Called here{[&](Server& server) {
    server.post("/api/list", [&](Exchange exchange) {
      CHECK(exchange.query("current") == "1");
      CHECK(exchange.bearer() == "T");
      CHECK(exchange.body() == "{}");
      if (exchange.via_signalling()) {
        CHECK(exchange.is_private());
        CHECK(testing::text_of(exchange.client()) == "203.0.113.7:4000");
      }
      exchange.answer(json(large));
    });
  }};
  auto asked = request("POST", "/api/list?current=1", "{}");
  add(asked, "Authorization", "Bearer T");
  add(asked, "Content-Length", "2");
  add(asked, "Accept-Encoding", "gzip");
  const auto& got = here.call(asked);
  CHECK(got.status() == 200);
  CHECK(got.error().empty());
  CHECK(got.body() == body_of(here.site.ask(post("/api/list?current=1", "{}", "Authorization: Bearer T\r\n"))));
  REQUIRE(got.headers_size() >= 1);
  CHECK(got.headers(0).name() == "Content-Type");
  CHECK(got.headers(0).value() == "application/json; charset=utf-8");
}

TEST_CASE("unknown paths, paths that are not below /api/, and routes that are kept out of it: 404 at once") {
  Called here{[&](Server& server) {
    server.get("/page", [](Exchange exchange) { exchange.answer(text("x")); });
    server.get("/api/admin", [](Exchange exchange) { exchange.answer(text("x")); }, {.flags = JCT_HTTP_ROUTE_DIRECT});
  }};
  for (const char* path : {"/api/heartbeat", "/page", "/api/admin", "/api/"}) {
    const auto& got = here.call(request("GET", path));
    CHECK_MESSAGE(got.status() == 404, std::string{path});
    CHECK(got.error().empty());
  }
  CHECK(here.signal->sent.front().body() == R"({"error":"Not found"})");
}

TEST_CASE("what is no request is answered 400, and lines cannot be smuggled in") {
  Called here{[](Server& server) { server.get("/api/x", [](Exchange exchange) { exchange.answer(empty()); }); }};
  CHECK(here.call(request("GET", "/api/x HTTP/1.1\r\nX: y")).status() == 400);
  CHECK(here.call(request("GET", "api/x")).status() == 400);
  CHECK(here.call(request("GET", "/api/../x")).status() == 400);
  auto folded = request("GET", "/api/x");
  add(folded, "X", "a\r\nAuthorization: Bearer T");
  CHECK(here.call(folded).status() == 400);
  CHECK(here.call(request("GET", "/api/x")).status() == 200);
}

TEST_CASE("bodies have their bounds both ways, and silence is 504") {
  std::optional<Exchange> kept;
  Called here{[&](Server& server) {
    server.post("/api/small", [](Exchange exchange) { exchange.answer(empty()); }, {.body_max = 10});
    server.get("/api/huge", [](Exchange exchange) { exchange.answer(text(std::string(1024 * 1024 + 1, 'x'))); });
    server.get("/api/later", [&](Exchange exchange) { kept = exchange; }, {.deadline = 2s});
    server.get("/api/stream", [](Exchange exchange) {
      if (!exchange.stream(text("x"))) exchange.answer(text("whole"));
    });
  }};
  CHECK(here.call(request("POST", "/api/small", "12345678901")).status() == 413);
  CHECK(here.call(request("GET", "/api/huge")).error() == "the answer is too large for this way");
  CHECK(here.call(request("GET", "/api/stream")).body() == "whole");
  here.signal->sent.clear();
  CHECK(here.signal->call(here.site, request("GET", "/api/later")) == JCT_OK);
  CHECK(here.signal->sent.empty());
  here.site.host.advance(3s);
  REQUIRE(here.signal->sent.size() == 1);
  CHECK(here.signal->sent[0].status() == 504);
  kept->answer(text("late"));
  kept.reset();
  here.site.host.run_until_idle();
  CHECK(here.signal->sent.size() == 1);
}

TEST_CASE("a second server of a site is told to leave signalling alone") {
  FakeHost host;
  FakeSignal signal{host};
  signal.handler = [](void*, const jct_channel*, uint32_t, jct_bytes) -> jct_status { return JCT_OK; };
  PluginUnderTest second{host, junctor_plugin_v1(), {{"listen", "127.0.0.1:0"}}};
  CHECK_THROWS_WITH(second.start(),
                    "another plugin answers API calls through signalling: set signalling = false here or there");
}

}  // namespace
}  // namespace junctor::http
