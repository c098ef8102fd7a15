// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host, and a user of its routes on another.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "junctor/http.hpp"
#include "junctor/testing/fake_host.hpp"

extern "C" const jct_plugin* junctor_plugin_v1(void);

namespace junctor::http {

using namespace junctor::testing;

/// A plugin that only has routes; what they are is the test's to say.
class RouteUser {
 public:
  static std::function<void(Server&)>& wiring() {
    static std::function<void(Server&)> fn;
    return fn;
  }
  RouteUser(Host& host, const Config& config) : server_{host, config} {}
  void start() { wiring()(server_); }
  void drain(Done done) { server_.drain(done); }
  void stop() { server_.close(); }

 private:
  Server server_;
};

inline constexpr auto kUserTraits = declare::traits(declare::needs("http/1"), declare::parallel());
inline constexpr jct_plugin kUserPlugin =
    junctor::detail::descriptor<RouteUser>("user", "routes of a test", kUserTraits);

struct HttpSite {
  /// `prepare`: what the server is to find on its host.
  explicit HttpSite(std::function<void(Server&)> wire, Settings settings = {},
                    const std::function<void(FakeHost&)>& prepare = nullptr) {
    if (prepare) prepare(host);
    settings.emplace("listen", "127.0.0.1:0");
    plugin = std::make_unique<PluginUnderTest>(host, junctor_plugin_v1(), settings);
    plugin->start();
    user_host.provide(JCT_HTTP_SERVICE, &plugin->service<jct_http_service>(JCT_HTTP_SERVICE),
                      plugin->service_self(JCT_HTTP_SERVICE));
    user = use(std::move(wire), user_host);
  }
  HttpSite(const HttpSite&) = delete;
  HttpSite& operator=(const HttpSite&) = delete;
  ~HttpSite() {
    user.reset();
    plugin->finish();
    for (const std::string& one : host.complaints()) FAIL_CHECK(one);
    for (const std::string& one : user_host.complaints()) FAIL_CHECK(one);
  }

  std::unique_ptr<PluginUnderTest> use(std::function<void(Server&)> wire, FakeHost& on) {
    RouteUser::wiring() = std::move(wire);
    auto made = std::make_unique<PluginUnderTest>(on, &kUserPlugin);
    made->start();
    return made;
  }

  FakeStream connect(const Arrival& how = {}) {
    FakeStream stream = host.connect("listen", how);
    host.run_until_idle();
    return stream;
  }
  /// What one request is answered with on a connection of its own.
  std::string ask(const std::string& bytes, const Arrival& how = {}) {
    FakeStream stream = connect(how);
    stream.deliver(bytes);
    host.run_until_idle();
    return stream.sent();
  }
  int64_t refused(const std::string& reason) const { return host.metric("refused", "reason=" + reason); }

  FakeHost host;
  FakeHost user_host;
  std::unique_ptr<PluginUnderTest> plugin;
  std::unique_ptr<PluginUnderTest> user;
};

inline std::string get(const std::string& path, const std::string& fields = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: rd.example.org\r\n" + fields + "\r\n";
}
inline std::string post(const std::string& path, const std::string& body, const std::string& fields = "") {
  return "POST " + path + " HTTP/1.1\r\nHost: rd.example.org\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + fields + "\r\n" + body;
}
inline uint32_t status_of(const std::string& answer) {
  return answer.size() < 12 ? 0 : static_cast<uint32_t>(std::stoul(answer.substr(9, 3)));
}
inline std::string body_of(const std::string& answer) {
  const size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}
inline bool has(const std::string& answer, const std::string& line) {
  return answer.find("\r\n" + line + "\r\n") != std::string::npos;
}
inline size_t count(const std::string& text, const std::string& part) {
  size_t n = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

/// Routes that answer at once.
inline void echo(Server& server) {
  server.get("/api/hello/{name}", [](Exchange exchange) {
    exchange.answer(json("{\"hello\":" + json_string(exchange.param("name")) + "}"));
  });
  server.post("/api/echo", [](Exchange exchange) { exchange.answer(text(std::string{exchange.body()})); },
              {.body_max = 100'000});
}

}  // namespace junctor::http
