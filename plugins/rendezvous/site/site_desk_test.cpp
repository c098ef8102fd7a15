// SPDX-License-Identifier: Apache-2.0
// What the operator is told, by the plugin on a fake host.
#include <doctest/doctest.h>

#include "rendezvous/test_site.hpp"
#include "wire/invite.hpp"

namespace junctor::rendezvous {
namespace {

std::string field(Site& site, const std::string& event, const std::string& key) {
  return site.host.last_line(event).field(key);
}

TEST_CASE("when it listens it says once what clients must enter") {
  Site site{{{"public_host", "rd.example.org"}}};
  CHECK(site.host.lines_of("rendezvous.invite") == 1);
  CHECK(field(site, "rendezvous.invite", "host") == "rd.example.org");
  const std::string text = field(site, "rendezvous.invite", "configuration");
  REQUIRE(wire::decode_invite(text));
  CHECK(wire::decode_invite(text)->host == "rd.example.org");
  CHECK(field(site, "rendezvous.invite", "link") == "rustdesk://config/" + text);
  const auto answer = site.host.command("site");
  REQUIRE(answer);
  CHECK(answer->json.find(text) != std::string::npos);
}

TEST_CASE("a new name is told at once, the same one not again, and what is no name is refused") {
  Site site;
  CHECK(field(site, "rendezvous.invite", "configuration").empty());
  CHECK(field(site, "rendezvous.invite", "hint").find("public_host") != std::string::npos);
  site.plugin.reload({{"public_host", "rd.example.org"}});
  site.plugin.reload({{"public_host", "rd.example.org"}});
  CHECK(site.host.lines_of("rendezvous.invite") == 2);
  CHECK_THROWS_AS(site.plugin.reload({{"public_host", "https://rd.example.org"}}), Error);
  CHECK(field(site, "rendezvous.invite", "host") == "rd.example.org");
}

TEST_CASE("devices that all come from one private address are a warning until one comes from elsewhere") {
  Site site{{{"warn_one_gateway", "2"}}};
  const auto register_from = [&](const std::string& id, const std::string& peer) {
    site.udp(Site::pk_of(id), peer);
    site.host.take_sent_datagrams();
  };
  register_from("first-1", "172.17.0.1:50001");
  CHECK(site.host.lines_of("rendezvous.warning") == 0);
  register_from("second-2", "172.17.0.1:50002");
  CHECK(site.host.lines_of("rendezvous.warning") == 1);
  CHECK(field(site, "rendezvous.warning", "reason") == "one_gateway");
  CHECK(field(site, "rendezvous.warning", "detail").find("172.17.0.1") != std::string::npos);
  CHECK(site.host.metric("warning", "reason=one_gateway") == 1);
  register_from("third-3", "198.51.100.9:50002");
  CHECK(site.host.lines_of("rendezvous.warning_over") == 1);
  CHECK(site.host.metric("warning", "reason=one_gateway") == 0);
}

TEST_CASE("a listener that is not where clients look for it is told, and no more than that") {
  Site site{{{"listen_nat", ":4711"}}};
  CHECK(site.host.lines_of("rendezvous.warning") == 1);
  CHECK(field(site, "rendezvous.warning", "reason") == "port_not_served");
  CHECK(field(site, "rendezvous.warning", "detail") == "listen_nat is not on TCP 21115");
}

}  // namespace
}  // namespace junctor::rendezvous
