// SPDX-License-Identifier: Apache-2.0
// What every provider of signal/1 must do, as doctest cases for its author. The provider's test file defines a type
// with a default constructor and
//   jct_service_ref signal();                                 // its table and self
//   void on_loop(uint32_t loop, const std::function<void()>& call);
//   void on_control(const std::function<void()>& call);
//   void run();                                               // all that follows from it
//   static constexpr uint32_t kFree;                          // a kind that it leaves to handlers, of protocol.md 2
// and has JUNCTOR_SIGNAL_CONTRACT(Type); at namespace scope. What it answers by itself is for its own tests.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../result.hpp"
#include "../service.h"
#include "../service/signal.h"

namespace junctor::testing {

/// A RendezvousMessage with `inner` as the union's member `kind`: a length-delimited field (inner: below 128 bytes).
inline std::string wrapped(uint32_t kind, const std::string& inner) {
  std::string out;
  for (uint32_t tag = kind << 3 | 2; tag > 0; tag >>= 7) {
    out += static_cast<char>((tag & 0x7f) | (tag > 0x7f ? 0x80 : 0));
  }
  return out + static_cast<char>(inner.size()) + inner;
}

/// A transport with one channel, and one handler.
template <class Provider>
class SignalWorld {
 public:
  explicit SignalWorld(Provider& provider) : provider_{provider}, ref_{provider.signal()} {
    peer.family = local.family = 4;
    peer.ip[0] = 203;
    peer.ip[2] = 113;
    peer.port = 50'000;
    local.ip[0] = 127;
    local.port = 21'118;
  }

  const jct_signal_service& service() const { return *static_cast<const jct_signal_service*>(ref_.table); }
  void* self() const { return ref_.self; }

  jct_status handle(uint32_t kind) {
    jct_status status = JCT_E_FAULT;
    provider_.on_control([&] { status = service().handle(self(), kind, &hear, this); });
    return status;
  }
  void unhandle(uint32_t kind) {
    provider_.on_control([&] { service().unhandle(self(), kind, this); });
  }
  jct_status attach(uint32_t loop) {
    at = loop;
    jct_status status = JCT_E_FAULT;
    on(loop, [&] { status = service().attach(self(), &table(), this, &peer, &local, &channel); });
    return status;
  }
  jct_status deliver(const std::string& message) {
    jct_status status = JCT_E_FAULT;
    on(at, [&] { status = service().deliver(self(), &channel, bytes(message)); });
    return status;
  }
  jct_status send(uint32_t loop, uint32_t kind, const std::string& inner) {
    jct_status status = JCT_E_FAULT;
    on(loop, [&] { status = service().send(self(), &channel, kind, bytes(inner)); });
    return status;
  }
  jct_status close(uint32_t loop) {
    jct_status status = JCT_E_FAULT;
    on(loop, [&] { status = service().close(self(), &channel); });
    return status;
  }
  void detach() {
    on(at, [&] { service().detach(self(), &channel); });
  }

  jct_addr peer{};
  jct_addr local{};
  jct_channel channel{};
  uint32_t at = 0;
  jct_status answer = JCT_OK;
  std::vector<std::pair<uint32_t, std::string>> heard;
  jct_channel heard_on{};
  std::vector<std::string> sent;
  int closes = 0;

 private:
  void on(uint32_t loop, const std::function<void()>& call) {
    provider_.on_loop(loop, call);
    provider_.run();
  }
  static jct_status hear(void* self, const jct_channel* channel, uint32_t kind, jct_bytes message) {
    auto& world = *static_cast<SignalWorld*>(self);
    world.heard.emplace_back(kind, std::string{view(message)});
    world.heard_on = *channel;
    return world.answer;
  }
  static const jct_transport& table() {
    static constexpr jct_transport kTable{sizeof(jct_transport), JCT_CHANNEL_WS,
                                          [](void* self, jct_bytes message) -> jct_status {
                                            static_cast<SignalWorld*>(self)->sent.emplace_back(view(message));
                                            return JCT_OK;
                                          },
                                          [](void* self) { ++static_cast<SignalWorld*>(self)->closes; }};
    return kTable;
  }

  Provider& provider_;
  jct_service_ref ref_;
};

TEST_CASE_TEMPLATE_DEFINE("signal/1: a kind has one handler, which gets the inner message with its channel", Provider,
                          signal_handle) {
  Provider provider;
  SignalWorld<Provider> world{provider};
  SignalWorld<Provider> second{provider};
  CHECK(world.handle(0) == JCT_E_ARG);
  CHECK(world.handle(1'000'000) == JCT_E_ARG);
  REQUIRE(world.handle(Provider::kFree) == JCT_OK);
  CHECK(second.handle(Provider::kFree) == JCT_E_EXISTS);
  second.unhandle(Provider::kFree);  // not its own
  REQUIRE(world.attach(0) == JCT_OK);
  CHECK(world.channel.transport == JCT_CHANNEL_WS);
  CHECK(world.channel.handle != 0);
  const std::string inner =
      "\x0a\x03"
      "abc";
  CHECK(world.deliver(wrapped(Provider::kFree, inner)) == JCT_OK);
  REQUIRE(world.heard.size() == 1);
  CHECK(world.heard[0] == std::pair{Provider::kFree, inner});
  CHECK(world.heard_on.handle == world.channel.handle);
  CHECK(world.heard_on.peer.port == world.peer.port);
  CHECK(world.heard_on.local.port == world.local.port);

  world.answer = JCT_E_DENIED;
  CHECK(world.deliver(wrapped(Provider::kFree, inner)) < 0);
  world.unhandle(Provider::kFree);
  world.deliver(wrapped(Provider::kFree, inner));
  CHECK(world.heard.size() == 2);
  CHECK(second.handle(Provider::kFree) == JCT_OK);
  second.unhandle(Provider::kFree);
}

TEST_CASE_TEMPLATE_DEFINE("signal/1: a channel is sent whole messages from every loop, until it has gone", Provider,
                          signal_send) {
  Provider provider;
  SignalWorld<Provider> world{provider};
  REQUIRE(world.attach(0) == JCT_OK);
  const std::string inner = "\x0a\x01x";
  for (const uint32_t loop : {0U, 1U}) CHECK(world.send(loop, Provider::kFree, inner) == JCT_OK);
  CHECK(world.sent == std::vector<std::string>(2, wrapped(Provider::kFree, inner)));
  CHECK(world.close(1) == JCT_OK);
  CHECK(world.closes == 1);
  world.detach();
  CHECK(world.send(0, Provider::kFree, inner) == JCT_E_CLOSED);
  CHECK(world.close(0) == JCT_E_CLOSED);
  CHECK(world.sent.size() == 2);
}

TEST_CASE_TEMPLATE_DEFINE("signal/1: what is no message is answered with a failure, and a heartbeat is none", Provider,
                          signal_nonsense) {
  Provider provider;
  SignalWorld<Provider> world{provider};
  REQUIRE(world.attach(0) == JCT_OK);
  CHECK(world.deliver("") == JCT_OK);
  CHECK(world.deliver("\xff\xff") < 0);
  std::string cut = wrapped(Provider::kFree, "abcdef");
  cut.resize(cut.size() - 1);
  CHECK(world.deliver(cut) < 0);
  CHECK(world.heard.empty());
  world.detach();
}

}  // namespace junctor::testing

#define JUNCTOR_SIGNAL_CONTRACT(Provider)                               \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::signal_handle, Provider); \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::signal_send, Provider);   \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::signal_nonsense, Provider)
