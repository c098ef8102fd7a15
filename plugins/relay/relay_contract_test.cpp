// SPDX-License-Identifier: Apache-2.0
// The plugin held against what every provider of relay/1 must do.
#include "junctor/testing/relay_contract.hpp"

#include "test_relay.hpp"

namespace {

struct Relay : junctor::relay::testing::World {
  jct_service_ref relay() {
    const auto& self = *World::relay;
    return {&self.service<jct_relay_service>(JCT_RELAY_SERVICE), self.service_self(JCT_RELAY_SERVICE), {}};
  }
  void on_loop(uint32_t loop, const std::function<void()>& call) { host.on_loop(loop, call); }
  static std::string licence_key() { return "key"; }
};

JUNCTOR_RELAY_CONTRACT(Relay);

}  // namespace
