// SPDX-License-Identifier: Apache-2.0
// The template as a third party's plugin in the real daemon: its file is dropped into conf.d, the server is told to
// reload, and it answers on its socket and decides about sessions.
#include <doctest/doctest.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>

#include "support/clients.hpp"
#include "support/server.hpp"
#include "support/temp_dir.hpp"
#include "wire/client.hpp"
#include "wire/peer.hpp"

namespace {

using junctor::testing::LineClient;
using junctor::testing::read_file;
using junctor::testing::Server;
using junctor::testing::ServerOptions;
using junctor::testing::TempDir;
namespace wire = junctor::wire;

/// The site's plugins and the template's, as an installed tree has them side by side.
class PluginDir {
 public:
  PluginDir() {
    for (const std::string dir : {JUNCTOR_TEST_PLUGINS, JUNCTOR_TEMPLATE "/lib/junctor"}) {
      for (const auto& entry : std::filesystem::directory_iterator{dir}) {
        std::filesystem::create_symlink(entry.path(), dir_.path() + "/" + entry.path().filename().string());
      }
    }
  }
  const std::string& path() const { return dir_.path(); }

 private:
  TempDir dir_;
};

/// "HH:MM" in UTC, so many hours from now.
std::string clock_in(int hours) {
  const auto now = std::chrono::system_clock::now().time_since_epoch() + std::chrono::hours{hours};
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(now).count() % (24 * 60);
  char text[8];
  std::snprintf(text, sizeof text, "%02d:%02d", static_cast<int>(minutes / 60), static_cast<int>(minutes % 60));
  return text;
}

std::string hours_open(int from, int until) {
  return "[hours]\nzone = \"utc\"\nopen = \"" + clock_in(from) + "\"\nclose = \"" + clock_in(until) + "\"\n";
}

hbb::PunchHoleResponse ask_for(Server& server, const std::string& id, const std::string& key) {
  wire::TcpClient a = wire::TcpClient::connect(*wire::Address::parse("127.0.0.1:" + std::to_string(server.port())));
  hbb::PunchHoleRequest request;
  request.set_id(id);
  request.set_licence_key(key);
  a.send(request);
  const auto answer = a.receive();
  REQUIRE(answer);
  return answer->punch_hole_response();
}

}  // namespace

TEST_CASE("the template's sample file in conf.d and a reload put it to work in a running site") {
  const PluginDir plugins;
  ServerOptions options;
  options.plugin_dir = plugins.path();
  Server server{options};
  server.conf("10-site", "[storage_sqlite]\n[auth_key]\n[rendezvous]\n[holepunch]\n[relay]\n");
  server.start();

  server.conf("50-hours", read_file(JUNCTOR_TEMPLATE "/etc/junctor/conf.d/50-hours.toml"));
  server.reload();
  LineClient asker{"127.0.0.1", server.port(10)};
  const std::string status = asker.ask("status");
  CHECK((status.rfind("open", 0) == 0 || status.rfind("closed", 0) == 0));

  server.conf("50-hours", hours_open(-1, 1));
  server.reload();
  CHECK(asker.ask("may 123456789") == "yes");  // LIVE: the connection stayed
  const std::string key = server.ctl("keys").object()->getValue<std::string>("public_key");
  CHECK(ask_for(server, "123456789", key).failure() == hbb::PunchHoleResponse::ID_NOT_EXIST);

  server.conf("50-hours", hours_open(1, 2));
  server.reload();
  CHECK(asker.ask("may 123456789") == "no closed until " + clock_in(1));
  const hbb::PunchHoleResponse refused = ask_for(server, "123456789", key);
  CHECK(refused.other_failure().find(clock_in(1)) != std::string::npos);

  server.remove_conf("50-hours");
  server.reload();
  CHECK(asker.wait_end() != LineClient::End::kOpen);
  CHECK(ask_for(server, "123456789", key).failure() == hbb::PunchHoleResponse::ID_NOT_EXIST);
}
