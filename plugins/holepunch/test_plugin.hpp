// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host, between fake services. Tests only.
#pragma once

#include <doctest/doctest.h>

#include <junctor/service/tickets.h>
#include <junctor/auth.hpp>
#include <junctor/plugin.hpp>
#include <junctor/testing/fake_host.hpp>
#include <map>
#include <string>
#include <vector>

#include "rendezvous/test_values.hpp"
#include "wire/kinds.hpp"

namespace junctor::holepunch {

using namespace std::chrono_literals;
using testing::FakeHost;
using testing::PluginUnderTest;
using testing::Settings;

inline constexpr auto kA = "198.51.100.1:5000";
inline constexpr auto kB = "192.0.2.77:6000";
inline const std::string kId = "123456789";

/// signal/1, peers/1, keys/1, auth/1 and relay/1 in one.
struct FakeServer {
  struct Sent {
    jct_channel to;
    uint32_t kind;
    std::string inner;
  };
  struct Handler {
    jct_signal_handler fn;
    void* context;
  };

  FakeServer(FakeHost& host, bool with_relay) {
    host.provide(JCT_SIGNAL_SERVICE, &signal_table(), this);
    host.provide(JCT_PEERS_SERVICE, &peers_table(), this);
    host.provide(JCT_KEYS_SERVICE, &keys_table(), this);
    host.provide(JCT_AUTH_SERVICE, &auth_table(), this);
    if (with_relay) host.provide(JCT_RELAY_SERVICE, &relay_table(), this);
  }

  static FakeServer& of(void* self) { return *static_cast<FakeServer*>(self); }

  static const jct_signal_service& signal_table() {
    static constexpr jct_signal_service kTable{
        sizeof(jct_signal_service),
        0,
        [](void* self, uint32_t kind, jct_signal_handler fn, void* context) -> jct_status {
          return of(self).handlers.emplace(kind, Handler{fn, context}).second ? JCT_OK : JCT_E_EXISTS;
        },
        [](void* self, uint32_t kind, void*) { of(self).handlers.erase(kind); },
        [](void* self, const jct_channel* to, uint32_t kind, jct_bytes inner) -> jct_status {
          of(self).sent.push_back({*to, kind, std::string{view(inner)}});
          return JCT_OK;
        },
        nullptr,
        nullptr,
        nullptr,
        nullptr};
    return kTable;
  }
  static const jct_peers_service& peers_table() {
    static constexpr jct_peers_service kTable{sizeof(jct_peers_service),
                                              0,
                                              [](void*, jct_str id, const jct_lookup_done* done) {
                                                const std::string key = "key of B";
                                                jct_peer peer{};
                                                peer.size = sizeof peer;
                                                peer.id = id;
                                                if (view(id) == kId) {
                                                  peer.state = JCT_PEER_ONLINE;
                                                  peer.channel = test::udp_from(kB);
                                                  peer.pk = bytes(key);
                                                }
                                                done->done(done->self, JCT_OK, &peer);
                                              },
                                              nullptr,
                                              nullptr,
                                              nullptr,
                                              nullptr};
    return kTable;
  }
  static const jct_keys_service& keys_table() {
    static constexpr jct_keys_service kTable{
        sizeof(jct_keys_service),
        0,
        nullptr,
        [](void*) -> jct_str { return str("key"); },
        [](void*) -> uint32_t { return 1; },
        [](void*, jct_bytes message, uint8_t* out, uint64_t capacity, uint64_t* written) -> jct_status {
          *written = message.size + JCT_KEYS_SIGNATURE_SIZE;
          if (capacity < *written) return JCT_E_ARG;
          std::fill_n(out, JCT_KEYS_SIGNATURE_SIZE, uint8_t{'s'});
          std::copy_n(message.data, message.size, out + JCT_KEYS_SIGNATURE_SIZE);
          return JCT_OK;
        }};
    return kTable;
  }
  static const jct_auth_service& auth_table() {
    static constexpr jct_auth_service kTable{
        sizeof(jct_auth_service), 0,
        [](void*, const jct_auth_request* request, const jct_auth_done* done) {
          const bool wrong = request->kind == JCT_AUTH_START && view(request->licence_key) != "key";
          if (wrong) return done->done(done->self, JCT_E_DENIED, str("wrong_key"), str("no"));
          done->done(done->self, JCT_OK, {}, {});
        },
        nullptr};
    return kTable;
  }
  /// All that is asked of it here is where it listens.
  static const jct_relay_service& relay_table() {
    static const jct_relay_service kTable = [] {
      jct_relay_service table{};
      table.size = sizeof table;
      table.addresses = [](void*, jct_addr* out, uint64_t capacity, uint64_t* count) -> jct_status {
        *count = 1;
        if (capacity > 0) out[0] = test::address("0.0.0.0:443");
        return JCT_OK;
      };
      return table;
    }();
    return kTable;
  }

  std::map<uint32_t, Handler> handlers;
  std::vector<Sent> sent;
};

struct Site {
  /// with_relay: the server runs a relay itself.
  explicit Site(const Settings& settings = {}, bool with_relay = true)
      : server{host, with_relay}, plugin{host, junctor_plugin_v1(), settings} {
    plugin.start();
  }
  ~Site() {
    plugin.finish();
    CHECK(host.complaints().empty());
    CHECK(server.handlers.empty());
  }

  template <class Message>
  jct_status say(const jct_channel& from, const Message& message) {
    const auto& handler = server.handlers.at(wire::kKindOf<Message>);
    const std::string inner = message.SerializeAsString();
    const auto status =
        host.on_loop(1, [&] { return handler.fn(handler.context, &from, wire::kKindOf<Message>, bytes(inner)); });
    host.run_until_idle();
    return status;
  }
  template <class Message>
  Message heard() {
    REQUIRE(server.sent.size() == 1);
    REQUIRE(server.sent[0].kind == wire::kKindOf<Message>);
    Message message;
    REQUIRE(message.ParseFromString(server.sent[0].inner));
    server.sent.clear();
    return message;
  }
  void ask(const std::string& licence_key) {
    hbb::PunchHoleRequest request;
    request.set_id(kId);
    request.set_licence_key(licence_key);
    CHECK(say(test::tcp_from(kA, 7), request) == JCT_OK);
  }

  FakeHost host{{.loops = 2}};
  FakeServer server;
  PluginUnderTest plugin;
};

inline hbb::PunchHoleSent hole() {
  hbb::PunchHoleSent message;
  message.set_id(kId);
  message.set_socket_addr(wire::encode_address(*wire::Address::parse(kA), 1));
  message.set_version("1.3.0");
  return message;
}

}  // namespace junctor::holepunch
