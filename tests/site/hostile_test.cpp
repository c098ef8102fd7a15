// SPDX-License-Identifier: Apache-2.0
// Strangers at every port: whatever they send ends in an answer, a clean close or a counted drop, memory stays bounded,
// and honest peers are served meanwhile and afterwards.
#include <doctest/doctest.h>

#include <chrono>
#include <random>
#include <vector>

#include "nonsense.hpp"
#include "site.hpp"
#include "wire/frame.hpp"

namespace junctor::site {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kPorts[] = {-1, 0, 1};
/// Sanitizers keep freed memory and shadows of it; there only a runaway is told.
constexpr int64_t kMoreMemoryKib = testing::kBuildScale > 1 ? 1'500'000 : 100'000;

/// What a stranger's message costs at most is known afterwards: nothing.
class Siege {
 public:
  explicit Siege(const std::string& conf = "") : site_{conf} {
    site_.start();
    before_kib_ = site_.memory_kib();
  }
  Site& site() { return site_; }

  void check_unharmed() {
    const int64_t more = site_.memory_kib() - before_kib_;
    MESSAGE("memory: ", before_kib_, " KiB and ", more, " more");
    CHECK(more < kMoreMemoryKib);
    const auto begin = SteadyClock::now();
    Device honest{site_, "127.0.0.3"};
    CHECK(honest.beat(site_) == false);
    CHECK(connects(site_, honest));
    CHECK(relays(site_, "honest-uuid"));
    CHECK(SteadyClock::now() - begin < testing::patient(Millis{3000}));
  }
  int64_t refused(const std::string& instance, const std::string& reason) {
    return site_.metric(instance, "refused", "reason=" + reason);
  }

 private:
  Site site_;
  int64_t before_kib_ = 0;
};

uint32_t seed() {
  const uint32_t value = std::random_device{}();
  MESSAGE("seed ", value);
  return value;
}

TEST_CASE("nonsense by datagram is dropped and counted") {
  Siege siege;
  Nonsense nonsense{seed()};
  std::vector<wire::UdpClient> strangers;
  for (int i = 0; i < 8; ++i) strangers.push_back(Site::datagrams("127.0.1." + std::to_string(i + 1)));
  const int count = testing::scaled(30'000);
  for (int i = 0; i < count; ++i) {
    wire::UdpClient& stranger = strangers[static_cast<size_t>(i) % strangers.size()];
    stranger.send_bytes(siege.site().at(), i % 2 == 0 ? nonsense.mutated() : nonsense.bytes(1400));
  }
  siege.check_unharmed();
  CHECK(siege.refused("rendezvous", "malformed") > 0);
  CHECK(siege.refused("rendezvous", "unhandled") > 0);
}

TEST_CASE("nonsense over connections is answered, closed or counted on every port") {
  Siege siege;
  Nonsense nonsense{seed()};
  for (const int offset : kPorts) {
    for (int i = 0; i < testing::scaled(600); ++i) {
      wire::TcpClient stranger = siege.site().dial("127.0.1.1", offset);
      try {
        stranger.send_raw(i % 3 == 0 ? nonsense.bytes(400) : nonsense.stream());
        if (i % 2 == 0) stranger.send_raw(nonsense.bytes(100));
      } catch (const wire::ClientError&) {
        continue;  // closed already, as it may be
      }
      if (i % 5 == 0) stranger.reset();
      if (i % 7 == 0) stranger.shutdown_write();
    }
  }
  siege.check_unharmed();
  CHECK(siege.refused("rendezvous", "malformed") > 0);
  CHECK(siege.refused("relay", "bad_request") > 0);
}

TEST_CASE("a header that promises a gigabyte closes its connection and takes no memory") {
  Siege siege;
  std::vector<wire::TcpClient> strangers;
  for (const int offset : kPorts) {
    for (int i = 0; i < testing::scaled(200); ++i) {
      strangers.push_back(siege.site().dial("127.0.1.1", offset));
      strangers.back().send_raw("\xff\xff\xff\xff and a little more");
    }
  }
  for (wire::TcpClient& stranger : strangers) CHECK(stranger.wait_end());
  siege.check_unharmed();
  CHECK(siege.refused("rendezvous", "too_long") == 2 * testing::scaled(200));
  CHECK(siege.refused("relay", "too_large") == testing::scaled(200));
}

TEST_CASE("groups nested without end are refused without recursion") {
  Siege siege;
  const std::string deep(60'000, '\x0b');
  const std::string member = wire::wrap_message(hbb::TestNatRequest{});
  for (const std::string& message : {deep, member + deep, std::string(1400, '\x0b'), "\xa2\x01\xe0\xd4\x03" + deep}) {
    Site::datagrams("127.0.1.1").send_bytes(siege.site().at(), message);
    for (const int offset : kPorts) {
      std::string framed;
      REQUIRE(wire::append_frame(message, framed));
      wire::TcpClient stranger = siege.site().dial("127.0.1.1", offset);
      try {
        stranger.send_raw(framed);
      } catch (const wire::ClientError&) {
      }
      CHECK(stranger.wait_end());
    }
  }
  siege.check_unharmed();
  CHECK(siege.refused("rendezvous", "malformed") >= 9);
}

TEST_CASE("thousands of connections that say half a word are waited for a while, and nobody waits with them") {
  Siege siege{"[rendezvous]\nsilence = \"4s\"\n[relay]\ngreeting_timeout = \"4s\"\n"};
  std::vector<wire::TcpClient> strangers;
  const int each = testing::scaled(2000);
  for (const int offset : kPorts) {
    for (int i = 0; i < each; ++i) {
      strangers.push_back(siege.site().dial("127.0.1." + std::to_string(1 + i % 100), offset));
      if (i % 2 == 0) strangers.back().send_raw(std::string{"\xfd\x7f half", 7});  // of 8 KiB
    }
  }
  siege.check_unharmed();
  for (wire::TcpClient& stranger : strangers) CHECK(stranger.wait_end(testing::patient(Millis{20'000})));
  CHECK(siege.refused("relay", "greeting_timeout") == each);
  CHECK(testing::eventually([&] { return siege.site().metric("rendezvous", "channels") == 0; }));
}

}  // namespace
}  // namespace junctor::site
