// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host, asked over real sockets. The fake host has one thread: while a page is made, this one
// waits.
#include <doctest/doctest.h>

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>

#include <iterator>
#include <string>

#include "junctor/abi.h"
#include "junctor/testing/fake_host.hpp"
#include "support/temp_dir.hpp"

extern "C" const jct_plugin* junctor_plugin_v1(void);

namespace junctor::metrics {
namespace {

using namespace junctor::testing;
using namespace Poco::Net;

struct Site {
  explicit Site(Settings settings = {}) : plugin{host, junctor_plugin_v1(), with_port(std::move(settings))} {
    plugin.start();
    address = host.last_line("metrics.listening").field("address");
  }
  static Settings with_port(Settings settings) {
    settings["listen"] = "127.0.0.1:0";
    return settings;
  }
  struct Got {
    int code;
    std::string type;
    std::string body;
  };
  Got get(const std::string& path, const std::string& header = "", const std::string& value = "") const {
    HTTPClientSession session{SocketAddress{address}};
    HTTPRequest request{HTTPRequest::HTTP_GET, path, HTTPMessage::HTTP_1_1};
    if (!header.empty()) request.set(header, value);
    session.sendRequest(request);
    HTTPResponse response;
    std::istream& in = session.receiveResponse(response);
    return {response.getStatus(), response.getContentType(), {std::istreambuf_iterator<char>{in}, {}}};
  }

  FakeHost host;
  PluginUnderTest plugin;
  std::string address;
};

TEST_CASE("the pages say what they are for, and a drained plugin leaves nothing behind") {
  Site site;
  CHECK(site.get("/").body.find("/readyz") != std::string::npos);
  CHECK(site.get("/nothing").code == 404);
  const auto text = site.get("/metrics");
  CHECK(text.code == 200);
  CHECK(text.type == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(text.body.find("junctor_test_scrapes_total{plugin=\"test\"} 0\n") != std::string::npos);
  const auto open = site.get("/metrics", "Accept", "application/openmetrics-text;version=1.0.0");
  CHECK(open.type == "application/openmetrics-text; version=1.0.0; charset=utf-8");
  CHECK(open.body.substr(open.body.size() - 6) == "# EOF\n");
  CHECK(site.get("/readyz").code == 503);  // a fake host has not said that it is ready
  site.plugin.finish();
  CHECK(site.host.metric("scrapes") == 2);
  CHECK(site.host.metric("refused", "reason=not_found") == 1);
  CHECK(site.host.complaints().empty());
}

TEST_CASE("with a token /metrics asks for it, the probes do not; a reload changes it") {
  const TempDir dir;
  const std::string one = dir.write("one", "first\n"), two = dir.write("two", "second\n");
  Site site{{{"token_file", one}}};
  CHECK(site.get("/metrics").code == 401);
  CHECK(site.get("/metrics", "Authorization", "Bearer first").code == 200);
  CHECK(site.get("/").code == 200);
  site.plugin.reload(Site::with_port({{"token_file", two}}));
  CHECK(site.get("/metrics", "Authorization", "Bearer first").code == 401);
  CHECK(site.get("/metrics", "Authorization", "Bearer second").code == 200);
  CHECK_THROWS(site.plugin.reload(Site::with_port({{"token_file", dir.file("missing")}})));
  CHECK(site.get("/metrics", "Authorization", "Bearer second").code == 200);
}

TEST_CASE("what cannot be is told at the start") {
  FakeHost host;
  CHECK_THROWS_WITH_AS((PluginUnderTest{host, junctor_plugin_v1(), {{"token_file", "/nowhere/token"}}}),
                       "token_file: cannot read a line of /nowhere/token", Error);
}

}  // namespace
}  // namespace junctor::metrics
