// SPDX-License-Identifier: Apache-2.0
// The plugin: options and services wired to the logic. Constructor, start, stop: [control]; handlers: every loop.
#include <algorithm>
#include <atomic>
#include <utility>

#include "commands.hpp"
#include "junctor/auth.hpp"
#include "junctor/plugin.hpp"
#include "junctor/service/tickets.h"
#include "junctor/services.hpp"
#include "options.hpp"
#include "puncher.hpp"
#include "relay_health.hpp"
#include "wire/dialled.hpp"
#include "wire/kinds.hpp"

namespace junctor::holepunch {

namespace {

constexpr Duration kTick = std::chrono::milliseconds{100};  // of requests that wait
constexpr Duration kLook = std::chrono::seconds{1};         // at relays and figures

/// What an operator acts on is shown; what any stranger can send at will is for debugging.
uint32_t level_of(Reason why) {
  switch (why) {
    case Reason::kStorage:
    case Reason::kFull:
    case Reason::kNoRelay:
    case Reason::kUnsigned:
      return JCT_LOG_WARNING;
    case Reason::kWrongKey:
    case Reason::kDenied:
    case Reason::kUnknownId:
    case Reason::kOffline:
    case Reason::kNotAsked:
    case Reason::kForeignRelay:
    case Reason::kPushFailed:
    case Reason::kTooManyRequests:
    case Reason::kTooManyPushes:
      return JCT_LOG_INFO;
    default:
      return JCT_LOG_DEBUG;
  }
}

/// Longer than A waits for an answer (18 s, protocol.md 6.5) and a first side for the second (30 s) together.
constexpr Duration kTicketTime = std::chrono::seconds{60};

/// A bound on what a stranger may write into one line.
std::string_view cut(std::string_view text) { return text.substr(0, 100); }

}  // namespace

class Holepunch final : public PuncherPorts {
 public:
  static constexpr auto kOptions = options(
      kRelay, kHealth, kHealthInterval, kHealthTimeout, kAlwaysRelay, kLan, kLearnedFor, kLearnedAfter, kLearnedRetry,
      kMaxLearned, kMaxPending, kAnswerTimeout, kForeignWait, kUnaskedRelay, kUnaskedRate, kMaxGrants, kMaxSigned,
      kRequestsPerAddress, kRequestsPerId, kRequests, kPushesPerAddress, kLostAnswers, kLimitExempt, kAuthTimeout);

  Holepunch(Host& host, const Config& config);
  void start();
  static void verify(const Config& config) { relays_of(config, {}, false); }
  void check(const Config& candidate) const;
  void reload(const Config& config);
  void drain(const Done& done);
  void stop();

  // ---- PuncherPorts ----
  Duration now() const override { return host_.now(); }
  uint32_t salt() const override { return static_cast<uint32_t>(host_.wall()); }
  void check(const jct_auth_request& request, Decided done) override;
  void look_up(std::string_view id, uint32_t want, Found done) override { peers_.lookup(id, want, std::move(done)); }
  std::string licence_key() const override { return keys_.public_text(); }
  std::string sign(std::string_view message) override { return keys_.sign(message); }
  bool can_sign() const override { return keys_.can_sign(); }
  jct_status send(const jct_channel& to, uint32_t kind, const google::protobuf::MessageLite& message) override {
    return signal_.send(to, kind, message.SerializeAsString());
  }
  void refused(Reason why, const jct_channel& from, std::string_view id, std::string_view detail,
               std::string_view user) override;
  void ended(const Asked& asked, Outcome outcome) override;
  void answers_cut_off(const jct_channel& from) override;
  void waits() override;
  void noted(Note note) override { notes_[static_cast<size_t>(note)].add(); }
  void allowed_session(const Meeting& meeting, std::string_view uuid, std::string_view id) override {
    expect(meeting.relay ? meeting.relay->spec().name : "", uuid, id);
  }

 private:
  using Handler = jct_status (Puncher::*)(const jct_channel&, std::string_view);
  template <class Message, Handler kHandler>
  void serve();
  void unserve();
  void apply(const Config& config);
  void warn_of_relays();
  void show_fills();
  std::vector<wire::Address> relay_sockets() const;
  void expect(const std::string& relay, std::string_view uuid, std::string_view id) const;
  bool tickets_get_through(const std::string& relay) const;

  Host& host_;
  Signal signal_;
  Peers peers_;
  Keys keys_;
  AuthChain auth_;
  std::optional<Service<jct_relay_service>> relay_;
  std::vector<Service<jct_tickets_service>> tickets_;  // of relays on other hosts
  std::array<Metric, static_cast<size_t>(Reason::kCount)> refused_;
  std::array<std::array<Metric, kOutcomeWords.size()>, kWayWords.size()> punches_;  // by way and outcome
  std::array<Metric, 3> notes_;                                                     // by Note
  Metric unreachable_gauge_;
  Metric pending_gauge_;
  Metric learned_gauge_;
  Fill pending_fill_, grants_fill_, learned_fill_;
  uint16_t relay_port_;
  Puncher puncher_;
  RelayHealth health_;
  std::vector<RelayPtr> relays_;
  Config config_;  // valid until the next reload
  std::vector<uint32_t> served_;
  Timer ticker_;
  Timer waits_;  // while a request waits for its answer
  std::atomic<bool> waiting_{false};
};

namespace {

Limits::Secret random_secret(const Host& host) {
  Limits::Secret secret{};
  host.random(secret.data(), secret.size());
  return secret;
}

}  // namespace

Holepunch::Holepunch(Host& host, const Config& config)
    : host_{host},
      signal_{host},
      peers_{host},
      keys_{host},
      auth_{host, config[kAuthTimeout]},
      relay_{Service<jct_relay_service>::optional(host, JCT_RELAY_SERVICE)},
      notes_{host.counter("without_relay", nullptr, "punches that went out while no relay took sessions"),
             host.counter("learned", nullptr, "punches that failed, so that their addresses relay from now on"),
             host.counter("not_learned", nullptr, "the same, but max_learned was reached")},
      unreachable_gauge_{host.gauge("warning", "reason=relay_unreachable", "1 while this about the site will hurt it")},
      pending_gauge_{host.gauge("pending", nullptr, "requests that wait for B's answer")},
      learned_gauge_{host.gauge("learned_pairs", nullptr, "pairs of addresses that are sent to the relay at once")},
      pending_fill_{host, "limit=max_pending"},
      grants_fill_{host, "limit=max_grants"},
      learned_fill_{host, "limit=max_learned"},
      relay_port_{static_cast<uint16_t>(config.base_port() + 1)},
      puncher_{*this, bounds_of(config), random_secret(host)},
      health_{host,
              keys_,
              {[this](const std::string& relay, const std::string& uuid) { expect(relay, uuid, ""); },
               [this](const std::string& relay) { return tickets_get_through(relay); }}},
      relays_{relays_of(config, {}, relay_.has_value())},
      config_{config} {
  for (const jct_service_ref& ref : host.find_all(JCT_TICKETS_SERVICE)) {
    tickets_.push_back(Service<jct_tickets_service>::adopt(ref));
  }
  for (size_t i = 0; i < refused_.size(); ++i) {
    const std::string label = std::string{"reason="} + kReasonWords[i];
    refused_[i] = host.counter("refused", label.c_str(), "requests and answers refused, by reason");
  }
  for (size_t way = 0; way < punches_.size(); ++way) {
    for (size_t i = 0; i < kOutcomeWords.size(); ++i) {
      const std::string label = std::string{"way="} + kWayWords[way] + ",result=" + kOutcomeWords[i];
      punches_[way][i] =
          host.counter("punches", label.c_str(), "requests that were pushed to B, by what A asked for and what came");
    }
  }
  host.command(
      "relays", "relays [drain NAME | undrain NAME]: where clients are sent to, and what works",
      [this](std::string_view args, const Reply& reply) { relays_command(host_, health_.watch(), args, reply); });
  host.command("punches", "punches [clear [ADDRESS]]: addresses between which TCP punching failed",
               [this](std::string_view args, const Reply& reply) {
                 punches_command(puncher_.learned(), host_.now(), args, reply);
               });
}

void Holepunch::start() {
  wire::silence_protobuf();  // what the network sends wrong is counted, not printed
  apply(config_);
  serve<hbb::PunchHoleRequest, &Puncher::punch_hole_request>();
  serve<hbb::RequestRelay, &Puncher::request_relay>();
  serve<hbb::PunchHoleSent, &Puncher::answered<hbb::PunchHoleSent>>();
  serve<hbb::LocalAddr, &Puncher::answered<hbb::LocalAddr>>();
  serve<hbb::RelayResponse, &Puncher::answered<hbb::RelayResponse>>();
  health_.tick();
  ticker_ = host_.every(kLook, [this] {
    puncher_.tick();
    health_.tick();
    show_fills();
  });
}

/// [loop] Of any; the timer is the home loop's.
void Holepunch::waits() {
  if (waiting_.exchange(true)) return;
  host_.post(host_.home_loop(), [this] {
    waits_ = host_.every(kTick, [this] {
      puncher_.tick();
      if (puncher_.pending() > 0) return;
      waiting_ = false;
      if (puncher_.pending() > 0 && !waiting_.exchange(true)) return;  // one that came in between
      waits_.cancel();
    });
  });
}

void Holepunch::show_fills() {
  const size_t pending = puncher_.pending();
  const size_t learned = puncher_.learned().size();
  pending_gauge_.set(static_cast<int64_t>(pending));
  learned_gauge_.set(static_cast<int64_t>(learned));
  pending_fill_.set(pending, static_cast<size_t>(config_[kMaxPending]));
  grants_fill_.set(puncher_.granted(host_.now()), static_cast<size_t>(config_[kMaxGrants]));
  learned_fill_.set(learned, static_cast<size_t>(config_[kMaxLearned]));
}

void Holepunch::check(const Config& candidate) const { relays_of(candidate, {}, relay_.has_value()); }

void Holepunch::reload(const Config& config) {
  config_ = config;
  puncher_.configure(bounds_of(config));
  relays_ = relays_of(config, relays_, relay_.has_value());
  apply(config);
}

void Holepunch::apply(const Config& config) {
  Policy policy = policy_of(config);
  policy.relay = RelayChoice{relays_, relay_sockets(), relay_port_};
  puncher_.set_policy(std::move(policy));
  warn_of_relays();
  health_.apply(relays_, config[kHealth] ? config[kHealthInterval] : Duration::zero(), config[kHealthTimeout]);
}

/// A site inside one network may mean it: a warning, once for each start and reload.
void Holepunch::warn_of_relays() {
  bool any = false;
  for (const RelayPtr& relay : relays_) {
    const std::string why = relay->is_this_host() ? "" : wire::dialling_fault(relay->spec().address);
    if (why.empty()) continue;
    any = true;
    host_.warning("holepunch.relay_unreachable",
                  {{"relay", relay->spec().name},
                   {"address", relay->spec().address},
                   {"detail", why},
                   {"hint", "give the address that clients dial; `address_for` is for those inside the network"}});
  }
  unreachable_gauge_.set(any ? 1 : 0);
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

/// [any] A ticket at this host's own relay (relay/1 expect) and at `relay`, where that is on another host (tickets/1).
/// It matters where a relay asks for them.
void Holepunch::expect(const std::string& relay, std::string_view uuid, std::string_view id) const {
  if (uuid.empty()) return;
  const auto life = static_cast<uint64_t>(kTicketTime.count());
  jct_status status = JCT_OK;
  if (relay_ && relay_->table.expect != nullptr) {
    status = relay_->table.expect(relay_->self, str(uuid), str(id), life);
  }
  for (const auto& tickets : tickets_) {
    const jct_status told = tickets.table.announce(tickets.self, str(relay), str(uuid), str(id), life);
    if (told != JCT_OK && told != JCT_E_NOT_FOUND) status = told;
  }
  if (status != JCT_OK) host_.debug("holepunch.no_ticket", {{"id", cut(id)}, {"status", status_text(status)}});
}

bool Holepunch::tickets_get_through(const std::string& relay) const {
  return std::all_of(tickets_.begin(), tickets_.end(),
                     [&](const auto& tickets) { return tickets.table.usable(tickets.self, str(relay)) != 0; });
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
  waits_.cancel();
}

void Holepunch::check(const jct_auth_request& request, Decided done) {
  auth_.check(request, [done = std::move(done)](const Verdict& verdict) {
    const AuthGrant& grant = verdict.grant;
    done({verdict.allowed, verdict.reason, verdict.text, verdict.as_unknown, grant.user, grant.control_permissions,
          grant.conn_audit_ref, grant.feedback});
  });
}

void Holepunch::refused(Reason why, const jct_channel& from, std::string_view id, std::string_view detail,
                        std::string_view user) {
  refused_[static_cast<size_t>(why)].add();
  const uint32_t level = level_of(why);
  if (!host_.heeds(level)) return;
  host_.event(level, "holepunch.refused",
              {{"reason", word(why)},
               {"peer", wire::from_abi(from.peer).text()},
               {"id", cut(id)},
               {"rule", cut(detail)},
               {"user", cut(user)}});
}

void Holepunch::answers_cut_off(const jct_channel& from) {
  host_.event(
      JCT_LOG_WARNING, "holepunch.answers_cut_off",
      {{"reason", word(Reason::kTooManyAnswers)},
       {"peer", wire::from_abi(from.peer).text()},
       {"hint", "it answers requests that nobody has made, as somebody does who searches for clients that wait"}});
}

void Holepunch::ended(const Asked& asked, Outcome outcome) {
  const auto way = static_cast<size_t>(asked.what);
  punches_[way][static_cast<size_t>(outcome)].add();
  if (!host_.heeds(JCT_LOG_DEBUG)) return;
  host_.event(JCT_LOG_DEBUG, "holepunch.punch",
              {{"id", cut(asked.id)},
               {"a", wire::from_abi(asked.a.peer).text()},
               {"b", wire::from_abi(asked.b.peer).text()},
               {"way", kWayWords[way]},
               {"result", kOutcomeWords[static_cast<size_t>(outcome)]},
               {"user", cut(asked.user)}});
}

}  // namespace junctor::holepunch

JUNCTOR_PLUGIN(junctor::holepunch::Holepunch, "holepunch", "connects two peers: punching, local addresses, relay",
               needs("signal/1", "peers/1", "keys/1", "*auth/1", "?relay/1", "*tickets/1"), parallel())
