// SPDX-License-Identifier: Apache-2.0
// A side of relay/1 that is no kernel stream, as another plugin would offer it. Tests only; one thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "junctor/service/relay.h"
#include "junctor/service/signal.h"
#include "test_relay.hpp"

namespace junctor::relay::testing {

class TestLink {
 public:
  TestLink(World& world, const std::string& uuid, const std::string& id = "", const std::string& key = "key")
      : world_{world} {
    loop = service().loop_of(self(), junctor::str(uuid));
    jct_relay_side side{};
    side.size = sizeof side;
    side.uuid = junctor::str(uuid);
    side.id = junctor::str(id);
    side.licence_key = junctor::str(key);
    side.transport = JCT_CHANNEL_WS;
    side.peer.family = 4;
    side.peer.port = 4711;
    offered = on_loop([&] { return service().offer_link(self(), &side, &table(), this, &handle); });
  }
  /// The relay must not call it any more.
  ~TestLink() {
    if (offered == JCT_OK && !gone_) closed(JCT_E_RESET);
  }
  TestLink(const TestLink&) = delete;
  TestLink& operator=(const TestLink&) = delete;

  jct_status data(std::string_view bytes) {
    return on_loop([&] { return service().data(self(), handle, junctor::bytes(bytes)); });
  }
  void drink() {
    full = false;
    on_loop([&] { return service().writable(self(), handle); });
  }
  void end() {
    on_loop([&] { return service().ended(self(), handle); });
  }
  void closed(jct_status reason) {
    gone_ = true;
    on_loop([&] {
      service().closed(self(), handle, reason);
      return JCT_OK;
    });
  }

  jct_status offered = JCT_OK;
  jct_handle handle = 0;
  uint32_t loop = 0;
  bool full = false;  // answers JCT_E_AGAIN
  std::string got;
  std::string kept;  // to be sent from inside resume
  int resumed = 0;
  bool ended = false;
  std::vector<jct_status> closes;

 private:
  const jct_relay_service& service() { return world_.relay->service<jct_relay_service>("relay/1"); }
  void* self() { return world_.relay->service_self("relay/1"); }
  template <class Fn>
  jct_status on_loop(Fn fn) {
    return world_.host.on_loop(loop, fn);
  }

  static TestLink& of(void* self) { return *static_cast<TestLink*>(self); }
  static const jct_relay_link& table() {
    static constexpr jct_relay_link kTable{sizeof(jct_relay_link),
                                           0,
                                           [](void* self, jct_bytes data) -> jct_status {
                                             if (of(self).full) return JCT_E_AGAIN;
                                             of(self).got += junctor::view(data);
                                             return JCT_OK;
                                           },
                                           [](void* self) {
                                             TestLink& link = of(self);
                                             ++link.resumed;
                                             if (!link.kept.empty()) link.data(std::exchange(link.kept, {}));
                                           },
                                           [](void* self) { of(self).ended = true; },
                                           [](void* self, jct_status why) { of(self).closes.push_back(why); }};
    return kTable;
  }
  World& world_;
  bool gone_ = false;
};

}  // namespace junctor::relay::testing
