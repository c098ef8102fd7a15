// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host, with a relay that notes what it is told. One thread.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "junctor/plugin.hpp"
#include "junctor/service/relay.h"
#include "junctor/service/tickets.h"
#include "junctor/testing/fake_host.hpp"
#include "own_key.hpp"
#include "support/temp_dir.hpp"
#include "test_keys.hpp"

namespace junctor::relay_tickets::test {

using namespace std::chrono_literals;
using testing::FakeHost;
using testing::FakeStream;
using testing::PluginUnderTest;
using testing::Settings;

struct FakeRelay {
  std::vector<std::string> told;  // "UUID ID SECONDS"
  jct_status answer = JCT_OK;

  static const jct_relay_service& table() {
    static const jct_relay_service kTable = [] {
      jct_relay_service table{};
      table.size = sizeof table;
      table.expect = [](void* self, jct_str uuid, jct_str id, uint64_t ttl_ns) -> jct_status {
        auto& relay = *static_cast<FakeRelay*>(self);
        relay.told.push_back(std::string{view(uuid)} + " " + std::string{view(id)} + " " +
                             std::to_string(ttl_ns / 1'000'000'000));
        return relay.answer;
      };
      return table;
    }();
    return kTable;
  }
};

struct World {
  explicit World(const Settings& settings, bool with_relay = true) {
    if (with_relay) host.provide(JCT_RELAY_SERVICE, &FakeRelay::table(), &relay);
    plugin = std::make_unique<PluginUnderTest>(host, junctor_plugin_v1(), settings,
                                               testing::KernelValues{21116, dir.path()});
    plugin->start();
    host.run_until_idle();
  }
  ~World() {
    plugin->finish();
    CHECK(host.complaints().empty());
  }

  wire::SigningKeys key() const { return load_or_create_key(dir.file("relay_tickets.key")).keys; }
  int64_t metric(const std::string& name, const std::string& reason = "") const {
    return host.metric(name, reason.empty() ? "" : "reason=" + reason);
  }

  testing::TempDir dir;
  FakeHost host;
  FakeRelay relay;
  std::unique_ptr<PluginUnderTest> plugin;
};

}  // namespace junctor::relay_tickets::test
