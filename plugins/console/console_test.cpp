// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "junctor/testing/fake_http.hpp"
#include "junctor/testing/plugin_under_test.hpp"
#include "support/temp_dir.hpp"

extern "C" const jct_plugin* junctor_plugin_v1(void);

namespace junctor::console {
namespace {

using testing::FakeHost;
using testing::FakeHttp;
using testing::PluginUnderTest;

TEST_CASE("a browser that asks for / is sent to the console, and to nowhere else by what it says") {
  const testing::TempDir dir;
  dir.write("index.html", "<!doctype html>");
  FakeHost host;
  FakeHttp http{host};
  PluginUnderTest plugin{host, junctor_plugin_v1(), {{"files", dir.path()}}};
  plugin.start();
  for (const char* path : {"/", "/?next=https://elsewhere.example"}) {
    CAPTURE(path);
    const auto got = http.call({.path = path});
    CHECK(got.status() == 302);
    CHECK(got.header("Location") == "/console/");
  }
}

TEST_CASE("without built pages it does not start, and says where it looked") {
  const testing::TempDir dir;
  FakeHost host;
  FakeHttp http{host};
  CHECK_THROWS_WITH((PluginUnderTest{host, junctor_plugin_v1(), {{"files", dir.path()}}}),
                    doctest::Contains(dir.path().c_str()));
}

}  // namespace
}  // namespace junctor::console
