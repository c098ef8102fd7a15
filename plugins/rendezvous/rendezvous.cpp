// SPDX-License-Identifier: Apache-2.0
// The plugin: options, services and sockets wired to the logic. Constructor, start, stop: [control]; the rest: any
// loop.
#include "junctor/plugin.hpp"
#include "peers_command.hpp"
#include "peers_service.hpp"
#include "queries.hpp"
#include "registrar_wiring.hpp"
#include "settings.hpp"
#include "tcp_front.hpp"
#include "udp_front.hpp"
#include "wire/kinds.hpp"

namespace junctor::rendezvous {

namespace {

constexpr auto kListenUdp = opt::datagrams("listen_udp", ":P").help("registration and heartbeats, UDP");
constexpr auto kListen = opt::listener("listen", ":P").help("signalling, TCP");
constexpr auto kListenNat = opt::listener("listen_nat", ":P-1").help("NAT test and online query, TCP");
constexpr auto kOnlineTimeout = opt::duration("online_timeout", "30s")
                                    .range(1'000'000'000, INT64_MAX)
                                    .live()
                                    .help("how long a registration counts");
constexpr auto kSilence = opt::duration("silence", "30s")
                              .range(1'000'000'000, INT64_MAX)
                              .live()
                              .help("a connection that has not registered is closed after so long without a byte");
constexpr auto kForget =
    opt::duration("forget", "24h").live().help("a peer that is unseen for so long is dropped from memory, not storage");
constexpr auto kMessageMax =
    opt::size("message_max", "64KiB").range(256, 16 << 20).live().help("longest message on a connection");
constexpr auto kMaxPeers =
    opt::count("max_peers", "5000000").range(1, UINT32_MAX).live().help("peers in memory at once; more are refused");
constexpr auto kMaxChannels =
    opt::count("max_channels", "1000000").range(1, UINT32_MAX).live().help("signalling connections at once");
constexpr auto kMaxLookups = opt::count("max_lookups", "4096")
                                 .range(1, 1 << 20)
                                 .live()
                                 .help("questions to storage in flight at once, of a kind");
constexpr auto kMaxOnlineQuery =
    opt::count("max_online_query", "10000").range(1, 1 << 20).live().help("ids in one online query");
constexpr auto kRegisterLimit = opt::count("register_limit", "3")
                                    .range(1, RegisterRate::kMostAllowed)
                                    .live()
                                    .help("registrations of one id in register_window");
constexpr auto kRegisterWindow =
    opt::duration("register_window", "6s").range(1'000'000, 3'600'000'000'000).live().help("see register_limit");
constexpr auto kAuthTimeout =
    opt::duration("auth_timeout", "5s").range(1'000'000, 60'000'000'000).help("silence of an auth/1 provider is a no");

constexpr KindSet kNatKinds =
    kind_bit(wire::kKindOf<hbb::TestNatRequest>) | kind_bit(wire::kKindOf<hbb::OnlineRequest>);

/// A shard is swept every tick, so that each is seen once in ten seconds.
constexpr Duration kSweepTick = std::chrono::milliseconds{10'000 / Presence::kShards};

Presence::HashKey random_key(const Host& host) {
  Presence::HashKey key{};
  host.random(key.data(), key.size());
  return key;
}

}  // namespace

class Rendezvous {
 public:
  static constexpr auto kOptions =
      options(kListenUdp, kListen, kListenNat, kOnlineTimeout, kSilence, kForget, kMessageMax, kMaxPeers, kMaxChannels,
              kMaxLookups, kMaxOnlineQuery, kRegisterLimit, kRegisterWindow, kAuthTimeout);

  Rendezvous(Host& host, const Config& config);
  void start();
  void reload(const Config& config);
  void drain(const Done& done);
  void stop();

 private:
  using Handler = jct_status (Rendezvous::*)(const jct_channel&, std::string_view);
  template <Handler kHandler>
  void serve(uint32_t kind);

  jct_status on_register_pk(const jct_channel& from, std::string_view inner);
  jct_status on_test_nat(const jct_channel& from, std::string_view inner);
  jct_status on_online(const jct_channel& from, std::string_view inner);
  jct_status malformed(const jct_channel& from);
  template <class Message>
  jct_status answer(const jct_channel& to, const Message& message) {
    return signal_.send(to, wire::kKindOf<Message>, message.SerializeAsString());
  }

  void show_peers(std::string_view args, const Reply& reply);
  void sweep();

  Host& host_;
  Settings settings_;
  Traffic traffic_;
  Metric peers_gauge_, online_gauge_, channels_gauge_;
  Presence presence_;
  RegisterRate rate_;
  Storage storage_;
  AuthChain auth_;
  SignalService signal_;
  PeersService peers_;
  RegistrarWiring wiring_;
  Registrar registrar_;
  TcpFront tcp_;
  UdpFront udp_;
  UdpSocket socket_;
  Listener listener_, nat_listener_;
  Timer sweeper_;
  size_t next_shard_ = 0;
  std::array<size_t, Presence::kShards> online_by_shard_{};
  size_t online_ = 0;
};

Rendezvous::Rendezvous(Host& host, const Config& config)
    : host_{host},
      traffic_{host},
      peers_gauge_{host.gauge("peers", nullptr, "peers in memory")},
      online_gauge_{host.gauge("peers_online", nullptr, "peers online, counted every ten seconds")},
      channels_gauge_{host.gauge("channels", nullptr, "signalling connections")},
      presence_{random_key(host), static_cast<size_t>(config[kMaxPeers])},
      rate_{random_key(host)},
      storage_{host},
      auth_{host, config[kAuthTimeout]},
      signal_{host, settings_, traffic_},
      peers_{host, settings_, presence_, storage_},
      wiring_{host, storage_, auth_, signal_, traffic_},
      registrar_{wiring_, presence_, rate_, static_cast<size_t>(config[kMaxLookups])},
      tcp_{host, signal_, settings_, traffic_},
      udp_{host, signal_, registrar_, traffic_} {
  reload(config);
  host.provide(JCT_SIGNAL_SERVICE, &SignalService::table(), &signal_);
  host.provide(JCT_PEERS_SERVICE, &PeersService::table(), &peers_);
  serve<&Rendezvous::on_register_pk>(wire::kKindOf<hbb::RegisterPk>);
  serve<&Rendezvous::on_test_nat>(wire::kKindOf<hbb::TestNatRequest>);
  serve<&Rendezvous::on_online>(wire::kKindOf<hbb::OnlineRequest>);
  host.command("peers", "peers [ID | page N]: who is registered, from where, since when",
               [this](std::string_view args, Reply reply) { show_peers(args, reply); });
}

void Rendezvous::reload(const Config& config) {
  const auto size = [&](const Option<int64_t>& option) { return static_cast<size_t>(config[option]); };
  settings_.online_timeout_ns = config[kOnlineTimeout].count();
  settings_.silence_ns = config[kSilence].count();
  settings_.forget_ns = config[kForget].count();
  settings_.message_max = size(kMessageMax);
  settings_.max_online_query = size(kMaxOnlineQuery);
  settings_.max_lookups = size(kMaxLookups);
  settings_.max_channels = size(kMaxChannels);
  presence_.set_max_peers(size(kMaxPeers));
  registrar_.set_max_lookups(size(kMaxLookups));
  rate_.configure(static_cast<uint32_t>(config[kRegisterLimit]), config[kRegisterWindow]);
}

void Rendezvous::start() {
  wire::silence_protobuf();  // what the network sends wrong is counted, not printed
  const auto accept = [this](KindSet served) {
    return [this, served](Stream stream, const jct_conn_info& info) { tcp_.accept(std::move(stream), info, served); };
  };
  socket_ = UdpSocket{host_, kListenUdp, [this](std::span<const jct_dgram> batch) { udp_.receive(batch); }};
  listener_ = Listener{host_, kListen, accept(kAllKinds)};
  nat_listener_ = Listener{host_, kListenNat, accept(kNatKinds)};
  sweeper_ = host_.every(kSweepTick, [this] { sweep(); });
}

void Rendezvous::drain(const Done& done) {
  listener_.close();
  nat_listener_.close();
  socket_.close();
  done();
}

void Rendezvous::stop() {
  sweeper_.cancel();
  tcp_.stop();
}

// ---- what comes -----------------------------------------------------------------------------------------------------

template <Rendezvous::Handler kHandler>
void Rendezvous::serve(uint32_t kind) {
  const auto handler = [](void* self, const jct_channel* from, uint32_t, jct_bytes inner) -> jct_status {
    auto* plugin = static_cast<Rendezvous*>(self);
    jct_status answer = JCT_E_FAULT;
    const jct_status status =
        plugin->host_.guarded("message", [&] { answer = (plugin->*kHandler)(*from, view(inner)); });
    return status == JCT_OK ? answer : status;
  };
  require(signal_.handle(kind, handler, this), "handler");
}

jct_status Rendezvous::malformed(const jct_channel& from) {
  traffic_.refused(Refusal::kMalformed, from);
  return JCT_E_ARG;
}

jct_status Rendezvous::on_register_pk(const jct_channel& from, std::string_view inner) {
  hbb::RegisterPk request;
  if (!wire::parse_inner(inner, request)) return malformed(from);
  registrar_.register_pk(from, request);
  return JCT_OK;
}

jct_status Rendezvous::on_test_nat(const jct_channel& from, std::string_view inner) {
  hbb::TestNatRequest request;
  if (!wire::parse_inner(inner, request)) return malformed(from);
  answer(from, nat_answer(from));
  return JCT_OK;
}

jct_status Rendezvous::on_online(const jct_channel& from, std::string_view inner) {
  hbb::OnlineRequest request;
  if (!wire::parse_inner(inner, request)) return malformed(from);
  if (from.transport == JCT_CHANNEL_UDP) {  // asked over connections only (protocol.md 6.6)
    traffic_.refused(Refusal::kUnhandled, from);
    return JCT_OK;
  }
  if (static_cast<size_t>(request.peers_size()) > settings_.max_online_query) {
    traffic_.refused(Refusal::kQueryTooLarge, from);
    return JCT_E_LIMIT;
  }
  hbb::OnlineResponse response;
  response.set_states(online_states(request, [this](std::string_view id) { return peers_.is_online(id); }));
  answer(from, response);
  return JCT_OK;
}

// ---- for people -----------------------------------------------------------------------------------------------------

void Rendezvous::show_peers(std::string_view args, const Reply& reply) {
  const auto question = parse_peers_args(args);
  if (!question) return reply.fail(JCT_E_ARG, R"({"error":"expected: peers, peers ID, or peers page N"})");
  if (question->id.empty()) {
    return reply.ok(peers_page(presence_, question->page, host_.now(), settings_.online_timeout()));
  }
  storage_.get(question->id, [this, id = question->id, reply](jct_status status, const jct_peer_record* record) {
    const auto seen = presence_.find(id);
    if (!seen && status == JCT_E_NOT_FOUND) return reply.fail(status, R"({"error":"no peer has this id"})");
    if (!seen && record == nullptr) return reply.fail(status, R"({"error":"storage did not answer; see the log"})");
    const bool key_known = record != nullptr && record->pk.size > 0;
    reply.ok(one_peer(id, seen, key_known, record != nullptr ? view(record->ip) : std::string_view{}, host_.now(),
                      settings_.online_timeout()));
  });
}

void Rendezvous::sweep() {
  const auto census = presence_.sweep(next_shard_, host_.now(), settings_.online_timeout(), settings_.forget());
  online_ += census.online - online_by_shard_[next_shard_];
  online_by_shard_[next_shard_] = census.online;
  next_shard_ = (next_shard_ + 1) % Presence::kShards;
  online_gauge_.set(static_cast<int64_t>(online_));
  peers_gauge_.set(static_cast<int64_t>(presence_.size()));
  channels_gauge_.set(static_cast<int64_t>(signal_.channels()));
}

}  // namespace junctor::rendezvous

JUNCTOR_PLUGIN(junctor::rendezvous::Rendezvous, "rendezvous", "registration, presence and signalling",
               provides("signal/1", "peers/1"), needs("storage/1", "keys/1", "*auth/1"), parallel())
