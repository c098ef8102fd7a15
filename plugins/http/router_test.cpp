// SPDX-License-Identifier: Apache-2.0
#include "router.hpp"

#include <doctest/doctest.h>

#include <chrono>

namespace junctor::http {
namespace {

using RoutePointer = Router::RoutePointer;

RoutePointer route(const std::string& pattern, uint32_t methods = JCT_HTTP_GET) {
  auto made = std::make_shared<Route>();
  made->pattern = pattern;
  made->methods = methods;
  return made;
}

std::string found(const Router& router, const std::string& path, uint32_t method = JCT_HTTP_GET) {
  const Router::Match match = router.find(method, path);
  if (match.route == nullptr) return match.allowed == 0 ? "404" : "405";
  std::string text = (*match.route)->pattern;
  for (const auto& [name, value] : match.parameters) text += " " + std::string{name} + "=" + std::string{value};
  return text;
}

TEST_CASE("a path finds its route and its parameters") {
  const Router router{{route("/"), route("/api/users"), route("/api/users/{guid}"), route("/api/users/{guid}/devices"),
                       route("/api/users/me"), route("/assets/*"), route("/api/ab/{a}/{b}")}};
  CHECK(found(router, "/") == "/");
  CHECK(found(router, "/api/users") == "/api/users");
  CHECK(found(router, "/api/users/") == "404");
  CHECK(found(router, "/api/users/me") == "/api/users/me");
  CHECK(found(router, "/api/users/7%20b") == "/api/users/{guid} guid=7%20b");
  CHECK(found(router, "/api/users/me/devices") == "/api/users/{guid}/devices guid=me");
  CHECK(found(router, "/api/ab/x/y") == "/api/ab/{a}/{b} a=x b=y");
  CHECK(found(router, "/assets/js/a.js") == "/assets/* *=js/a.js");
  CHECK(found(router, "/assets/") == "/assets/* *=");
  CHECK(found(router, "/assets") == "404");
  CHECK(found(router, "//") == "404");
  CHECK(found(router, "*") == "404");
  CHECK(found(router, "") == "404");
}

TEST_CASE("methods: the next best route of a path, and what a 405 may name") {
  const Router router{{route("/a/b", JCT_HTTP_POST), route("/a/{x}", JCT_HTTP_GET), route("/*", JCT_HTTP_PUT)}};
  CHECK(found(router, "/a/b", JCT_HTTP_POST) == "/a/b");
  CHECK(found(router, "/a/b", JCT_HTTP_GET) == "/a/{x} x=b");
  CHECK(found(router, "/a/b", JCT_HTTP_PUT) == "/* *=a/b");
  CHECK(found(router, "/a/b", JCT_HTTP_DELETE) == "405");
  CHECK(router.find(JCT_HTTP_DELETE, "/a/b").allowed == (JCT_HTTP_POST | JCT_HTTP_GET | JCT_HTTP_PUT));
  CHECK(router.find(JCT_HTTP_DELETE, "/c").allowed == JCT_HTTP_PUT);
}

TEST_CASE("patterns that cannot be are told") {
  for (const char* good : {"/", "/a", "/a/", "/{a_1}", "/a/{b}/c", "/*", "/.well-known/acme-challenge/{token}"}) {
    CHECK_MESSAGE(pattern_fault(good).empty(), std::string{good});
  }
  for (const char* bad : {"", "a", "/{}", "/{a", "/a}", "/*/a", "/a*", "/{A}", "/{a}b", "/a b", "/a%20", "/a?b"}) {
    CHECK_MESSAGE(!pattern_fault(bad).empty(), std::string{bad});
  }
}

TEST_CASE("a look-up does not grow with the number of routes") {
  std::vector<RoutePointer> many;
  for (int i = 0; i < 5000; ++i) many.push_back(route("/api/area" + std::to_string(i) + "/{guid}/edit"));
  const Router small{{many.begin(), many.begin() + 5}}, large{many};
  const auto cost = [](const Router& router) {
    auto best = std::chrono::nanoseconds::max();
    for (int round = 0; round < 20; ++round) {
      const auto begin = std::chrono::steady_clock::now();
      for (int i = 0; i < 1000; ++i) CHECK_UNARY(router.find(JCT_HTTP_GET, "/api/area3/x/edit").route != nullptr);
      best = std::min<std::chrono::nanoseconds>(best, std::chrono::steady_clock::now() - begin);
    }
    return best;
  };
  CHECK(cost(large) < 4 * cost(small));
}

}  // namespace
}  // namespace junctor::http
