// SPDX-License-Identifier: Apache-2.0
// The plugin: options and services wired to the logic. Constructor, start, stop: [control]; handlers: every loop.
#include "junctor/plugin.hpp"
#include "junctor/services.hpp"
#include "puncher.hpp"
#include "wire/kinds.hpp"

namespace junctor::holepunch {

namespace {

constexpr auto kRelayAddress = opt::text("address", nullptr)
                                   .required()
                                   .help("host:port of a relay, as clients are to dial it; without a port 21117");
constexpr auto kRelayFields = options(kRelayAddress);
constexpr auto kRelay = opt::records<kRelayFields>("relay").live().help(
    "the relays that clients are sent to, in turn; none: this host, by the address that the client used");
constexpr auto kAlwaysRelay = opt::flag("always_relay", "false").live().help("no direct connections between sites");
constexpr auto kLan =
    opt::network("lan", "").list().live().help("peers in these networks meet by their local addresses");
constexpr auto kMaxPending =
    opt::count("max_pending", "20000").range(1, 1 << 24).live().help("requests that wait for B's answer at once");
constexpr auto kAnswerTimeout = opt::duration("answer_timeout", "30s")
                                    .range(1'000'000'000, 600'000'000'000)
                                    .live()
                                    .help("how long a request waits for B's answer");
constexpr auto kForeignWait =
    opt::duration("foreign_answer_wait", "1s")
        .range(0, 60'000'000'000)
        .live()
        .help("how long an answer that comes from another address than B's waits for one from B's own");
constexpr const char* kUnaskedChoices[] = {"limit", "refuse", nullptr};
constexpr auto kUnaskedRelay =
    opt::choice("unasked_relay", "limit", kUnaskedChoices)
        .live()
        .help("a RequestRelay without a PunchHoleRequest in the last 2 minutes: at a limited rate, or never");
constexpr auto kUnaskedRate =
    opt::count("unasked_relay_rate", "20").range(1, 1 << 20).live().help("how many such a second, in all");
constexpr auto kMaxGrants = opt::count("max_grants", "100000")
                                .range(1, 1 << 24)
                                .live()
                                .help("accepted PunchHoleRequests that are remembered for RequestRelay");
constexpr auto kAuthTimeout =
    opt::duration("auth_timeout", "5s").range(1'000'000, 60'000'000'000).help("silence of an auth/1 provider is a no");

constexpr Duration kTick = std::chrono::milliseconds{100};

/// What an operator acts on is shown; what any stranger can send at will is for debugging.
uint32_t level_of(Reason why) {
  switch (why) {
    case Reason::kStorage:
    case Reason::kFull:
      return JCT_LOG_WARNING;
    case Reason::kWrongKey:
    case Reason::kDenied:
    case Reason::kUnknownId:
    case Reason::kOffline:
    case Reason::kNotAsked:
    case Reason::kPushFailed:
      return JCT_LOG_INFO;
    default:
      return JCT_LOG_DEBUG;
  }
}

/// A bound on what a stranger may write into one line.
std::string_view cut(std::string_view text) { return text.substr(0, 100); }

}  // namespace

class Holepunch final : public PuncherPorts {
 public:
  static constexpr auto kOptions = options(kRelay, kAlwaysRelay, kLan, kMaxPending, kAnswerTimeout, kForeignWait,
                                           kUnaskedRelay, kUnaskedRate, kMaxGrants, kAuthTimeout);

  Holepunch(Host& host, const Config& config);
  void start();
  void reload(const Config& config);
  void drain(const Done& done);
  void stop();

  // ---- PuncherPorts ----
  Duration now() const override { return host_.now(); }
  uint32_t salt() const override { return static_cast<uint32_t>(host_.wall()); }
  void check(const jct_auth_request& request, Decided done) override;
  void look_up(std::string_view id, uint32_t want, Found done) override { peers_.lookup(id, want, std::move(done)); }
  std::string sign(std::string_view message) override { return keys_.sign(message); }
  jct_status send(const jct_channel& to, uint32_t kind, const google::protobuf::MessageLite& message) override {
    return signal_.send(to, kind, message.SerializeAsString());
  }
  void refused(Reason why, const jct_channel& from, std::string_view id, std::string_view detail) override;

 private:
  using Handler = jct_status (Puncher::*)(const jct_channel&, std::string_view);
  template <class Message, Handler kHandler>
  void serve();
  void unserve();
  Policy policy_of(const Config& config) const;
  std::vector<wire::Address> relay_sockets() const;

  Host& host_;
  Signal signal_;
  Peers peers_;
  Keys keys_;
  AuthChain auth_;
  std::optional<Service<jct_relay_service>> relay_;
  std::array<Metric, static_cast<size_t>(Reason::kCount)> refused_;
  Metric pending_gauge_;
  uint16_t relay_port_;
  Puncher puncher_;
  Config config_;  // valid until the next reload
  std::vector<uint32_t> served_;
  Timer ticker_;
};

namespace {

Puncher::Bounds bounds_of(const Config& config) {
  Puncher::Bounds bounds;
  bounds.pending = {static_cast<size_t>(config[kMaxPending]), config[kAnswerTimeout], config[kForeignWait]};
  bounds.max_grants = static_cast<size_t>(config[kMaxGrants]);
  bounds.unasked_relays = static_cast<double>(config[kUnaskedRate]);
  return bounds;
}

}  // namespace

Holepunch::Holepunch(Host& host, const Config& config)
    : host_{host},
      signal_{host},
      peers_{host},
      keys_{host},
      auth_{host, config[kAuthTimeout]},
      relay_{Service<jct_relay_service>::optional(host, JCT_RELAY_SERVICE)},
      pending_gauge_{host.gauge("pending", nullptr, "requests that wait for B's answer")},
      relay_port_{static_cast<uint16_t>(config.base_port() + 1)},
      puncher_{*this, bounds_of(config)},
      config_{config} {
  for (size_t i = 0; i < refused_.size(); ++i) {
    const std::string label = std::string{"reason="} + kReasonWords[i];
    refused_[i] = host.counter("refused", label.c_str(), "requests and answers refused, by reason");
  }
}

void Holepunch::start() {
  wire::silence_protobuf();  // what the network sends wrong is counted, not printed
  puncher_.set_policy(policy_of(config_));
  serve<hbb::PunchHoleRequest, &Puncher::punch_hole_request>();
  serve<hbb::RequestRelay, &Puncher::request_relay>();
  serve<hbb::PunchHoleSent, &Puncher::answered<hbb::PunchHoleSent>>();
  serve<hbb::LocalAddr, &Puncher::answered<hbb::LocalAddr>>();
  serve<hbb::RelayResponse, &Puncher::answered<hbb::RelayResponse>>();
  ticker_ = host_.every(kTick, [this] {
    puncher_.tick();
    pending_gauge_.set(static_cast<int64_t>(puncher_.pending()));
  });
}

void Holepunch::reload(const Config& config) {
  config_ = config;
  puncher_.configure(bounds_of(config));
  puncher_.set_policy(policy_of(config));
}

Policy Holepunch::policy_of(const Config& config) const {
  Policy policy;
  policy.push.always_relay = config[kAlwaysRelay];
  for (const std::string& text : config[kLan]) {
    if (const auto network = wire::Network::parse(text)) policy.push.lan.push_back(*network);
  }
  std::vector<std::string> advertised;
  for (const Config& relay : config.records(kRelay)) advertised.push_back(relay[kRelayAddress]);
  policy.relay = RelayChoice{std::move(advertised), relay_sockets(), relay_port_};
  policy.refuse_unasked_relay = config[kUnaskedRelay] == "refuse";
  return policy;
}

/// Known from start on: the relay starts before this plugin.
std::vector<wire::Address> Holepunch::relay_sockets() const {
  std::vector<wire::Address> sockets;
  if (!relay_) return sockets;
  std::array<jct_addr, 16> raw{};
  uint64_t count = 0;
  if (relay_->table.addresses(relay_->self, raw.data(), raw.size(), &count) != JCT_OK) return sockets;
  for (size_t i = 0; i < std::min<uint64_t>(count, raw.size()); ++i) sockets.push_back(wire::from_abi(raw[i]));
  return sockets;
}

template <class Message, Holepunch::Handler kHandler>
void Holepunch::serve() {
  const auto handler = [](void* self, const jct_channel* from, uint32_t, jct_bytes inner) -> jct_status {
    auto* plugin = static_cast<Holepunch*>(self);
    jct_status answer = JCT_E_FAULT;
    const jct_status status =
        plugin->host_.inside("message", [&] { answer = (plugin->puncher_.*kHandler)(*from, view(inner)); });
    return status == JCT_OK ? answer : status;
  };
  const auto& signal = signal_.raw();
  const uint32_t kind = wire::kKindOf<Message>;
  require(signal.table.handle(signal.self, kind, handler, this),
          "signal/1: another plugin serves kind " + std::to_string(kind));
  served_.push_back(kind);
}

void Holepunch::unserve() {
  const auto& signal = signal_.raw();
  for (const uint32_t kind : std::exchange(served_, {})) signal.table.unhandle(signal.self, kind, this);
}

/// Who takes over needs the kinds before this object is gone. What is pending is not waited for: B's answer and A's
/// next try find the next server or none.
void Holepunch::drain(const Done& done) {
  unserve();
  done();
}

void Holepunch::stop() {
  unserve();
  ticker_.cancel();
}

void Holepunch::check(const jct_auth_request& request, Decided done) {
  auth_.check(request, [done = std::move(done)](const Verdict& verdict) {
    done({verdict.allowed, verdict.reason, verdict.text});
  });
}

void Holepunch::refused(Reason why, const jct_channel& from, std::string_view id, std::string_view detail) {
  refused_[static_cast<size_t>(why)].add();
  const uint32_t level = level_of(why);
  if (!host_.logs(level)) return;
  host_.log(
      level, "holepunch.refused",
      {{"reason", word(why)}, {"peer", wire::from_abi(from.peer).text()}, {"id", cut(id)}, {"rule", cut(detail)}});
}

}  // namespace junctor::holepunch

JUNCTOR_PLUGIN(junctor::holepunch::Holepunch, "holepunch", "connects two peers: punching, local addresses, relay",
               needs("signal/1", "peers/1", "keys/1", "*auth/1", "?relay/1"), parallel())
