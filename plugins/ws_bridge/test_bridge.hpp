// SPDX-License-Identifier: Apache-2.0
// A whole ws_bridge on a fake host, with a signal and a relay service that remember what they were told. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "junctor/plugin.hpp"
#include "junctor/service/relay.h"
#include "junctor/service/signal.h"
#include "junctor/testing/fake_host.hpp"
#include "test_frames.hpp"
#include "wire/kinds.hpp"

namespace junctor::ws_bridge::testing {

using junctor::testing::FakeHost;
using junctor::testing::FakeStream;
using junctor::testing::PluginUnderTest;
using junctor::testing::Settings;

/// One channel, and what was delivered on it.
struct FakeSignal {
  const jct_transport* transport = nullptr;
  void* talk = nullptr;
  jct_channel channel{};
  jct_status attached = JCT_OK, delivered = JCT_OK;  // what it answers
  std::vector<std::string> messages;
  int detached = 0;

  static FakeSignal& of(void* self) { return *static_cast<FakeSignal*>(self); }
  static jct_status attach(void* self, const jct_transport* table, void* talk, const jct_addr* peer, const jct_addr*,
                           jct_channel* out) {
    FakeSignal& signal = of(self);
    if (signal.attached != JCT_OK) return signal.attached;
    signal.transport = table;
    signal.talk = talk;
    signal.channel = {};
    signal.channel.transport = table->transport;
    signal.channel.handle = 7;
    signal.channel.peer = *peer;
    *out = signal.channel;
    return JCT_OK;
  }
  static jct_status deliver(void* self, const jct_channel*, jct_bytes message) {
    of(self).messages.emplace_back(view(message));
    return of(self).delivered;
  }
  static void detach(void* self, const jct_channel*) { ++of(self).detached; }
  static constexpr jct_signal_service kService{
      sizeof(jct_signal_service), 0, nullptr, nullptr, nullptr, nullptr, &attach, &deliver, &detach};
};

/// One link, and what came through it.
struct FakeRelay {
  uint32_t home = 0;  // the loop of every uuid
  jct_status offered = JCT_OK;
  bool full = false;  // answers JCT_E_AGAIN to data
  const jct_relay_link* link = nullptr;
  void* talk = nullptr;
  std::string uuid, id, key;
  jct_addr peer{};
  uint32_t transport = 0;
  std::string got;  // RustDesk's TCP framing
  int writable = 0, ended = 0;
  std::vector<jct_status> closed;

  static FakeRelay& of(void* self) { return *static_cast<FakeRelay*>(self); }
  static uint32_t loop_of(void* self, jct_str) { return of(self).home; }
  static jct_status offer_link(void* self, const jct_relay_side* side, const jct_relay_link* table, void* talk,
                               jct_handle* out) {
    FakeRelay& relay = of(self);
    if (relay.offered != JCT_OK) return relay.offered;
    relay.link = table;
    relay.talk = talk;
    relay.uuid = view(side->uuid);
    relay.id = view(side->id);
    relay.key = view(side->licence_key);
    relay.peer = side->peer;
    relay.transport = side->transport;
    *out = 9;
    return JCT_OK;
  }
  static jct_status data(void* self, jct_handle, jct_bytes bytes) {
    if (of(self).full) return JCT_E_AGAIN;
    of(self).got += view(bytes);
    return JCT_OK;
  }
  static jct_status on_writable(void* self, jct_handle) {
    ++of(self).writable;
    return JCT_OK;
  }
  static jct_status on_ended(void* self, jct_handle) {
    ++of(self).ended;
    return JCT_OK;
  }
  static void on_closed(void* self, jct_handle, jct_status reason) { of(self).closed.push_back(reason); }
  static constexpr jct_relay_service kService{sizeof(jct_relay_service),
                                              0,
                                              nullptr,
                                              nullptr,
                                              &loop_of,
                                              &offer_link,
                                              &data,
                                              &on_writable,
                                              &on_ended,
                                              &on_closed,
                                              nullptr};
};

struct World {
  FakeHost host{{.loops = 2}};
  FakeSignal signal;
  FakeRelay relay;
  std::unique_ptr<PluginUnderTest> bridge;

  explicit World(const Settings& settings = {}, bool with_signal = true, bool with_relay = true) {
    if (with_signal) host.provide(JCT_SIGNAL_SERVICE, &FakeSignal::kService, &signal, "rendezvous");
    if (with_relay) host.provide(JCT_RELAY_SERVICE, &FakeRelay::kService, &relay, "relay");
    bridge = std::make_unique<PluginUnderTest>(host, junctor_plugin_v1(), settings);
    bridge->start();
  }

  FakeStream client(const std::string& option, uint32_t loop = 0) {
    return host.connect(option, {.peer = "198.51.100.1:50001", .loop = loop});
  }
  /// One that is a WebSocket.
  FakeStream upgraded(const std::string& option, uint32_t loop = 0, const std::string& headers = "") {
    FakeStream stream = client(option, loop);
    stream.deliver(upgrade("/", headers));
    host.run_until_idle();
    std::string answer = stream.take_sent();
    if (answer.compare(0, 12, "HTTP/1.1 101") != 0) throw std::runtime_error{"not upgraded: " + answer};
    return stream;
  }
  void say(FakeStream& stream, const std::string& bytes) {
    stream.deliver(bytes);
    host.run_until_idle();
  }
  /// A side of a session: it has said its RequestRelay.
  FakeStream side(uint32_t loop = 0) {
    FakeStream stream = upgraded("listen_relay", loop);
    say(stream, binary(request("u")));
    return stream;
  }
  static std::string request(const std::string& uuid) {
    hbb::RequestRelay message;
    message.set_uuid(uuid);
    message.set_id("123456789");
    message.set_licence_key("key");
    return wire::wrap_message(message);
  }
  jct_status relay_sends(const std::string& framed) {
    const jct_status status = host.on_loop(relay.home, [&] { return relay.link->send(relay.talk, bytes(framed)); });
    host.run_until_idle();
    return status;
  }
  void relay_closes(jct_status reason) {
    host.on_loop(relay.home, [&] { relay.link->close(relay.talk, reason); });
    host.run_until_idle();
  }
  void relay_resumes() {
    host.on_loop(relay.home, [&] { relay.link->resume(relay.talk); });
    host.run_until_idle();
  }
  /// All frames that have come since the last call, as "opcode:payload"; a Close as "close:code".
  static std::vector<std::string> frames(FakeStream& stream) {
    std::string all = stream.take_sent();
    std::vector<std::string> found;
    while (const auto frame = take_frame(all)) {
      found.push_back(frame->opcode == 8 ? "close:" + std::to_string(frame->code())
                                         : std::to_string(frame->opcode) + ":" + frame->payload);
    }
    return found;
  }
};

}  // namespace junctor::ws_bridge::testing
