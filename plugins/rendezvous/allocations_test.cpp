// SPDX-License-Identifier: Apache-2.0
// The heartbeat's path counted by the global operator new. Not under sanitizers, which have their own.
#include <doctest/doctest.h>

#include <string>

#include "junctor/testing/allocations.hpp"
#include "registration/registrar.hpp"
#include "rendezvous/test_values.hpp"
#include "wire/kinds.hpp"

namespace junctor::rendezvous {
namespace {

using namespace std::chrono_literals;
using test::udp_from;

constexpr Presence::HashKey kKey{1, 2, 3};

TEST_CASE("a heartbeat of a known peer allocates nothing, nor does reading its key") {
  Presence presence{kKey, 1000};
  const std::string far_id(60, 'x');
  const std::string pk(32, 'k');
  presence.put("123456789", udp_from("198.51.100.1:5000"), 1s, pk);
  presence.put(far_id, udp_from("198.51.100.1:5000"), 1s, pk);
  const jct_channel from = udp_from("198.51.100.1:5001");
  bool known = false;
  CHECK(testing::allocations_of([&] {
          known = presence.beat("123456789", from, 2s) == Presence::Beat::kAlive &&
                  presence.beat(far_id, from, 2s) == Presence::Beat::kAlive && presence.key_of(far_id);
        }) == 0);
  CHECK(known);
}

/// Counts answers and does nothing else.
class QuietPorts final : public RegistrarPorts {
 public:
  Duration now() const override { return 2s; }
  void load(std::string_view, Loaded) override {}
  void store(const jct_peer_record&, Stored) override {}
  void admit(const Attempt&, Admitted) override {}
  void stays(std::string_view, const jct_channel&, Admitted) override {}
  bool hold(const jct_channel&, std::string_view) override { return true; }
  void run_for(const jct_channel&, std::function<void()>) override {}
  void send_update(const jct_channel&) override {}
  void answer_peer(const jct_channel&, bool) override { ++answers; }
  void answer_pk(const jct_channel&, hbb::RegisterPkResponse::Result) override {}
  void refused(Refusal, std::string_view, const jct_channel&, std::string_view) override {}
  bool has_room_for_unproven() override { return true; }
  void registered(const Attempt&, Change, bool) override {}
  int answers = 0;
};

TEST_CASE("from the datagram to the answer a heartbeat allocates nothing") {
  Presence presence{kKey, 1000};
  RegistrationLimits limits{{1}};
  QuietPorts ports;
  Registrar registrar{ports, presence, limits, 10};
  const std::string id(60, 'x');
  presence.put(id, udp_from("198.51.100.1:5000"), 1s);
  hbb::RegisterPeer parsed;
  parsed.set_id(id);
  const std::string datagram = wire::wrap_message(parsed);
  const jct_channel from = udp_from("198.51.100.1:5001");
  std::string joined;
  CHECK(testing::allocations_of([&] {
          for (int i = 0; i < 100; ++i) {
            const auto peeled = wire::peel(datagram, joined);
            if (peeled && wire::parse_inner(peeled->inner, parsed)) registrar.register_peer(from, parsed.id());
          }
        }) == 0);
  CHECK(ports.answers == 100);
}

}  // namespace
}  // namespace junctor::rendezvous
