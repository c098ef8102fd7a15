// SPDX-License-Identifier: Apache-2.0
// The guide's second plugin, with a peers/1 of the test's own.
#include <doctest/doctest.h>

#include "junctor/plugin.hpp"
#include "junctor/service/peers.h"
#include "junctor/testing/fake_host.hpp"

using namespace junctor::testing;

namespace {

/// Knows one device, and fails for an id that asks it to.
void lookup(void*, jct_str id, const jct_lookup_done* done) {
  jct_peer peer{};
  peer.size = sizeof peer;
  peer.id = id;
  peer.state = junctor::view(id) == "123456789" ? JCT_PEER_ONLINE : JCT_PEER_UNKNOWN;
  const bool broken = junctor::view(id) == "broken";
  done->done(done->self, broken ? JCT_E_IO : JCT_OK, broken ? nullptr : &peer);
}
/// What is not set is not called: later revisions have more.
constexpr jct_peers_service peers() {
  jct_peers_service service{};
  service.size = sizeof service;
  service.lookup = &lookup;
  return service;
}
constexpr jct_peers_service kPeers = peers();

}  // namespace

TEST_CASE("it answers who is online, counts, and says what it did not understand") {
  FakeHost host;
  host.provide(JCT_PEERS_SERVICE, &kPeers, nullptr);
  PluginUnderTest plugin{host, junctor_plugin_v1()};
  plugin.start();
  CHECK(host.command("whereis", R"({"args":["123456789"]})")->json == R"({"online":true})");
  CHECK(host.command("whereis", R"({"args":["987654321"]})")->json == R"({"online":false})");
  CHECK(host.command("whereis", R"({"args":["broken"]})")->json == R"({"error":"storage did not answer"})");
  CHECK(host.command("whereis")->status == JCT_E_ARG);
  CHECK(host.metric("asked") == 2);
  plugin.finish();
  CHECK(host.complaints().empty());
}
