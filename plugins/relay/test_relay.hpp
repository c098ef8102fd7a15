// SPDX-License-Identifier: Apache-2.0
// A whole relay on a fake host, with an auth plugin that knows one key. One thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "junctor/plugin.hpp"
#include "junctor/service/auth.h"
#include "junctor/testing/fake_host.hpp"
#include "test_messages.hpp"

namespace junctor::relay::testing {

using junctor::testing::FakeBridge;
using junctor::testing::FakeHost;
using junctor::testing::FakeStream;
using junctor::testing::KernelValues;
using junctor::testing::PluginUnderTest;
using junctor::testing::Settings;

/// Allows "key" and, where the test says so, answers only when it is told to.
struct FakeAuth {
  bool later = false;
  std::vector<std::pair<jct_auth_done, bool>> asked;
  std::vector<std::string> ids;

  static void check(void* self, const jct_auth_request* request, const jct_auth_done* done) {
    auto* auth = static_cast<FakeAuth*>(self);
    auth->ids.emplace_back(view(request->id));
    const bool allowed = request->kind != JCT_AUTH_RELAY || view(request->licence_key) == "key";
    auth->asked.emplace_back(*done, allowed);
    if (!auth->later) auth->answer();
  }
  void answer() {
    for (const auto& [done, allowed] : std::exchange(asked, {})) {
      done.done(done.self, allowed ? JCT_OK : JCT_E_DENIED, str(allowed ? "" : "wrong_key"), str(""));
    }
  }
  static constexpr jct_auth_service kService{sizeof(jct_auth_service), 0, &check, nullptr};
};

struct World {
  FakeHost host;
  FakeAuth auth;
  std::unique_ptr<PluginUnderTest> relay;

  explicit World(const Settings& settings = {}, uint32_t loops = 4, const KernelValues& kernel = {})
      : host{{.loops = loops}} {
    host.provide("auth/1", &FakeAuth::kService, &auth, "auth_key");
    relay = std::make_unique<PluginUnderTest>(host, junctor_plugin_v1(), settings, kernel);
    relay->start();
  }

  /// A client that has connected; nothing has run yet.
  FakeStream client(uint32_t loop = 0, const std::string& peer = "198.51.100.1:50001") {
    return host.connect("listen", {.peer = peer, .loop = loop});
  }
  /// One that has also said its RequestRelay.
  FakeStream side(const std::string& uuid, uint32_t loop = 0, const std::string& id = "",
                  const std::string& key = "key") {
    FakeStream stream = client(loop);
    stream.deliver(framed_request(uuid, id, key));
    return stream;
  }
  void run() { host.run_until_idle(); }
  int64_t refused(const std::string& reason) { return host.metric("refused", "reason=" + reason); }
  /// Two sides that are joined already.
  std::pair<FakeStream, FakeStream> pair(const std::string& uuid, const std::string& id = "123456789") {
    FakeStream b = side(uuid, 1);
    run();
    FakeStream a = side(uuid, 2, id);
    run();
    return {a, b};
  }
};

}  // namespace junctor::relay::testing
