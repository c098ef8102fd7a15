// SPDX-License-Identifier: Apache-2.0
// The guide's plugin does what the guide says.
#include <doctest/doctest.h>

#include "junctor/plugin.hpp"
#include "junctor/testing/fake_host.hpp"

using namespace junctor::testing;

TEST_CASE("it greets as it was told, and takes another greeting while it runs") {
  FakeHost host;
  PluginUnderTest plugin{host, junctor_plugin_v1(), {{"greeting", "welcome"}}};
  plugin.start();
  FakeStream client = host.connect("listen");
  host.run_until_idle();
  CHECK(client.sent() == "welcome\n");
  CHECK(client.closed());
  plugin.reload({{"greeting", "good evening"}});
  FakeStream later = host.connect("listen");
  host.run_until_idle();
  CHECK(later.sent() == "good evening\n");
  plugin.finish();
  CHECK(host.complaints().empty());
}
