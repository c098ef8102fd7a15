// SPDX-License-Identifier: Apache-2.0
// `junctorctl backup` of a site in full use, the data directory lost, and the site on its backup.
#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "site.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace junctor::site {
namespace {

namespace fs = std::filesystem;

testing::Finished back_up(Site& site, const std::string& to) {
  return testing::run({JUNCTOR_TEST_CTL, "--data", site.server().data_dir(), "backup", to});
}

TEST_CASE("a site goes on from its backup: key, and every device that was confirmed before it") {
  Site site{"[auth_key]\n[rendezvous]\nlimit_new_unproven = 0\n"};
  site.start();
  const std::string key = site.key();
  std::vector<std::unique_ptr<Device>> before;
  for (int i = 0; i < 20; ++i) before.push_back(std::make_unique<Device>(site, "127.0.0.1"));
  std::atomic<bool> stop{false};
  std::thread busy{[&] {
    wire::UdpClient socket = Site::datagrams("127.0.0.2");
    for (int i = 0; !stop; ++i) {
      hbb::RegisterPk request;
      request.set_id("busy-" + std::to_string(i));
      request.set_uuid("uuid");
      request.set_pk(std::string(32, 'k'));
      register_once(socket, site.at(), request);
    }
  }};
  testing::TempDir elsewhere;
  const std::string copy = elsewhere.file("backup");
  const testing::Finished done = back_up(site, copy);
  stop = true;
  busy.join();
  CAPTURE(done.err);
  REQUIRE(done.code == 0);
  CHECK(done.out.find("id_ed25519.pub") != std::string::npos);
  CHECK(back_up(site, copy).code == 1);

  REQUIRE(site.server().stop() == 0);
  fs::remove_all(site.server().data_dir());
  fs::rename(copy, site.server().data_dir());
  site.start();
  CHECK(site.key() == key);
  for (const auto& device : before) CHECK(device->beat(site) == false);
}

}  // namespace
}  // namespace junctor::site
