// SPDX-License-Identifier: Apache-2.0
// The guide's third plugin, on an http/1 of the test's own.
#include <doctest/doctest.h>

#include "junctor/plugin.hpp"
#include "junctor/testing/fake_http.hpp"

using namespace junctor::testing;

TEST_CASE("it greets by name, counts, and has a page") {
  FakeHost host;
  FakeHttp http{host};
  PluginUnderTest plugin{host, junctor_plugin_v1(), {{"site", "Example"}}};
  plugin.start();
  CHECK(http.call({.method = "POST", .path = "/greeter/api/people/Ada%20L"}).body() == R"({"hello":"Ada L"})");
  CHECK(http.call({.path = "/greeter/api/greeted"}).body() == R"({"greeted":1})");
  CHECK(http.call({.path = "/greeter"}).header("Content-Type") == "text/html; charset=utf-8");
  CHECK(http.call({.method = "DELETE", .path = "/greeter"}).status() == 405);
  CHECK(http.call({.path = "/greeter/nothing"}).status() == 404);
  plugin.drain();
  CHECK(plugin.idle());
  plugin.finish();
  CHECK(http.routes().empty());
  CHECK(host.complaints().empty());
}
