// SPDX-License-Identifier: Apache-2.0
// An address of the host goes and comes back while the server runs, and while it does not. In a network of our own.
#include <doctest/doctest.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "site.hpp"
#include "support/process.hpp"

namespace junctor::site {
namespace {

constexpr const char* kOuter = "192.0.2.1";

/// Once a process, which has no other network from then on; gone with it.
class OwnNetwork {
 public:
  OwnNetwork() {
    if (::unshare(CLONE_NEWNET) != 0) throw std::runtime_error{std::string{"unshare: "} + std::strerror(errno)};
    ip({"link", "set", "lo", "up"});
  }
  static void plug() {
    ip({"link", "add", "cable", "type", "veth", "peer", "name", "wall"});
    ip({"link", "set", "wall", "up"});
    ip({"link", "set", "cable", "up"});
    give_address();
  }
  static void unplug() { ip({"link", "delete", "cable"}); }
  static void give_address() { ip({"address", "add", std::string{kOuter} + "/24", "dev", "cable"}); }
  static void take_address() { ip({"address", "delete", std::string{kOuter} + "/24", "dev", "cable"}); }

 private:
  static void ip(std::vector<std::string> words) {
    words.insert(words.begin(), "ip");
    const testing::Finished done = testing::run(words);
    if (done.code != 0) throw std::runtime_error{"ip " + words[1] + ": " + done.err};
  }
};

wire::Address outer(const Site& site, int offset = 0) {
  const wire::Address at = site.at(offset);
  return *wire::Address::parse_ip(kOuter, at.port);
}

/// From the address itself, to each kind of socket.
bool serves(Site& site, Device& device) {
  wire::UdpClient socket = Site::datagrams("0.0.0.0");
  const bool udp = beat(socket, outer(site), device.peer(), Millis{500}).has_value();
  const auto opens = [&](int offset) {
    return wire::TcpClient::try_connect(outer(site, offset), {{}, Millis{500}}).has_value();
  };
  return udp && opens(0) && opens(-1) && opens(1);
}

bool is_unreachable(const Site& site) {
  return !wire::TcpClient::try_connect(outer(site), {{}, Millis{300}}).has_value();
}

TEST_CASE("an address that goes takes nobody else along, and comes back without a restart") {
  if (::geteuid() != 0) {
    if (std::getenv("CI") != nullptr) FAIL("a network of its own needs root");
    MESSAGE("skipped: a network of its own needs root");
    return;
  }
  const OwnNetwork network;
  OwnNetwork::plug();
  Site site;
  // The relay on that address alone, all else on every address.
  site.server().conf("95-address", std::string{"[relay]\nlisten = \""} + kOuter + ":P+1\"\n");
  site.start();
  Device device{site, "127.0.0.3"};
  REQUIRE(serves(site, device));

  SUBCASE("the address alone") {
    OwnNetwork::take_address();
    CHECK(is_unreachable(site));
    CHECK(device.beat(site) == false);
    CHECK(connects(site, device));
    OwnNetwork::give_address();
    CHECK(testing::eventually([&] { return serves(site, device); }));
  }
  SUBCASE("the interface with it") {
    OwnNetwork::unplug();
    CHECK(is_unreachable(site));
    CHECK(device.beat(site) == false);
    CHECK(connects(site, device));
    site.server().reload();
    OwnNetwork::plug();
    CHECK(testing::eventually([&] { return serves(site, device); }));
  }
  SUBCASE("a start without it is refused, and says which") {
    CHECK(site.server().stop() == 0);
    OwnNetwork::unplug();
    site.server().launch();
    CHECK(site.server().wait_exit() == 2);
    INFO(site.server().log());
    CHECK(site.server().log_has("event=net.listen_failed", "Cannot assign requested address"));
    CHECK(site.server().log_has("event=net.listen_failed", kOuter));
  }
  if (site.server().running()) CHECK(site.server().stop() == 0);
  testing::run({"ip", "link", "delete", "cable"});
}

}  // namespace
}  // namespace junctor::site
