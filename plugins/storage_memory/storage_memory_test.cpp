// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host: storage/1 through its C table, as every backend wires it.
#include <doctest/doctest.h>

#include <junctor/plugin.hpp>
#include <junctor/services.hpp>
#include <junctor/testing/fake_host.hpp>

#include "storage_memory/service_table.hpp"

namespace junctor::storage {
namespace {

using testing::FakeHost;
using testing::PluginUnderTest;

/// What a user's plugin would hold: the answers and where they came.
struct Asker {
  explicit Asker(FakeHost& on) : host{on} {}

  FakeHost& host;
  std::vector<jct_status> statuses;
  std::vector<std::string> texts;

  jct_peer_done peer_done(uint32_t loop) {
    return {this,
            [](void* self, jct_status status, const jct_peer_record* record) {
              auto& asker = *static_cast<Asker*>(self);
              asker.statuses.push_back(status);
              if (record != nullptr) asker.texts.emplace_back(view(record->id));
            },
            loop, 0};
  }
  jct_value_done value_done(uint32_t loop) {
    return {this,
            [](void* self, jct_status status, jct_bytes value) {
              auto& asker = *static_cast<Asker*>(self);
              asker.statuses.push_back(status);
              asker.texts.emplace_back(view(value));
            },
            loop, 0};
  }
  jct_peer_scan scan(uint32_t loop) {
    return {this,
            [](void* self, const jct_peer_record* record) -> jct_status {
              static_cast<Asker*>(self)->texts.emplace_back(view(record->id));
              return static_cast<Asker*>(self)->texts.size() < 2 ? JCT_OK : JCT_E_LIMIT;
            },
            [](void* self, jct_status status) { static_cast<Asker*>(self)->statuses.push_back(status); }, loop, 0};
  }
};

jct_peer_record record(std::string_view id) {
  return {sizeof(jct_peer_record), 0, str(id), bytes("uuid"), bytes("pk"), str("198.51.100.7"), 0};
}

TEST_CASE("a put through the table is answered on the asked loop, never inline, and found") {
  FakeHost host{{.loops = 2}};
  PluginUnderTest plugin{host, junctor_plugin_v1()};
  plugin.start();
  const auto table = plugin.service<jct_storage_service>("storage/1");
  void* self = plugin.service_self("storage/1");
  Asker asker{host};
  const jct_peer_done done = asker.peer_done(1);

  host.on_loop(1, [&] {
    const jct_peer_record peer = record("123456789");
    table.peer_put(self, &peer, &done);
  });
  CHECK(asker.statuses.empty());
  host.run_loop(0);
  CHECK(asker.statuses.empty());
  host.run_loop(1);
  CHECK(asker.statuses == std::vector<jct_status>{JCT_OK});

  host.on_loop(1, [&] {
    table.peer_get(self, str("123456789"), &done);
    table.peer_get(self, str("987654321"), &done);
    table.peer_rename(self, str("123456789"), str("named-pc"), bytes("other"), &done);
    table.peer_remove(self, str("123456789"), &done);
  });
  host.run_until_idle();
  CHECK(asker.statuses == std::vector<jct_status>{JCT_OK, JCT_OK, JCT_E_NOT_FOUND, JCT_E_MISMATCH, JCT_OK});
  CHECK(asker.texts == std::vector<std::string>{"123456789"});
  plugin.finish();
  CHECK(host.complaints().empty());
}

TEST_CASE("values and scans go through the table, and a row may end its scan") {
  FakeHost host;
  PluginUnderTest plugin{host, junctor_plugin_v1()};
  plugin.start();
  const auto table = plugin.service<jct_storage_service>("storage/1");
  void* self = plugin.service_self("storage/1");
  Asker values{host}, peers{host};
  const jct_value_done done = values.value_done(0);
  const jct_peer_done put = values.peer_done(0);
  const jct_peer_scan scan = peers.scan(0);

  host.on_loop(0, [&] {
    table.value_put(self, str("space"), str("key"), bytes("value"), &done);
    table.value_get(self, str("space"), str("key"), &done);
    for (const char* id : {"111111111", "222222222", "333333333"}) {
      const jct_peer_record peer = record(id);
      table.peer_put(self, &peer, &put);
    }
    table.peer_scan(self, str(""), 100, &scan);
  });
  host.run_until_idle();
  CHECK(values.texts == std::vector<std::string>{"", "value"});
  CHECK(peers.texts == std::vector<std::string>{"111111111", "222222222"});
  CHECK(peers.statuses == std::vector<jct_status>{JCT_OK});
}

TEST_CASE("an answer to a loop that is not there comes on the home loop") {
  FakeHost host;
  PluginUnderTest plugin{host, junctor_plugin_v1()};
  plugin.start();
  const auto table = plugin.service<jct_storage_service>("storage/1");
  Asker asker{host};
  const jct_peer_done done = asker.peer_done(7);
  host.on_loop(0, [&] { table.peer_get(plugin.service_self("storage/1"), str("123456789"), &done); });
  host.run_until_idle();
  CHECK(asker.statuses == std::vector<jct_status>{JCT_E_NOT_FOUND});
}

TEST_CASE("an answer on its way when the plugin stops is given exactly once") {
  FakeHost host;
  Asker asker{host};
  {
    PluginUnderTest plugin{host, junctor_plugin_v1()};
    plugin.start();
    const auto table = plugin.service<jct_storage_service>("storage/1");
    const jct_peer_done done = asker.peer_done(0);
    host.on_loop(0, [&] { table.peer_get(plugin.service_self("storage/1"), str("123456789"), &done); });
    plugin.stop();
    host.run_until_idle();
    CHECK(asker.statuses.size() == 1);
  }
  host.run_until_idle();
  CHECK(asker.statuses.size() == 1);
}

TEST_CASE("a lower bound applies in place") {
  FakeHost host;
  PluginUnderTest plugin{host, junctor_plugin_v1(), {{"max_peers", "1"}}};
  plugin.start();
  const auto table = plugin.service<jct_storage_service>("storage/1");
  Asker asker{host};
  const jct_peer_done done = asker.peer_done(0);
  const auto put = [&](const char* id) {
    host.on_loop(0, [&] {
      const jct_peer_record peer = record(id);
      table.peer_put(plugin.service_self("storage/1"), &peer, &done);
    });
    host.run_until_idle();
    return asker.statuses.back();
  };
  CHECK(put("111111111") == JCT_OK);
  CHECK(put("222222222") == JCT_E_LIMIT);
  plugin.reload({{"max_peers", "2"}});
  CHECK(put("222222222") == JCT_OK);
}

}  // namespace
}  // namespace junctor::storage
