// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host, between fake services: what is wired to what.
#include <doctest/doctest.h>

#include <junctor/plugin.hpp>
#include <junctor/services.hpp>
#include <junctor/testing/fake_host.hpp>
#include <map>
#include <string>
#include <vector>

#include "rendezvous/test_values.hpp"
#include "wire/kinds.hpp"

namespace junctor::holepunch {
namespace {

using namespace std::chrono_literals;
using testing::FakeHost;
using testing::PluginUnderTest;
using testing::Settings;

constexpr auto kA = "198.51.100.1:5000";
constexpr auto kB = "192.0.2.77:6000";
const std::string kId = "123456789";

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

  explicit FakeServer(FakeHost& host) {
    host.provide(JCT_SIGNAL_SERVICE, &signal_table(), this);
    host.provide(JCT_PEERS_SERVICE, &peers_table(), this);
    host.provide(JCT_KEYS_SERVICE, &keys_table(), this);
    host.provide(JCT_AUTH_SERVICE, &auth_table(), this);
    host.provide(JCT_RELAY_SERVICE, &relay_table(), this);
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
    static constexpr jct_peers_service kTable{sizeof(jct_peers_service), 0,
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
                                              nullptr, nullptr};
    return kTable;
  }
  static const jct_keys_service& keys_table() {
    static constexpr jct_keys_service kTable{
        sizeof(jct_keys_service),
        0,
        nullptr,
        nullptr,
        nullptr,
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
        sizeof(jct_auth_service), 0, [](void*, const jct_auth_request* request, const jct_auth_done* done) {
          const bool wrong = request->kind == JCT_AUTH_START && view(request->licence_key) != "key";
          if (wrong) return done->done(done->self, JCT_E_DENIED, str("wrong_key"), str("no"));
          done->done(done->self, JCT_OK, {}, {});
        }};
    return kTable;
  }
  static const jct_relay_service& relay_table() {
    static constexpr jct_relay_service kTable{
        sizeof(jct_relay_service), 0, nullptr,
        [](void*, jct_addr* out, uint64_t capacity, uint64_t* count) -> jct_status {
          *count = 1;
          if (capacity > 0) out[0] = test::address("0.0.0.0:443");
          return JCT_OK;
        }};
    return kTable;
  }

  std::map<uint32_t, Handler> handlers;
  std::vector<Sent> sent;
};

struct Site {
  explicit Site(const Settings& settings = {}) : plugin{host, junctor_plugin_v1(), settings} { plugin.start(); }
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
  FakeServer server{host};
  PluginUnderTest plugin;
};

hbb::PunchHoleSent hole() {
  hbb::PunchHoleSent message;
  message.set_id(kId);
  message.set_socket_addr(wire::encode_address(*wire::Address::parse(kA), 1));
  message.set_version("1.3.0");
  return message;
}

TEST_CASE("a whole exchange: A asks with the site's key, B is pushed, answers, and A gets the signed id") {
  Site site;
  site.ask("key");
  CHECK(site.heard<hbb::PunchHole>().relay_server() == "203.0.113.1:443");  // where the relay really listens
  site.say(test::tcp_from("192.0.2.77:6001", 8), hole());
  CHECK(site.server.sent.at(0).to.handle == 7);
  const auto answer = site.heard<hbb::PunchHoleResponse>();
  hbb::IdPk id_pk;
  REQUIRE(id_pk.ParseFromString(answer.pk().substr(JCT_KEYS_SIGNATURE_SIZE)));
  CHECK(id_pk.id() == kId);
  CHECK(id_pk.pk() == "key of B");
}

TEST_CASE("a wrong key is refused, counted and logged with A's address") {
  Site site;
  site.ask("guess");
  CHECK(site.heard<hbb::PunchHoleResponse>().failure() == hbb::PunchHoleResponse::LICENSE_MISMATCH);
  CHECK(site.host.metric("refused", "reason=wrong_key") == 1);
  const auto line = site.host.last_line("holepunch.refused");
  CHECK(line.field("reason") == "wrong_key");
  CHECK(line.field("peer") == kA);
  CHECK(line.field("id") == kId);
}

TEST_CASE("an answer from a foreign address is handed on by the timer") {
  Site site;
  site.ask("key");
  site.server.sent.clear();
  site.say(test::tcp_from("192.0.2.99:1", 8), hole());
  CHECK(site.server.sent.empty());
  site.host.advance(1200ms);
  site.heard<hbb::PunchHoleResponse>();
  CHECK(site.host.metric("pending") == 1);
  site.host.advance(30s);
  CHECK(site.host.metric("pending") == 0);
}

TEST_CASE("relays and LAN follow a reload") {
  Site site;
  site.plugin.reload({{"relay[0].address", "rd.example.org"}, {"lan", "198.51.100.0/24, 192.0.2.0/24"}});
  site.ask("key");
  CHECK(site.heard<hbb::FetchLocalAddr>().relay_server() == "rd.example.org:21117");
}

TEST_CASE("what is no message is answered with a close") {
  Site site;
  const auto& handler = site.server.handlers.at(wire::kKindOf<hbb::PunchHoleRequest>);
  const jct_channel from = test::tcp_from(kA, 7);
  CHECK(site.host.on_loop(0, [&] { return handler.fn(handler.context, &from, 8, bytes("\x0A\x7F")); }) < 0);
  CHECK(site.host.metric("refused", "reason=malformed") == 1);
}

}  // namespace
}  // namespace junctor::holepunch
