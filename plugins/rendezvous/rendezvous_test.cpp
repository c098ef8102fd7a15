// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host: UDP, both TCP ports, signal/1, peers/1 and the command, without a port or a disk.
#include <doctest/doctest.h>

#include <junctor/plugin.hpp>
#include <junctor/services.hpp>
#include <junctor/testing/fake_host.hpp>
#include <map>
#include <string>

#include "rendezvous/test_values.hpp"
#include "wire/frame.hpp"
#include "wire/kinds.hpp"

namespace junctor::rendezvous {
namespace {

using namespace std::chrono_literals;
using testing::Arrival;
using testing::FakeHost;
using testing::FakeStream;
using testing::PluginUnderTest;
using testing::Settings;

/// storage/1 in a map; answers are posted, never inline.
class FakeStorage {
 public:
  explicit FakeStorage(FakeHost& host) : host_{host} {
    table_.size = sizeof table_;
    table_.peer_get = [](void* self, jct_str id, const jct_peer_done* done) {
      auto* storage = static_cast<FakeStorage*>(self);
      ++storage->gets;
      storage->host_.loops().queue(done->loop, [storage, key = std::string{view(id)}, d = *done] {
        const auto at = storage->peers.find(key);
        if (storage->broken || at == storage->peers.end()) {
          return d.done(d.self, storage->broken ? JCT_E_IO : JCT_E_NOT_FOUND, nullptr);
        }
        const jct_peer_record record{sizeof record,      0, str(key), bytes(at->second.uuid), bytes(at->second.pk),
                                     str(at->second.ip), 0};
        d.done(d.self, JCT_OK, &record);
      });
    };
    table_.peer_put = [](void* self, const jct_peer_record* record, const jct_peer_done* done) {
      auto* storage = static_cast<FakeStorage*>(self);
      const Peer peer{std::string{view(record->uuid)}, std::string{view(record->pk)}, std::string{view(record->ip)}};
      storage->host_.loops().queue(done->loop, [storage, key = std::string{view(record->id)}, peer, d = *done] {
        if (!storage->broken) storage->peers[key] = peer;
        d.done(d.self, storage->broken ? JCT_E_IO : JCT_OK, nullptr);
      });
    };
    host.provide(JCT_STORAGE_SERVICE, &table_, this);
  }

  struct Peer {
    std::string uuid, pk, ip;
  };
  std::map<std::string, Peer> peers;
  bool broken = false;
  int gets = 0;

 private:
  FakeHost& host_;
  jct_storage_service table_{};
};

template <class Message>
std::string framed(const Message& message) {
  std::string out;
  wire::append_frame(wire::wrap_message(message), out);
  return out;
}

/// The messages in a stream of frames; heartbeats as empty texts.
std::vector<std::string> frames(const std::string& bytes) {
  std::vector<std::string> all;
  wire::FrameDecoder decoder;
  std::string_view rest = bytes, payload;
  while (decoder.next(rest, payload) == wire::FrameDecoder::Status::kFrame) all.emplace_back(payload);
  return all;
}

template <class Message>
Message inner_of(const std::string& whole) {
  std::string joined;
  const auto peeled = wire::peel(whole, joined);
  REQUIRE(peeled);
  REQUIRE(peeled->kind == wire::kKindOf<Message>);
  Message message;
  REQUIRE(wire::parse_inner(peeled->inner, message));
  return message;
}

constexpr auto kHome = "198.51.100.1:50001";
const std::string kId = "123456789";

struct Site {
  explicit Site(const Settings& settings = {}) : plugin{host, junctor_plugin_v1(), settings} { plugin.start(); }
  ~Site() {
    plugin.finish();
    CHECK(host.complaints().empty());
  }

  template <class Message>
  void udp(const Message& message, const std::string& peer = kHome, uint32_t loop = 0) {
    host.deliver_datagram("listen_udp", wire::wrap_message(message), Arrival{peer, loop});
    host.run_until_idle();
  }
  template <class Message>
  Message heard_by_udp() {
    const auto sent = host.take_sent_datagrams();
    REQUIRE(sent.size() == 1);
    return inner_of<Message>(sent[0].data);
  }
  void register_peer(const std::string& id = kId) {
    hbb::RegisterPk pk;
    pk.set_id(id);
    pk.set_uuid("uuid");
    pk.set_pk("key");
    udp(pk);
    CHECK(heard_by_udp<hbb::RegisterPkResponse>().result() == hbb::RegisterPkResponse::OK);
  }
  FakeStream tcp(const std::string& option = "listen", uint32_t loop = 0) {
    FakeStream stream = host.connect(option, Arrival{kHome, loop});
    host.run_until_idle();
    return stream;
  }
  std::vector<std::string> talk(FakeStream& stream, const std::string& bytes) {
    stream.deliver(bytes);
    host.run_until_idle();
    return frames(stream.take_sent());
  }
  int64_t refused(const std::string& reason) { return host.metric("refused", "reason=" + reason); }
  int64_t received(const std::string& kind) { return host.metric("received", "kind=" + kind); }

  const jct_signal_service& signal() { return plugin.service<jct_signal_service>(JCT_SIGNAL_SERVICE); }
  void* signal_self() { return plugin.service_self(JCT_SIGNAL_SERVICE); }

  FakeHost host{{.loops = 2}};
  FakeStorage storage{host};
  PluginUnderTest plugin;
};

hbb::RegisterPeer heartbeat(const std::string& id = kId) {
  hbb::RegisterPeer message;
  message.set_id(id);
  return message;
}

// ---- UDP ------------------------------------------------------------------------------------------------------------

TEST_CASE("a peer registers by UDP: asked for its key, confirmed, then known") {
  Site site;
  site.udp(heartbeat());
  CHECK(site.heard_by_udp<hbb::RegisterPeerResponse>().request_pk());
  site.register_peer();
  CHECK(site.storage.peers[kId].ip == "198.51.100.1");
  const int gets = site.storage.gets;
  site.udp(heartbeat(), "198.51.100.1:50002", 1);
  CHECK_FALSE(site.heard_by_udp<hbb::RegisterPeerResponse>().request_pk());
  CHECK(site.storage.gets == gets);
  CHECK(site.received("register_peer") == 2);
  CHECK(site.received("register_pk") == 1);
}

TEST_CASE("no answer by UDP is more than 8 bytes longer than what asked for it") {
  Site site;
  const auto longest = [&](const std::string& datagram) {
    site.host.deliver_datagram("listen_udp", datagram, Arrival{"192.0.2.1:65535", 0});
    site.host.run_until_idle();
    size_t size = 0;
    for (const auto& sent : site.host.take_sent_datagrams()) size = std::max(size, sent.data.size());
    return size;
  };
  for (uint32_t kind = wire::kFirstKind; kind <= wire::kLastKind; ++kind) {
    CAPTURE(kind);
    std::string datagram;
    wire::wrap(kind, "", datagram);
    CHECK(longest(datagram) <= datagram.size() + 8);
  }
  hbb::RegisterPk no;
  no.set_id("x");
  no.set_uuid("u");
  no.set_pk("k");
  CHECK(longest(wire::wrap_message(no)) > 0);
}

TEST_CASE("datagrams that are no messages are counted and dropped, and the next one is served") {
  Site site;
  for (const char* garbage : {"\xFF\xFF\xFF", "\x32\x7F", "\x32\x03\x0A\x7F\x41", "\x0B\x0B\x0B"}) {
    site.host.deliver_datagram("listen_udp", garbage, Arrival{kHome, 0});
  }
  site.udp(hbb::TestNatRequest{});
  CHECK(site.heard_by_udp<hbb::TestNatResponse>().port() == 50001);
  CHECK(site.refused("malformed") == 4);
}

TEST_CASE("when storage fails a registration is SERVER_ERROR") {
  Site site;
  site.storage.broken = true;
  hbb::RegisterPk pk;
  pk.set_id(kId);
  pk.set_uuid("uuid");
  pk.set_pk("key");
  site.udp(pk);
  CHECK(site.heard_by_udp<hbb::RegisterPkResponse>().result() == hbb::RegisterPkResponse::SERVER_ERROR);
  CHECK(site.host.last_line("rendezvous.refused").field("reason") == "storage");
}

// ---- TCP ------------------------------------------------------------------------------------------------------------

TEST_CASE("the NAT test tells a client its port on P and on P-1") {
  Site site;
  for (const char* option : {"listen", "listen_nat"}) {
    FakeStream client = site.tcp(option);
    const auto heard = site.talk(client, framed(hbb::TestNatRequest{}));
    REQUIRE(heard.size() == 1);
    CHECK(inner_of<hbb::TestNatResponse>(heard[0]).port() == 50001);
  }
}

TEST_CASE("messages on one connection may come together or byte by byte") {
  Site site;
  FakeStream client = site.tcp();
  const std::string one = framed(hbb::TestNatRequest{});
  CHECK(site.talk(client, one + one + one).size() == 3);
  for (size_t i = 0; i + 1 < one.size(); ++i) CHECK(site.talk(client, one.substr(i, 1)).empty());
  CHECK(site.talk(client, one.substr(one.size() - 1)).size() == 1);
}

TEST_CASE("heartbeats are sent back, as many as came") {
  Site site;
  FakeStream client = site.tcp();
  CHECK(site.talk(client, std::string(3, '\0')) == std::vector<std::string>(3));
}

TEST_CASE("online states are told on P and P-1") {
  Site site;
  site.register_peer();
  hbb::OnlineRequest request;
  for (const char* id : {"987654321", kId.c_str()}) request.add_peers(id);
  for (const char* option : {"listen", "listen_nat"}) {
    FakeStream client = site.tcp(option);
    const auto heard = site.talk(client, framed(request));
    REQUIRE(heard.size() == 1);
    CHECK(inner_of<hbb::OnlineResponse>(heard[0]).states() == "\x40");
  }
  site.host.advance(30s);
  FakeStream client = site.tcp();
  CHECK(inner_of<hbb::OnlineResponse>(site.talk(client, framed(request))[0]).states() == std::string(1, '\0'));
}

TEST_CASE("an online query for too many closes the connection") {
  Site site{{{"max_online_query", "2"}}};
  hbb::OnlineRequest request;
  for (int i = 0; i < 3; ++i) request.add_peers(kId);
  FakeStream client = site.tcp();
  CHECK(site.talk(client, framed(request)).empty());
  CHECK(client.closed());
  CHECK(site.refused("query_size") == 1);
}

TEST_CASE("P-1 serves nothing else") {
  Site site;
  FakeStream client = site.tcp("listen_nat");
  hbb::RegisterPk pk;
  pk.set_id(kId);
  CHECK(site.talk(client, framed(pk)).empty());
  CHECK(client.connected());
  CHECK(site.refused("unhandled") == 1);
}

TEST_CASE("registration over a connection is answered NOT_SUPPORT") {
  Site site;
  FakeStream client = site.tcp();
  const auto heard = site.talk(client, framed(hbb::RegisterPk{}));
  REQUIRE(heard.size() == 1);
  CHECK(inner_of<hbb::RegisterPkResponse>(heard[0]).result() == hbb::RegisterPkResponse::NOT_SUPPORT);
}

TEST_CASE("a header that promises too much closes the connection at once") {
  Site site;
  FakeStream client = site.tcp();
  CHECK(site.talk(client, "\xFF\xFF\xFF\xFF").empty());
  CHECK(client.closed());
  CHECK(site.refused("too_long") == 1);
}

TEST_CASE("garbage closes the connection after what was right before it has been answered") {
  Site site;
  FakeStream client = site.tcp();
  std::string bytes = framed(hbb::TestNatRequest{});
  wire::append_frame("\xFF\xFF\xFF", bytes);
  bytes += framed(hbb::TestNatRequest{});
  CHECK(site.talk(client, bytes).size() == 1);
  CHECK(client.closed());
  CHECK(site.refused("malformed") == 1);
}

TEST_CASE("a silent connection is closed after 30 s and not before") {
  Site site;
  FakeStream quiet = site.tcp(), talker = site.tcp();
  site.host.advance(20s);
  site.talk(talker, framed(hbb::TestNatRequest{}));
  site.host.advance(9s);
  CHECK(quiet.connected());
  site.host.advance(2s);
  CHECK(quiet.closed());
  CHECK(talker.connected());
}

TEST_CASE("connections beyond max_channels are refused, and room that is given back is used") {
  Site site{{{"max_channels", "1"}}};
  FakeStream first = site.tcp(), second = site.tcp("listen", 1);
  CHECK(first.connected());
  CHECK(second.closed());
  CHECK(site.refused("channels_full") == 1);
  first.peer_closes();
  site.host.run_until_idle();
  CHECK(first.closed());
  CHECK(site.tcp("listen", 1).connected());
}

// ---- signal/1 -------------------------------------------------------------------------------------------------------

struct Listener {
  jct_status answer = JCT_OK;
  std::vector<std::string> heard;
  jct_channel channel{};

  static jct_status hear(void* self, const jct_channel* channel, uint32_t, jct_bytes message) {
    auto* listener = static_cast<Listener*>(self);
    listener->heard.emplace_back(view(message));
    listener->channel = *channel;
    return listener->answer;
  }
};

hbb::PunchHoleSent hole() {
  hbb::PunchHoleSent message;
  message.set_id(kId);
  return message;
}

TEST_CASE("a handler gets the inner message of its kind with the channel that it came on") {
  Site site;
  Listener listener;
  site.host.on_control(
      [&] { CHECK(site.signal().handle(site.signal_self(), 10, &Listener::hear, &listener) == JCT_OK); });
  site.udp(hole());
  CHECK(listener.channel.transport == JCT_CHANNEL_UDP);
  FakeStream client = site.tcp();
  site.talk(client, framed(hole()));
  CHECK(listener.channel.transport == JCT_CHANNEL_TCP);
  CHECK(wire::from_abi(listener.channel.peer).text() == kHome);
  CHECK(listener.heard == std::vector<std::string>(2, hole().SerializeAsString()));

  listener.answer = JCT_E_ARG;
  site.talk(client, framed(hole()));
  CHECK(client.closed());
  CHECK(site.refused("handler_refused") == 1);
}

TEST_CASE("a message that arrives together with a reset is served") {
  Site site;
  Listener listener;
  site.host.on_control([&] { site.signal().handle(site.signal_self(), 10, &Listener::hear, &listener); });
  FakeStream client = site.tcp();
  client.deliver(framed(hole()));
  client.reset();
  site.host.run_until_idle();
  CHECK(listener.heard.size() == 1);
}

TEST_CASE("an answer reaches its connection from any loop, and one that has gone is CLOSED") {
  Site site;
  Listener listener;
  site.host.on_control([&] { site.signal().handle(site.signal_self(), 10, &Listener::hear, &listener); });
  FakeStream client = site.tcp("listen", 1);
  site.talk(client, framed(hole()));
  const auto send = [&] { return site.signal().send(site.signal_self(), &listener.channel, 11, bytes("\x2A\x01x")); };
  for (const uint32_t loop : {0U, 1U}) {
    CHECK(site.host.on_loop(loop, send) == JCT_OK);
    site.host.run_until_idle();
    CHECK(frames(client.take_sent()).size() == 1);
  }
  CHECK(site.host.on_loop(0, [&] { return site.signal().close(site.signal_self(), &listener.channel); }) == JCT_OK);
  site.host.run_until_idle();
  CHECK(client.closed());
  CHECK(site.host.on_loop(1, send) == JCT_E_CLOSED);
}

TEST_CASE("another transport attaches channels, delivers messages and is sent the answers") {
  Site site;
  struct Socket {
    std::vector<std::string> sent;
  } socket;
  const jct_transport transport{sizeof transport, JCT_CHANNEL_WS,
                                [](void* self, jct_bytes message) -> jct_status {
                                  static_cast<Socket*>(self)->sent.emplace_back(view(message));
                                  return JCT_OK;
                                },
                                [](void*) {}};
  const jct_addr peer = test::address("[2001:db8::7]:777"), local = test::address("[2001:db8::1]:21118");
  jct_channel channel{};
  const auto deliver = [&](std::string_view message) {
    return site.host.on_loop(1, [&] { return site.signal().deliver(site.signal_self(), &channel, bytes(message)); });
  };
  CHECK(site.host.on_loop(1, [&] {
    return site.signal().attach(site.signal_self(), &transport, &socket, &peer, &local, &channel);
  }) == JCT_OK);
  CHECK(deliver(wire::wrap_message(hbb::TestNatRequest{})) == JCT_OK);
  REQUIRE(socket.sent.size() == 1);
  CHECK(inner_of<hbb::TestNatResponse>(socket.sent[0]).port() == 777);
  CHECK(deliver("") == JCT_OK);
  CHECK(socket.sent.size() == 2);
  CHECK(deliver("\xFF\xFF") < 0);
  site.host.on_loop(1, [&] { site.signal().detach(site.signal_self(), &channel); });
  CHECK(site.host.on_loop(1, [&] { return site.signal().send(site.signal_self(), &channel, 11, {}); }) == JCT_E_CLOSED);
}

// ---- peers/1 and people ---------------------------------------------------------------------------------------------

struct Found {
  int answers = 0;
  jct_status status = JCT_OK;
  uint32_t state = 99;
  std::string pk;
  jct_channel channel{};
};

void look_up(Site& site, const std::string& id, uint32_t want, Found& found) {
  const jct_lookup_done done{&found,
                             [](void* self, jct_status status, const jct_peer* peer) {
                               auto* f = static_cast<Found*>(self);
                               ++f->answers;
                               f->status = status;
                               f->state = peer->state;
                               f->pk = view(peer->pk);
                               f->channel = peer->channel;
                             },
                             0, want};
  const auto& peers = site.plugin.service<jct_peers_service>(JCT_PEERS_SERVICE);
  site.host.on_loop(0, [&] { peers.lookup(site.plugin.service_self(JCT_PEERS_SERVICE), str(id), &done); });
}

TEST_CASE("a peer in memory is found at once, its key in storage") {
  Site site;
  site.register_peer();
  Found found;
  look_up(site, kId, 0, found);
  CHECK(found.answers == 1);
  CHECK(found.state == JCT_PEER_ONLINE);
  CHECK(found.channel.transport == JCT_CHANNEL_UDP);
  CHECK(wire::from_abi(found.channel.peer).text() == kHome);
  look_up(site, kId, JCT_PEER_WANT_KEY, found);
  CHECK(found.answers == 1);
  site.host.run_until_idle();
  CHECK(found.answers == 2);
  CHECK(found.pk == "key");
  site.host.advance(30s);
  look_up(site, kId, 0, found);
  CHECK(found.state == JCT_PEER_OFFLINE);
  CHECK(found.channel.transport == 0);
}

TEST_CASE("a peer that only storage knows is offline, one that nobody knows is unknown") {
  Site site;
  site.storage.peers["987654321"] = {"uuid", "key", "198.51.100.1"};
  Found stored, unknown, impossible;
  look_up(site, "987654321", 0, stored);
  look_up(site, "555555555", 0, unknown);
  look_up(site, "x y", 0, impossible);
  site.host.run_until_idle();
  CHECK(stored.state == JCT_PEER_OFFLINE);
  CHECK(unknown.state == JCT_PEER_UNKNOWN);
  CHECK(unknown.status == JCT_OK);
  CHECK(impossible.state == JCT_PEER_UNKNOWN);
  site.storage.broken = true;
  look_up(site, "987654321", 0, stored);
  site.host.run_until_idle();
  CHECK(stored.status == JCT_E_IO);
}

TEST_CASE("look-ups in flight are bounded") {
  Site site{{{"max_lookups", "2"}}};
  Found found[3];
  for (Found& one : found) look_up(site, kId, JCT_PEER_WANT_KEY, one);
  CHECK(found[2].status == JCT_E_LIMIT);
  site.host.run_until_idle();
  CHECK(found[1].status == JCT_OK);
  look_up(site, kId, JCT_PEER_WANT_KEY, found[2]);
  site.host.run_until_idle();
  CHECK(found[2].status == JCT_OK);
}

TEST_CASE("junctorctl peers shows all, one, and says what is wrong") {
  Site site;
  site.register_peer();
  CHECK(site.host.command("peers")->json.find("\"address\":\"198.51.100.1:50001\"") != std::string::npos);
  CHECK(site.host.command("peers", R"({"args":["123456789"]})")->json.find("\"key\":\"known\"") != std::string::npos);
  CHECK(site.host.command("peers", R"({"args":["nobody"]})")->status == JCT_E_NOT_FOUND);
  CHECK(site.host.command("peers", R"({"args":["a","b","c"]})")->status == JCT_E_ARG);
}

TEST_CASE("the gauges count peers, and who of them is online") {
  Site site;
  site.register_peer();
  site.host.advance(11s);
  CHECK(site.host.metric("peers") == 1);
  CHECK(site.host.metric("peers_online") == 1);
  site.host.advance(40s);
  CHECK(site.host.metric("peers") == 1);
  CHECK(site.host.metric("peers_online") == 0);
}

TEST_CASE("options that are LIVE apply in place") {
  Site site;
  site.register_peer();
  site.host.advance(10s);
  Found found;
  look_up(site, kId, 0, found);
  CHECK(found.state == JCT_PEER_ONLINE);
  site.plugin.reload({{"online_timeout", "5s"}});
  look_up(site, kId, 0, found);
  CHECK(found.state == JCT_PEER_OFFLINE);
}

TEST_CASE("a drain stops listening and is idle at once") {
  Site site;
  site.plugin.drain();
  CHECK(site.plugin.idle());
  CHECK_FALSE(site.host.listens("listen"));
  CHECK_FALSE(site.host.listens("listen_nat"));
  CHECK_FALSE(site.host.listens("listen_udp"));
}

TEST_CASE("connections that are open when the plugin stops are given back") {
  Site site;
  FakeStream a = site.tcp(), b = site.tcp("listen_nat", 1);
  site.plugin.finish();
  CHECK(a.closed());
  CHECK(b.closed());
}

}  // namespace
}  // namespace junctor::rendezvous
