// SPDX-License-Identifier: Apache-2.0
// The C plugin on the fake host, which is C++: no daemon, no port.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "junctor/abi.h"
#include "junctor/testing/fake_host.hpp"

using junctor::testing::FakeHost;
using junctor::testing::FakeStream;
using junctor::testing::PluginUnderTest;

TEST_CASE("each line is answered with the sum, behind the prefix, which a reload changes") {
  FakeHost host;
  PluginUnderTest plugin{host, junctor_plugin_v1(), {}};
  plugin.start();
  FakeStream client = host.connect("listen");
  client.deliver("one\ntw");
  host.run_until_idle();
  CHECK(client.take_sent() == "1\n");
  plugin.reload({{"prefix", "sum "}});
  client.deliver("o\n");
  host.run_until_idle();
  CHECK(client.take_sent() == "sum 2\n");
  plugin.finish();
  CHECK(host.complaints().empty());
}

TEST_CASE("a drain waits for the connections that are open") {
  FakeHost host;
  PluginUnderTest plugin{host, junctor_plugin_v1(), {}};
  plugin.start();
  FakeStream client = host.connect("listen");
  host.run_until_idle();
  plugin.drain();
  CHECK_FALSE(plugin.idle());
  client.peer_closes();
  host.run_until_idle();
  CHECK(plugin.idle());
  plugin.finish();
  CHECK(host.complaints().empty());
}

TEST_CASE("a line without an end costs its connection") {
  FakeHost host;
  PluginUnderTest plugin{host, junctor_plugin_v1(), {}};
  plugin.start();
  FakeStream client = host.connect("listen");
  client.deliver(std::string(5000, 'x'));
  host.run_until_idle();
  CHECK(client.closed());
  plugin.finish();
  CHECK(host.complaints().empty());
}
