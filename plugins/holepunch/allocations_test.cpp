// SPDX-License-Identifier: Apache-2.0
// What a whole punch exchange allocates, from A's request to the answer that A gets. Not under sanitizers.
#include <doctest/doctest.h>

#include "junctor/testing/allocations.hpp"
#include "test_site.hpp"

namespace junctor::holepunch {
namespace {

using junctor::testing::allocations_of;

/// Answers at once and keeps next to nothing; serialises what is sent into one buffer, as signal/1 does.
class QuietPorts final : public FakePorts {
 public:
  void check(const jct_auth_request&, Decided done) override { done({}); }
  void look_up(std::string_view id, uint32_t want, Found done) override {
    jct_peer peer{};
    peer.id = str(id);
    peer.state = JCT_PEER_ONLINE;
    peer.channel = b;
    if ((want & JCT_PEER_WANT_KEY) != 0) peer.pk = bytes(pk);
    done(JCT_OK, &peer);
  }
  jct_status send(const jct_channel&, uint32_t, const google::protobuf::MessageLite& message) override {
    out.clear();
    message.AppendToString(&out);
    ++messages;
    return JCT_OK;
  }

  const jct_channel b = udp_from(kB, "203.0.113.2:21116");
  const std::string pk = std::string(32, 'k');
  std::string out;
  int messages = 0;
};

TEST_CASE("a punch exchange makes few allocations, and the thousandth no more than the second") {
  QuietPorts ports;
  Puncher puncher{ports, bounds(), {}};
  hbb::PunchHoleRequest request = Site::punch_request();
  request.set_licence_key(std::string(44, 'K'));
  const std::string asked = request.SerializeAsString();
  const std::string answered = hole().SerializeAsString();
  const auto exchange = [&] {
    puncher.punch_hole_request(tcp_from(kA, 1), asked);
    puncher.answered<hbb::PunchHoleSent>(kFromB, answered);
    ports.time += 31s;  // the one before is forgotten
  };
  exchange();
  const size_t second = allocations_of(exchange);
  size_t most = second;
  for (int i = 0; i < 1000; ++i) most = std::max(most, allocations_of(exchange));
  CHECK(ports.messages == 2 * 1002);
  CHECK(ports.refusals.empty());
  MESSAGE("allocations of a punch exchange: ", second, ", at most ", most);
  CHECK(most <= 48);
}

}  // namespace
}  // namespace junctor::holepunch
