// SPDX-License-Identifier: Apache-2.0
// The plugin: options, services and sockets wired to the logic. Constructor, start, stop: [control]; the rest: any
// loop.
#include <junctor/command_json.hpp>

#include "junctor/plugin.hpp"
#include "options.hpp"
#include "presence/online_queries.hpp"
#include "presence/peers_admin.hpp"
#include "presence/peers_command.hpp"
#include "presence/peers_service.hpp"
#include "presence/stay_watch.hpp"
#include "registration/id_change.hpp"
#include "registration/registrar_wiring.hpp"
#include "settings.hpp"
#include "signalling/box_offers.hpp"
#include "signalling/tcp_front.hpp"
#include "signalling/udp_front.hpp"
#include "site/site_config.hpp"
#include "site/site_desk.hpp"
#include "wire/abi.hpp"
#include "wire/kinds.hpp"

namespace junctor::rendezvous {

namespace {

/// What an id takes in an online query at most: 100 bytes (protocol.md 6.1) and its header, with room for a field that
/// nobody knows.
constexpr size_t kMostQueryBytes = 128;

constexpr KindSet kNatKinds =
    kind_bit(wire::kKindOf<hbb::TestNatRequest>) | kind_bit(wire::kKindOf<hbb::OnlineRequest>);

/// A shard is swept every tick, so that each is seen once in ten seconds.
// All shards in ten seconds: a few at a time where many peers make each one long, else in as few turns as will do.
constexpr Duration kSweep = std::chrono::seconds{10};
constexpr size_t kFewTurns = 10;
constexpr size_t kFewPeers = 10'000;

/// How often a drain looks whether all has been answered.
constexpr Duration kAnswerTick = std::chrono::milliseconds{5};

/// By transport: JCT_CHANNEL_UDP, _TCP, _WS.
template <class T>
using Transports = std::array<T, 3>;

Metric online_gauge(const Host& host, const char* transport) {
  return host.gauge("peers_online", transport, "peers online, counted every ten seconds");
}

wire::KeyedRate::Secret random_key(const Host& host) {
  wire::KeyedRate::Secret key{};
  host.random(key.data(), key.size());
  return key;
}

}  // namespace

class Rendezvous {
 public:
  static constexpr auto kOptions = kAllOptions;

  Rendezvous(Host& host, const Config& config);
  void start();
  void check(const Config& candidate) const { SiteDesk::check(candidate); }
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
  jct_status on_health_check(const jct_channel& from, std::string_view inner);
  void accept(Stream stream, const jct_conn_info& info, bool is_nat);
  jct_status malformed(const jct_channel& from);
  template <class Message>
  jct_status answer(const jct_channel& to, const Message& message) {
    return signal_.send(to, wire::kKindOf<Message>, message.SerializeAsString());
  }

  void configure_clients(const Config& config);
  void show_peers(std::string_view args, const Reply& reply);
  void end_when_answered(const Done& done);
  void sweep_later();
  void sweep_shard();
  void show_fills();

  Host& host_;
  Settings settings_;
  Traffic traffic_;
  Metric peers_gauge_, channels_gauge_;
  Transports<Metric> online_gauges_;
  Fill peers_fill_, unproven_fill_, channels_fill_, lookups_fill_;
  Presence presence_;
  RegistrationLimits limits_;
  SiteConfig site_config_;
  Storage storage_;
  Keys keys_;
  SiteDesk site_desk_;
  AuthChain auth_;
  SignalService signal_;
  PeersAdmin admin_;
  FreshDesk fresh_;
  PeersService peers_;
  OnlineQueries queries_;
  RegistrarWiring wiring_;
  Registrar registrar_;
  IdChange id_change_;
  StayWatch stay_watch_;
  BoxOffers offers_;
  TcpFront tcp_;
  UdpFront udp_;
  UdpSocket socket_;
  Listener listener_, nat_listener_;
  Duration box_renewal_;
  int64_t base_port_;
  Timer sweeper_, renewal_, answered_;
  std::atomic<bool> drains_{false};
  size_t next_shard_ = 0;
  std::array<Transports<size_t>, Presence::kShards> online_by_shard_{};
  Transports<size_t> online_{};
};

Rendezvous::Rendezvous(Host& host, const Config& config)
    : host_{host},
      traffic_{host},
      peers_gauge_{host.gauge("peers", nullptr, "peers in memory")},
      channels_gauge_{host.gauge("channels", nullptr, "signalling connections")},
      online_gauges_{online_gauge(host, "transport=udp"), online_gauge(host, "transport=tcp"),
                     online_gauge(host, "transport=ws")},
      peers_fill_{host, "limit=max_peers"},
      unproven_fill_{host, "limit=max_unproven"},
      channels_fill_{host, "limit=max_channels"},
      lookups_fill_{host, "limit=max_lookups"},
      presence_{random_key(host), static_cast<size_t>(config[kMaxPeers])},
      limits_{random_key(host)},
      site_config_{random_key(host)},
      storage_{host},
      keys_{host},
      site_desk_{host, keys_},
      auth_{host, config[kAuthTimeout]},
      signal_{host, settings_, traffic_,
              [this](std::string_view id, jct_handle handle) { presence_.disconnected(id, handle, host_.now()); },
              [this](const jct_addr& client) { return limits_.message(wire::from_abi(client), host_.now()); }},
      admin_{host, storage_, presence_, signal_},
      fresh_{host, config.instance(), storage_, presence_, admin_},
      peers_{host, settings_, presence_, storage_, admin_},
      queries_{peers_, auth_, settings_},
      wiring_{host, storage_, auth_, signal_, settings_, site_config_, site_desk_, traffic_, fresh_},
      registrar_{wiring_, presence_, limits_, static_cast<size_t>(config[kMaxLookups])},
      id_change_{wiring_, presence_, limits_},
      stay_watch_{host, {auth_, presence_, admin_, signal_, traffic_}},
      offers_{[this](std::string_view message) { return keys_.sign(message); }},
      tcp_{host, signal_, traffic_, settings_},
      udp_{host, signal_, registrar_, traffic_},
      box_renewal_{config[kBoxRenewal]},
      base_port_{config.base_port()} {
  reload(config);
  host.provide(JCT_SIGNAL_SERVICE, &SignalService::table(), &signal_);
  host.provide(JCT_PEERS_SERVICE, &PeersService::table(), &peers_);
  serve<&Rendezvous::on_register_pk>(wire::kKindOf<hbb::RegisterPk>);
  serve<&Rendezvous::on_test_nat>(wire::kKindOf<hbb::TestNatRequest>);
  serve<&Rendezvous::on_online>(wire::kKindOf<hbb::OnlineRequest>);
  serve<&Rendezvous::on_health_check>(wire::kKindOf<hbb::HealthCheck>);
  host.command("peers", "peers [ID | page N]: who is registered, from where, since when",
               [this](std::string_view args, Reply reply) { show_peers(args, reply); });
  host.command("site", "how clients reach this site: host, key, configuration string, link",
               [this](std::string_view, Reply reply) { site_desk_.show(reply); });
  host.command("peers rename", "peers rename OLD NEW: gives a stored device another id",
               [this](std::string_view args, Reply reply) { admin_.rename(command::words(args), reply); });
  host.command("peers remove", "peers remove ID: forgets a device; it may register again",
               [this](std::string_view args, Reply reply) { admin_.remove(command::words(args), reply); });
}

void Rendezvous::reload(const Config& config) {
  read_settings(config, settings_);
  limits_.configure(read_limits(config));
  presence_.set_max_peers(static_cast<size_t>(config[kMaxPeers]));
  fresh_.configure(static_cast<size_t>(config[kMaxUnproven]), config[kKeepUnproven]);
  presence_.set_online_timeout(settings_.online_timeout());
  registrar_.set_max_lookups(static_cast<size_t>(config[kMaxLookups]));
  configure_clients(config);
  site_desk_.configure(config);
}

/// Clients over UDP and new ones say which serial they have; those that hold a connection are told of a newer one.
void Rendezvous::configure_clients(const Config& config) {
  const std::vector<std::string> servers = config[kConfigServers];
  auto serial = static_cast<int32_t>(config[kConfigSerial]);
  if (serial > 0 && servers.empty()) {
    host_.warning("rendezvous.config_ignored", {{"hint", "config_serial is set, config_servers is empty"}});
    serial = 0;
  }
  const bool newer = serial > site_config_.serial();
  site_config_.set(serial, servers, config[kConfigInterval], config[kConfigPerAddress]);
  registrar_.set_serial(serial);
  if (newer) signal_.announce(wire::wrap_message(site_config_.update()));
}

void Rendezvous::start() {
  wire::silence_protobuf();  // what the network sends wrong is counted, not printed
  offers_.renew();
  renewal_ = host_.every(box_renewal_, [this] { offers_.renew(); });
  socket_ = UdpSocket{host_, kListenUdp, [this](std::span<const jct_dgram> batch) {
                        if (!drains_.load(std::memory_order_relaxed)) udp_.receive(batch);
                      }};
  listener_ = Listener{host_, kListen,
                       [this](Stream stream, const jct_conn_info& info) { accept(std::move(stream), info, false); }};
  nat_listener_ = Listener{host_, kListenNat,
                           [this](Stream stream, const jct_conn_info& info) { accept(std::move(stream), info, true); }};
  stay_watch_.start();
  fresh_.start();
  sweep_later();
  site_desk_.look_at("listen_udp", "UDP", socket_.handle(), base_port_);
  site_desk_.look_at("listen", "TCP", listener_.handle(), base_port_);
  site_desk_.look_at("listen_nat", "TCP", nat_listener_.handle(), base_port_ - 1);
  site_desk_.announce();
}

/// On P-1 nothing is offered: no client secures it (protocol.md 5). Nor to one that has spoken already: its first
/// message decides that the connection is plain, and an offer that it closes unread would answer it with a reset.
void Rendezvous::accept(Stream stream, const jct_conn_info& info, bool is_nat) {
  limits_.proven(wire::from_abi(info.peer), host_.now());
  const bool waits = !is_nat && (info.flags & JCT_CONN_SPOKEN) == 0;
  const bool offers = waits && settings_.encrypt.load(std::memory_order_relaxed);
  tcp_.accept(std::move(stream), info,
              {is_nat ? kNatKinds : kAllKinds, settings_.message_max.load(std::memory_order_relaxed),
               offers ? offers_.current() : nullptr});
}

/// What was asked is answered: storage and who admits stay until all have drained.
void Rendezvous::drain(const Done& done) {
  listener_.close();
  nat_listener_.close();
  drains_.store(true, std::memory_order_relaxed);
  end_when_answered(done);
}

void Rendezvous::end_when_answered(const Done& done) {
  if (registrar_.under_way() + id_change_.under_way() > 0) {
    answered_ = host_.after(kAnswerTick, [this, done] { end_when_answered(done); });
    return;
  }
  socket_.close();
  done();
}

void Rendezvous::stop() {
  sweeper_.cancel();
  stay_watch_.stop();
  fresh_.stop();
  renewal_.cancel();
  answered_.cancel();
  signal_.stop();
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
  if (request.old_id().empty()) {
    registrar_.register_pk(from, request);
  } else {
    id_change_.change(from, request, settings_.change_id.load(std::memory_order_relaxed));
  }
  return JCT_OK;
}

jct_status Rendezvous::on_test_nat(const jct_channel& from, std::string_view inner) {
  hbb::TestNatRequest request;
  if (!wire::parse_inner(inner, request)) return malformed(from);
  hbb::TestNatResponse response;
  response.set_port(from.peer.port);
  if (from.transport != JCT_CHANNEL_UDP && request.serial() < site_config_.serial()) {
    *response.mutable_cu() = site_config_.update();
  }
  answer(from, response);
  return JCT_OK;
}

/// An A that is logged in holds this connection for its session (protocol.md 6.4 point 7). Who knows users says whose
/// it is, or ends it; where nobody knows any, it is held.
jct_status Rendezvous::on_health_check(const jct_channel& from, std::string_view inner) {
  hbb::HealthCheck request;
  if (!wire::parse_inner(inner, request)) return malformed(from);
  if (from.transport == JCT_CHANNEL_UDP) {
    traffic_.refused(Refusal::kUnhandled, from);
    return JCT_OK;
  }
  jct_auth_request live{};
  live.size = sizeof live;
  live.kind = JCT_AUTH_LIVE;
  live.address = from.peer;
  live.transport = from.transport;
  live.token = str(request.token());
  auth_.check(live, [this, from, token = request.token()](const Verdict& verdict) {
    if (!verdict.allowed) {
      traffic_.refused(Refusal::kDenied, from, {}, verdict.reason);
      signal_.close(from);
    } else if (!signal_.hold_session(from, token)) {
      traffic_.refused(Refusal::kUnhandled, from);
    } else {
      wiring_.answer_pk(from, hbb::RegisterPkResponse::OK);
    }
  });
  return JCT_OK;
}

jct_status Rendezvous::on_online(const jct_channel& from, std::string_view inner) {
  if (from.transport == JCT_CHANNEL_UDP) {  // asked over connections only (protocol.md 6.6)
    traffic_.refused(Refusal::kUnhandled, from);
    return JCT_OK;
  }
  const auto no = [&](Refusal why) {
    traffic_.refused(why, from);
    return JCT_E_LIMIT;
  };
  const size_t most = settings_.max_online_query;
  const wire::Address client = wire::from_abi(from.peer);
  if (inner.size() > (most + 1) * kMostQueryBytes) return no(Refusal::kQueryTooLarge);
  if (!limits_.may_query(client, host_.now())) return no(Refusal::kAddressLimit);  // before it is worth parsing
  hbb::OnlineRequest request;
  if (!wire::parse_inner(inner, request)) return malformed(from);
  if (static_cast<size_t>(request.peers_size()) > most) return no(Refusal::kQueryTooLarge);
  if (!limits_.query(client, request.peers_size(), host_.now())) return no(Refusal::kAddressLimit);
  queries_.answer(from, request, [this, from](std::string_view states) {
    hbb::OnlineResponse response;
    response.set_states(std::string{states});
    answer(from, response);
  });
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

void Rendezvous::sweep_later() {
  const size_t turns = presence_.size() < kFewPeers ? kFewTurns : Presence::kShards;
  sweeper_ = host_.after(kSweep / turns, [this, shards = (Presence::kShards + turns - 1) / turns] {
    for (size_t i = 0; i < shards; ++i) sweep_shard();
    show_fills();
    sweep_later();
  });
}

void Rendezvous::sweep_shard() {
  const Duration now = host_.now();
  const auto census = presence_.sweep(next_shard_, now, settings_.forget(), [&](const jct_addr& address) {
    return limits_.is_proven(wire::from_abi(address), now);
  });
  for (const std::string& id : census.proven) fresh_.settle(id);
  Transports<size_t>& before = online_by_shard_[next_shard_];
  for (size_t i = 0; i < online_.size(); ++i) {
    online_[i] += census.online_by_transport[i] - before[i];
    online_gauges_[i].set(static_cast<int64_t>(online_[i]));
  }
  before = census.online_by_transport;
  next_shard_ = (next_shard_ + 1) % Presence::kShards;
}

void Rendezvous::show_fills() {
  const size_t peers = presence_.size();
  const size_t channels = signal_.channels();
  peers_gauge_.set(static_cast<int64_t>(peers));
  channels_gauge_.set(static_cast<int64_t>(channels));
  peers_fill_.set(peers, presence_.max_peers());
  unproven_fill_.set(fresh_.size(), fresh_.capacity());
  channels_fill_.set(channels, settings_.max_channels.load(std::memory_order_relaxed));
  lookups_fill_.set(registrar_.lookups(), settings_.max_lookups.load(std::memory_order_relaxed));
}

}  // namespace junctor::rendezvous

JUNCTOR_PLUGIN(junctor::rendezvous::Rendezvous, "rendezvous", "registration, presence and signalling",
               provides("signal/1", "peers/1"), needs("storage/1", "keys/1", "*auth/1"), parallel())
