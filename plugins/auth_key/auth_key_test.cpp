// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host: both services through their C tables, reload and the command.
#include <doctest/doctest.h>

#include <junctor/plugin.hpp>
#include <junctor/services.hpp>
#include <junctor/testing/auth_contract.hpp>
#include <junctor/testing/fake_auth.hpp>
#include <junctor/testing/fake_host.hpp>
#include <junctor/testing/keys_contract.hpp>

#include "auth_key/test_dir.hpp"

namespace junctor::auth {
namespace {

using testing::AuthQuestion;
using testing::FakeHost;
using testing::KernelValues;
using testing::PluginUnderTest;
using testing::Settings;

KernelValues in(const TestDir& dir) {
  KernelValues kernel;
  kernel.data_dir = dir.path();
  return kernel;
}

std::string ask(FakeHost& host, const PluginUnderTest& plugin, uint32_t kind, std::string_view licence_key) {
  AuthQuestion question;
  jct_auth_request request{};
  request.kind = kind;
  request.id = str("123456789");
  request.address.family = 4;
  request.address.ip[0] = 10;
  request.licence_key = str(licence_key);
  question.ask(host, plugin.service<jct_auth_service>("auth/1"), plugin.service_self("auth/1"), request);
  return question.word();
}

/// The plugin as the providers that the SDK's contracts want.
class Provider {
 public:
  explicit Provider(const Settings& settings = {}) : plugin_{host_, junctor_plugin_v1(), settings, in(dir_)} {
    plugin_.start();
  }
  ~Provider() { plugin_.finish(); }
  jct_service_ref auth() { return host_.services().provided(JCT_AUTH_SERVICE); }
  jct_service_ref keys() { return host_.services().provided(JCT_KEYS_SERVICE); }
  void ask(const std::function<void()>& call) {
    host_.on_loop(0, call);
    host_.run_until_idle();
  }

 private:
  TestDir dir_;
  FakeHost host_;
  PluginUnderTest plugin_;
};

JUNCTOR_KEYS_CONTRACT(Provider);
JUNCTOR_AUTH_CONTRACT(Provider);

TEST_CASE("the key that is logged at start opens sessions, and signs what it verifies") {
  TestDir dir;
  FakeHost host;
  PluginUnderTest plugin{host, junctor_plugin_v1(), {}, in(dir)};
  plugin.start();
  const std::string key = dir.read(dir.pub());
  CHECK(host.last_line("keys.ready").text().find(key) != std::string::npos);
  CHECK(host.lines_of("keys.created") == 1);
  CHECK(ask(host, plugin, JCT_AUTH_START, key) == "ok");
  CHECK(ask(host, plugin, JCT_AUTH_RELAY, "") == "wrong_key");
  CHECK(ask(host, plugin, JCT_AUTH_REGISTER, "") == "ok");
  CHECK(ask(host, plugin, 99, "") == "ok");
  CHECK(host.metric("auth_denied", "reason=wrong_key") == 1);
  CHECK(host.metric("auth_allowed") == 3);

  const auto keys = plugin.service<jct_keys_service>("keys/1");
  void* self = plugin.service_self("keys/1");
  CHECK(view(keys.public_text(self)) == key);
  CHECK(keys.can_sign(self) == 1);
  wire::PublicKey raw{};
  CHECK(keys.public_key(self, raw.data()) == JCT_OK);
  CHECK(wire::public_key_text(raw) == key);

  std::string out(64 + 7, '\0');
  auto* to = reinterpret_cast<uint8_t*>(out.data());
  uint64_t written = 0;
  CHECK(keys.sign(self, bytes("message"), to, out.size() - 1, &written) == JCT_E_ARG);
  CHECK(keys.sign(self, bytes("message"), to, out.size(), &written) == JCT_OK);
  CHECK(written == out.size());
  CHECK(wire::open_signed(raw, out) == "message");
  plugin.finish();
  CHECK(host.complaints().empty());
}

TEST_CASE("with a public key only nothing is signed, and that is warned of") {
  TestDir dir;
  FakeHost host;
  PluginUnderTest plugin{host, junctor_plugin_v1(), {{"key", seeded(7).public_text()}}, in(dir)};
  plugin.start();
  const auto keys = plugin.service<jct_keys_service>("keys/1");
  uint8_t out[80];
  uint64_t written = 0;
  CHECK(keys.can_sign(plugin.service_self("keys/1")) == 0);
  CHECK(keys.sign(plugin.service_self("keys/1"), bytes("m"), out, sizeof out, &written) == JCT_E_UNSUPPORTED);
  CHECK(host.lines_of("keys.warning") == 1);
}

TEST_CASE("half a pair refuses the start with the file's name") {
  TestDir dir;
  dir.write(dir.pub(), seeded(7).public_text());
  FakeHost host;
  try {
    PluginUnderTest plugin{host, junctor_plugin_v1(), {}, in(dir)};
    FAIL("it was created");
  } catch (const Error& error) {
    CHECK(std::string{error.what()}.find(dir.secret() + ": missing") != std::string::npos);
  }
}

TEST_CASE("lists change in place") {
  TestDir dir;
  FakeHost host;
  PluginUnderTest plugin{host, junctor_plugin_v1(), {{"key", ""}}, in(dir)};
  plugin.start();
  CHECK(ask(host, plugin, JCT_AUTH_START, "") == "ok");
  plugin.reload({{"key", ""}, {"deny_networks", "10.0.0.0/8"}});
  CHECK(ask(host, plugin, JCT_AUTH_START, "") == "network_denied");
  plugin.reload({{"key", ""}, {"deny_ids", "123456789"}});
  CHECK(ask(host, plugin, JCT_AUTH_REGISTER, "") == "id_denied");
  plugin.reload({{"key", ""}, {"allow_networks", "192.0.2.0/24"}});
  CHECK(ask(host, plugin, JCT_AUTH_RELAY, "") == "network_denied");
  plugin.reload({{"key", ""}});
  CHECK(ask(host, plugin, JCT_AUTH_RELAY, "") == "ok");
}

TEST_CASE("the command keys answers from the pool") {
  TestDir dir;
  FakeHost host;
  PluginUnderTest plugin{host, junctor_plugin_v1(), {}, in(dir)};
  plugin.start();
  const auto shown = host.command("keys", R"({"args":["show"]})");
  REQUIRE(shown);
  CHECK(shown->status == JCT_OK);
  CHECK(shown->json.find(dir.read(dir.pub())) != std::string::npos);
  CHECK(shown->json.find(dir.read(dir.secret()).substr(0, 20)) == std::string::npos);
  const auto refused = host.command("keys", R"({"args":["generate"]})");
  REQUIRE(refused);
  CHECK(refused->status < 0);
  plugin.finish();
  CHECK(host.complaints().empty());
}

}  // namespace
}  // namespace junctor::auth
