// SPDX-License-Identifier: Apache-2.0
// junctorctl doctor as people run it: against whole sites, sites that lack something, and strangers.
#include <doctest/doctest.h>

#include "diagnosis.hpp"
#include "fake_stock.hpp"
#include "site.hpp"
#include "support/clients.hpp"

namespace junctor::site {
namespace {

constexpr Millis kLongest{60'000};

testing::Finished doctor(uint16_t port, std::vector<std::string> more) {
  std::vector<std::string> words{JUNCTOR_TEST_CTL, "doctor", "127.0.0.1:" + std::to_string(port)};
  words.insert(words.end(), more.begin(), more.end());
  return testing::run(words, kLongest);
}

Diagnosis diagnose(uint16_t port, std::vector<std::string> more) {
  more.push_back("--json");
  Diagnosis diagnosis = Diagnosis::of(doctor(port, more));
  CHECK(diagnosis.server == "127.0.0.1:" + std::to_string(port));
  return diagnosis;
}

wire::SigningKeys keys_of(Site& site) {
  return wire::SigningKeys::parse_secret(testing::read_file(site.server().data_dir() + "/id_ed25519")).value();
}

TEST_CASE("a whole site is found in order, step by step") {
  Site site;
  site.start();
  const Diagnosis seen = diagnose(site.server().port(), {"--key", site.key()});
  CHECK_MESSAGE(seen.code == 0, seen.failures());
  CHECK(seen.names("failed").empty());
  CHECK(seen.names("skipped") == "websocket_relay websocket_signalling");
  CHECK(seen.names("warning").empty());
  CHECK(seen.says("punch_udp_device", "neighbours"));
  CHECK(seen.says("punch_udp_device", "signed by the site's key"));
  CHECK(seen.says("relay_transfer", "4 MiB each way"));
}

TEST_CASE("people get a line for each check and what to do about those that fail") {
  Site site{"[relay]\nenabled = false\n"};
  site.start();
  const testing::Finished shown = doctor(site.server().port(), {"--key", site.key()});
  CHECK(shown.code == 1);
  CHECK(shown.err.empty());
  CHECK(shown.out.find("ok   udp_registration      registered (") != std::string::npos);
  CHECK(shown.out.find("\nFAIL relay_address ") != std::string::npos);
  CHECK(shown.out.find("\nrelay_address: the relay cannot be reached") != std::string::npos);
  CHECK(shown.out.find("\x1b") == std::string::npos);
}

TEST_CASE("without a relay, that is what fails, and nothing else") {
  Site site{"[relay]\nenabled = false\n"};
  site.start();
  const Diagnosis seen = diagnose(site.server().port(), {"--key", site.key()});
  CHECK(seen.code == 1);
  CHECK(seen.names("failed") == "relay_address");
  CHECK(seen.says("relay_address", "the relay is not running"));
  CHECK(seen.result("relay_transfer") == "skipped");
  CHECK(seen.result("punch_udp_device") == "ok");
}

TEST_CASE("a relay elsewhere that is given by --relay is the one that is tried") {
  Site relay_site;
  relay_site.start();
  Site site{"[relay]\nenabled = false\n"};
  const testing::TempDir& files = site.server().files();
  for (const char* name : {"id_ed25519", "id_ed25519.pub"}) {
    const std::string path =
        files.write(std::string{"data/"} + name, testing::read_file(relay_site.server().data_dir() + "/" + name));
    std::filesystem::permissions(path, std::filesystem::perms{0600});
  }
  site.start();
  const Diagnosis seen = diagnose(site.server().port(), {"--key", site.key(), "--relay", relay_site.at(1).text()});
  CHECK_MESSAGE(seen.code == 0, seen.failures());
  CHECK(seen.result("tcp_relay") == "warning");
  CHECK(seen.says("relay_address", relay_site.at(1).text()));
  CHECK(seen.result("relay_transfer") == "ok");
}

TEST_CASE("a site is examined over IPv6, too") {
  Site site;
  site.start();
  if (!testing::LineClient::try_connect("::1", site.server().port())) return;  // a host without IPv6
  const auto finished = testing::run(
      {JUNCTOR_TEST_CTL, "doctor", "[::1]:" + std::to_string(site.server().port()), "--key", site.key()}, kLongest);
  CAPTURE(finished.out);
  CHECK(finished.code == 0);
  CHECK(finished.out.find("is open, over IPv6") != std::string::npos);
  CHECK(finished.out.find(" 0 warning, 0 failed,") != std::string::npos);
}

TEST_CASE("a wrong key is called so, and what needs the right one is skipped") {
  Site site;
  site.start();
  const Diagnosis seen = diagnose(site.server().port(), {"--key", wire::SigningKeys::generate().public_text()});
  CHECK(seen.code == 1);
  CHECK(seen.says("key", "Key mismatch"));
  CHECK(seen.result("punch_udp_device") == "skipped");
  CHECK(seen.result("udp_registration") == "ok");
  CHECK(seen.result("relay_transfer") == "failed");
}

TEST_CASE("without a key the checks that need it are skipped, and none fails") {
  Site site;
  site.start();
  const Diagnosis seen = diagnose(site.server().port(), {});
  CHECK_MESSAGE(seen.code == 0, seen.failures());
  CHECK(seen.names("failed").empty());
  CHECK(seen.says("key", "none was given"));
  CHECK(seen.result("relay_transfer") == "skipped");
}

TEST_CASE("a site that checks no key is told that anybody may use it") {
  Site site{"[auth_key]\nkey = \"\"\n"};
  site.start();
  const Diagnosis seen = diagnose(site.server().port(), {"--key", site.key()});
  CHECK_MESSAGE(seen.code == 0, seen.failures());
  CHECK(seen.result("key") == "warning");
  CHECK(seen.says("key", "Anybody"));
  CHECK(seen.result("relay_key") == "warning");
}

TEST_CASE("where nothing listens, no firewall is blamed") {
  const testing::PortBlock ports;
  const Diagnosis seen = diagnose(ports.base(), {});
  CHECK(seen.code == 1);
  CHECK(seen.says("tcp_signalling", "the ID server is not running"));
  CHECK(seen.says("udp_registration", "nothing listens on UDP port"));
  CHECK(seen.result("online_query") == "skipped");
}

TEST_CASE("silence on UDP while TCP works is a blocked UDP") {
  Site site{"[rendezvous]\nlisten_udp = \":P+2\"\n"};
  const wire::UdpClient silence{site.at()};
  site.start();
  const Diagnosis seen = diagnose(site.server().port(), {"--key", site.key()});
  CHECK(seen.code == 1);
  CHECK(seen.says("udp_registration", "UDP is blocked"));
  CHECK(seen.result("tcp_signalling") == "ok");
  CHECK(seen.result("key") == "ok");
  CHECK(seen.result("relay_transfer") == "ok");
}

TEST_CASE("a stock server passes with notes, never with failures") {
  Site relay_site;
  relay_site.start();
  const wire::SigningKeys keys = keys_of(relay_site);
  const FakeStock stock{keys, {relay_site.at(1).text()}};
  const Diagnosis seen = diagnose(stock.port(), {"--key", keys.public_text()});
  CHECK_MESSAGE(seen.code == 0, seen.failures());
  CHECK(seen.names("failed").empty());
  CHECK(seen.names("warning") == "encrypted_signalling http_over_signalling nat_udp tcp_registration tcp_relay");
  CHECK(seen.says("online_query", "stock"));
  CHECK(seen.result("punch_udp_device") == "ok");
  CHECK(seen.says("punch_udp_device", "by punching"));
  CHECK(seen.result("relay_request") == "ok");
  CHECK(seen.result("relay_transfer") == "ok");
}

TEST_CASE("a site that admits approved devices alone is explained, and the rest goes on") {
  Site site{"[auth_key]\nadmission = \"approve\"\n"};
  site.start();
  const Diagnosis seen = diagnose(site.server().port(), {"--key", site.key()});
  CHECK_MESSAGE(seen.code == 0, seen.failures());
  CHECK(seen.names("warning") == "tcp_registration udp_registration");
  CHECK(seen.says("udp_registration", "admission"));
  CHECK(seen.result("punch_udp_device") == "skipped");
  CHECK(seen.result("relay_transfer") == "ok");
}

TEST_CASE("a host that takes all and answers nothing costs far less than a minute" * doctest::timeout(60)) {
  const wire::SigningKeys keys = wire::SigningKeys::generate();
  const FakeStock mute{keys, {"", true}};
  const Diagnosis seen = diagnose(mute.port(), {"--key", keys.public_text()});
  CHECK(seen.code == 1);
  CHECK(seen.says("udp_registration", "UDP is blocked"));
  CHECK(seen.result("nat_tcp") == "failed");
  CHECK(seen.result("key") == "skipped");
}

TEST_CASE("wrong usage is told before anything is tried") {
  CHECK(testing::run({JUNCTOR_TEST_CTL, "doctor", "--key", "no key"}).code == 2);
  CHECK(testing::run({JUNCTOR_TEST_CTL, "doctor", "127.0.0.1", "--key", "no key"}).code == 2);
}

}  // namespace
}  // namespace junctor::site
