// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host, its pages asked of a fake http/1.
#include <doctest/doctest.h>

#include <string>

#include "junctor/abi.h"
#include "junctor/testing/fake_http.hpp"
#include "support/temp_dir.hpp"

extern "C" const jct_plugin* junctor_plugin_v1(void);

namespace junctor::metrics {
namespace {

using namespace junctor::testing;

struct Site {
  explicit Site(Settings settings = {}) : plugin{host, junctor_plugin_v1(), with_port(std::move(settings))} {
    plugin.start();
  }
  static Settings with_port(Settings settings) {
    settings.emplace("listen", "127.0.0.1:0");
    return settings;
  }
  FakeExchange get(const std::string& path, http::Headers headers = {}, const std::string& client = "127.0.0.1:4000") {
    FakeRequest request;
    request.path = path;
    request.headers = std::move(headers);
    request.client = client;
    request.scope = "metrics/listen";
    return http.call(request);
  }

  FakeHost host;
  FakeHttp http{host};
  PluginUnderTest plugin;
};

TEST_CASE("the pages say what they are for, and a drained plugin leaves nothing behind") {
  Site site;
  CHECK(site.get("/").body().find("/readyz") != std::string::npos);
  CHECK(site.get("/nothing").status() == 404);
  const auto text = site.get("/metrics");
  CHECK(text.status() == 200);
  CHECK(text.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
  const auto open = site.get("/metrics", {{"accept", "application/openmetrics-text;version=1.0.0"}});
  CHECK(open.header("Content-Type") == "application/openmetrics-text; version=1.0.0; charset=utf-8");
  CHECK(open.body().substr(open.body().size() - 6) == "# EOF\n");
  CHECK(site.get("/readyz").status() == 503);  // a fake host has not said that it is ready
  site.plugin.finish();
  CHECK(site.host.metric("scrapes") == 2);
  CHECK(site.host.complaints().empty());
}

TEST_CASE("with a token /metrics asks for it, the probes do not; a reload changes it") {
  const TempDir dir;
  const std::string one = dir.write("one", "first\n"), two = dir.write("two", "second\n");
  Site site{{{"token_file", one}}};
  CHECK(site.get("/metrics").status() == 401);
  CHECK(site.get("/metrics").header("WWW-Authenticate") == "Bearer realm=\"junctor\"");
  CHECK(site.get("/metrics", {{"authorization", "Bearer first"}}).status() == 200);
  CHECK(site.get("/").status() == 200);
  site.plugin.reload(Site::with_port({{"token_file", two}}));
  CHECK(site.get("/metrics", {{"authorization", "Bearer first"}}).status() == 401);
  CHECK(site.get("/metrics", {{"authorization", "Bearer second"}}).status() == 200);
  CHECK_THROWS(site.plugin.reload(Site::with_port({{"token_file", dir.file("missing")}})));
  CHECK(site.get("/metrics", {{"authorization", "Bearer second"}}).status() == 200);
}

TEST_CASE("its own listener serves its own pages alone; without one they are on the http instance, without the index") {
  Site own;
  FakeStream client = own.host.connect("listen", {"127.0.0.1:5"});
  own.host.run_until_idle();
  CHECK(own.http.served() == std::vector<std::string>{"metrics/listen"});
  CHECK(own.http.call({.path = "/metrics", .client = "127.0.0.1:4000"}).status() == 404);

  Site shared{{{"listen", ""}}};
  CHECK(shared.http.call({.path = "/metrics", .client = "127.0.0.1:4000"}).status() == 200);
  CHECK(shared.http.call({.path = "/", .client = "127.0.0.1:4000"}).status() == 404);
}

TEST_CASE("strangers are not served, whether it is their connection or a proxy's") {
  Site site;
  FakeStream client = site.host.connect("listen", {"198.51.100.7:5"});
  site.host.run_until_idle();
  CHECK(client.closed());
  CHECK(site.http.served().empty());
  CHECK(site.get("/metrics", {}, "198.51.100.7:5").status() == 403);
  CHECK(site.host.metric("refused", "reason=network") == 2);
}

TEST_CASE("what cannot be is told at the start") {
  FakeHost host;
  FakeHttp http{host};
  CHECK_THROWS_WITH_AS((PluginUnderTest{host, junctor_plugin_v1(), {{"token_file", "/nowhere/token"}}}),
                       "token_file: cannot read a line of /nowhere/token", Error);
}

}  // namespace
}  // namespace junctor::metrics
