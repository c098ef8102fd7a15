// SPDX-License-Identifier: Apache-2.0
// What every provider of relay/1 must do, as doctest cases for its author. The provider's test file defines a type with
// a default constructor and
//   jct_service_ref relay();                                  // its table and self
//   void on_loop(uint32_t loop, const std::function<void()>& call);
//   void run();                                               // all that follows from it
//   std::string licence_key();                                // one that is allowed
// and has JUNCTOR_RELAY_CONTRACT(Type); at namespace scope. Sides are links here; who is refused for what is for the
// provider's own tests.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../result.hpp"
#include "../service.h"
#include "../service/relay.h"
#include "../service/signal.h"

namespace junctor::testing {

/// A side that is no kernel stream, and keeps what it was told.
template <class Provider>
class RelayLink {
 public:
  RelayLink(Provider& provider, const std::string& uuid, const std::string& id = "")
      : provider_{provider}, ref_{provider.relay()} {
    jct_relay_side side{};
    const std::string key = provider.licence_key();
    side.size = sizeof side;
    side.uuid = str(uuid);
    side.id = str(id);
    side.licence_key = str(key);
    side.transport = JCT_CHANNEL_WS;
    side.peer.family = 4;
    side.peer.ip[0] = 203;
    side.peer.ip[2] = 113;
    side.peer.port = 50'000;
    loop = service().loop_of(ref_.self, side.uuid);
    on(loop, [&] { offered = service().offer_link(ref_.self, &side, &table(), this, &handle); });
  }
  ~RelayLink() {
    if (offered == JCT_OK) go();
  }
  RelayLink(const RelayLink&) = delete;
  RelayLink& operator=(const RelayLink&) = delete;

  jct_status data(std::string_view text) {
    jct_status status = JCT_E_FAULT;
    on(loop, [&] { status = service().data(ref_.self, handle, bytes(text)); });
    return status;
  }
  jct_status drink() {
    full = false;
    jct_status status = JCT_E_FAULT;
    on(loop, [&] { status = service().writable(ref_.self, handle); });
    return status;
  }
  void end() {
    on(loop, [&] { service().ended(ref_.self, handle); });
  }
  /// The client has gone.
  void go(jct_status reason = JCT_E_RESET) {
    if (std::exchange(gone_, true)) return;
    on(loop, [&] { service().closed(ref_.self, handle, reason); });
  }

  jct_status offered = JCT_OK;
  jct_handle handle = 0;
  uint32_t loop = 0;
  bool full = false;  ///< answers JCT_E_AGAIN
  std::string got;
  int resumed = 0;
  int ends = 0;
  std::vector<jct_status> closes;
  bool called_without_handle = false;

 private:
  const jct_relay_service& service() const { return *static_cast<const jct_relay_service*>(ref_.table); }
  void on(uint32_t where, const std::function<void()>& call) {
    provider_.on_loop(where, call);
    provider_.run();
  }

  /// A call of the relay's.
  static RelayLink& called(void* self) {
    auto& link = *static_cast<RelayLink*>(self);
    link.called_without_handle = link.called_without_handle || link.handle == 0;
    return link;
  }
  static const jct_relay_link& table() {
    static constexpr jct_relay_link kTable{sizeof(jct_relay_link),
                                           0,
                                           [](void* self, jct_bytes data) -> jct_status {
                                             RelayLink& link = called(self);
                                             CHECK(data.size <= JCT_RELAY_CHUNK);
                                             if (link.full) return JCT_E_AGAIN;
                                             link.got += view(data);
                                             return JCT_OK;
                                           },
                                           [](void* self) { ++called(self).resumed; },
                                           [](void* self) { ++called(self).ends; },
                                           [](void* self, jct_status why) { called(self).closes.push_back(why); }};
    return kTable;
  }

  Provider& provider_;
  jct_service_ref ref_;
  bool gone_ = false;
};

TEST_CASE_TEMPLATE_DEFINE("relay/1: two sides of a uuid exchange bytes and ends, and are closed once", Provider,
                          relay_exchange) {
  Provider provider;
  RelayLink<Provider> b{provider, "uuid-1"};
  REQUIRE(b.offered == JCT_OK);
  CHECK(b.resumed == 0);
  CHECK(b.data("early ") == JCT_OK);
  RelayLink<Provider> a{provider, "uuid-1", "123456789"};
  REQUIRE(a.offered == JCT_OK);
  CHECK(a.loop == b.loop);
  CHECK((a.resumed >= 1 && b.resumed >= 1));
  CHECK(b.data("words") == JCT_OK);
  CHECK(a.got == "early words");
  CHECK(a.data("an answer") == JCT_OK);
  CHECK(b.got == "an answer");
  a.end();
  CHECK(b.ends == 1);
  CHECK(b.data(", still") == JCT_OK);
  CHECK(a.got == "early words, still");
  CHECK((a.closes.empty() && b.closes.empty()));
  b.end();
  CHECK(a.closes == std::vector<jct_status>{JCT_OK});
  CHECK(b.closes == std::vector<jct_status>{JCT_OK});
  CHECK_FALSE((a.called_without_handle || b.called_without_handle));
}

TEST_CASE_TEMPLATE_DEFINE("relay/1: what is not taken is asked for again, and nothing is lost or doubled", Provider,
                          relay_pressure) {
  Provider provider;
  RelayLink<Provider> b{provider, "uuid-2"};
  RelayLink<Provider> a{provider, "uuid-2", "123456789"};
  b.full = true;
  std::string sent;
  jct_status last = JCT_OK;
  for (int i = 0; i < 10'000 && last == JCT_OK; ++i) {
    const std::string piece = std::to_string(i) + std::string(1000, 'x');
    last = a.data(piece);
    if (last == JCT_OK) sent += piece;
  }
  CHECK(last == JCT_E_AGAIN);
  CHECK(b.got.empty());
  const int before = a.resumed;
  CHECK(b.drink() == JCT_OK);
  CHECK(b.got == sent);
  CHECK(a.resumed > before);
  CHECK(a.data("more") == JCT_OK);
  CHECK(b.got == sent + "more");
}

TEST_CASE_TEMPLATE_DEFINE("relay/1: a side that has gone ends the other's session, behind what it sent", Provider,
                          relay_gone) {
  Provider provider;
  RelayLink<Provider> b{provider, "uuid-3"};
  RelayLink<Provider> a{provider, "uuid-3", "123456789"};
  CHECK(a.data("last words") == JCT_OK);
  a.go();
  CHECK(b.got == "last words");
  CHECK(b.closes.size() == 1);
  CHECK(a.closes.empty());
  b.go();

  // The uuid is free again.
  RelayLink<Provider> other_b{provider, "uuid-3"};
  RelayLink<Provider> other_a{provider, "uuid-3", "123456789"};
  CHECK(other_b.data("anew") == JCT_OK);
  CHECK(other_a.got == "anew");
}

TEST_CASE_TEMPLATE_DEFINE("relay/1: a third side, another loop, a stale handle and no uuid are refused", Provider,
                          relay_refused) {
  Provider provider;
  RelayLink<Provider> b{provider, "uuid-4"};
  RelayLink<Provider> a{provider, "uuid-4", "123456789"};
  RelayLink<Provider> third{provider, "uuid-4", "123456789"};
  CHECK(third.offered == JCT_E_EXISTS);
  CHECK((third.closes.empty() && third.resumed == 0));
  CHECK(a.data("undisturbed") == JCT_OK);
  CHECK(b.got == "undisturbed");
  RelayLink<Provider> none{provider, ""};
  CHECK(none.offered < 0);

  const jct_handle stale = a.handle;
  a.go();
  const jct_service_ref ref = provider.relay();
  provider.on_loop(a.loop, [&] {
    CHECK(static_cast<const jct_relay_service*>(ref.table)->data(ref.self, stale, bytes("late")) < 0);
  });
}

}  // namespace junctor::testing

#define JUNCTOR_RELAY_CONTRACT(Provider)                                 \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::relay_exchange, Provider); \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::relay_pressure, Provider); \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::relay_gone, Provider);     \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::relay_refused, Provider)
