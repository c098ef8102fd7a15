// SPDX-License-Identifier: Apache-2.0
// The plugin held against what every provider of signal/1 must do.
#include "junctor/testing/signal_contract.hpp"

#include "rendezvous/test_site.hpp"

namespace {

struct Signal : junctor::rendezvous::Site {
  static constexpr uint32_t kFree = 10;  // PunchHoleSent

  jct_service_ref signal() { return {&Site::signal(), signal_self(), {}}; }
  void on_loop(uint32_t loop, const std::function<void()>& call) { host.on_loop(loop, call); }
  void on_control(const std::function<void()>& call) { host.on_control(call); }
  void run() { host.run_until_idle(); }
};

JUNCTOR_SIGNAL_CONTRACT(Signal);

}  // namespace
