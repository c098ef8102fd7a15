// SPDX-License-Identifier: Apache-2.0
// The http plugin: descriptor and wiring. PARALLEL; the connections of a loop live on that loop.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connection.hpp"
#include "core.hpp"
#include "junctor/claims.hpp"
#include "options.hpp"
#include "overview.hpp"
#include "service.hpp"
#include "signal_calls.hpp"
#include "wire/kinds.hpp"

namespace junctor::http {
namespace {

constexpr Duration kAuthPatience = std::chrono::seconds{1};  // of who does not answer at once: it counts as a yes
constexpr Duration kTick = std::chrono::milliseconds{100};
constexpr size_t kTurns = 10;     // of ticks: each connection is looked at once a second
constexpr size_t kAtOnce = 2000;  // where rules have changed: so many wait for no turn
constexpr Duration kGauges = std::chrono::seconds{1};

class HttpPlugin {
 public:
  static constexpr auto kOptions =
      options(kListen, kListenRedirect, kTrustedProxies, kClientHeader, kStripPrefix, kSignalling, kHeadMax, kFieldsMax,
              kBodyMax, kBodyMemory, kBodyMemoryPerClient, kHeadTimeout, kBodyTimeout, kIdleTimeout, kAnswerTimeout,
              kWriteTimeout, kMaxExchanges, kStreamBuffer, kGzipMin, kGzipMax, kHsts);

  HttpPlugin(Host& host, const Config& config)
      : host_{host},
        core_{host,
              Settings::from(config),
              {static_cast<size_t>(config[kBodyMax]), config[kAnswerTimeout]},
              static_cast<size_t>(config[kStreamBuffer])},
        service_{core_},
        connections_{host.gauge("connections", nullptr, "connections of HTTP that are open")},
        exchanges_{host, "limit=max_exchanges"},
        body_memory_{host, "limit=body_memory"} {
    host.provide(JCT_HTTP_SERVICE, &Service::table(), &service_);
    signalling_ = config[kSignalling];
    const std::string command = config.instance() == "http" ? "http" : "http " + config.instance();
    host.command(command.c_str(), "routes of the HTTP server, with their owners and what they have served",
                 [this](std::string_view, Reply reply) { reply.ok(overview(core_, service_.addresses)); });
    core_.look_after = [this](LoopState& loop) {
      if (std::exchange(loop.ticks, true)) return;
      loop.now = host_.now();
      loop.ticker = host_.every(kTick, [this, &loop] { tick(loop); });
    };
    core_.last_gone = [this] { host_.post(host_.home_loop(), [this] { tell_if_idle(); }); };
  }

  void start() {
    core_.auth.emplace(host_, kAuthPatience);
    if (signalling_ && host_.find(JCT_SIGNAL_SERVICE)) {
      signal_.emplace(host_);
      calls_.emplace(core_, *signal_);
      take_signal_calls();
    }
    for (const auto& loop : core_.loops) loop->now = host_.now();
    gauges_ = host_.every(kGauges, [this] { show_gauges(); });
    listen(kListen, false, &listener_);
    listen(kListenRedirect, true, &redirecting_);
  }

  static void claims(const Config& config, const Claims& claims) {
    if (config[kSignalling]) claims.add(JCT_SIGNAL_SERVICE, "HttpProxyRequest", kSignalling.raw.name);
  }
  void check(const Config& candidate) const { Settings::from(candidate); }
  void reload(const Config& config) {
    each_loop([settings = Settings::from(config)](LoopState& loop) { loop.settings = settings; });
  }

  void drain(Done done) {
    close_listeners();
    stop_signal_calls();
    done_ = std::move(done);
    each_loop([this](LoopState& loop) {
      loop.draining = true;
      for (Connection* connection : loop.connections) connection->drain();
      host_.post(host_.home_loop(), [this] { tell_if_idle(); });
    });
  }

  void stop() {
    close_listeners();
    stop_signal_calls();
    gauges_.cancel();
    for (const auto& loop : core_.loops) loop->ticker.cancel();
  }

 private:
  /// An empty list is a listener that is switched off.
  void listen(const Option<std::vector<ListenerValue>>& option, bool redirects, Listener* out) {
    try {
      *out = Listener{
          host_, Option<ListenerValue>{option.raw},
          [this, redirects](Stream stream, const jct_conn_info& info) { accept(std::move(stream), info, redirects); }};
    } catch (const Error& e) {
      if (e.code() != JCT_E_NOT_FOUND) throw;
      return;
    }
    for (const jct_addr& address : bound_addresses(host_, out->handle())) service_.addresses.push_back(address);
  }

  void close_listeners() {
    listener_.close();
    redirecting_.close();
  }

  void accept(Stream stream, const jct_conn_info& info, bool redirects) {
    auto connection = std::make_unique<Connection>(core_, info, redirects);
    if (connection->open(std::move(stream))) static_cast<void>(connection.release());  // it goes with its stream
  }

  void take_signal_calls() {
    wire::silence_protobuf();  // what the network sends wrong is counted, not printed
    const auto handler = [](void* self, const jct_channel* channel, uint32_t, jct_bytes message) -> jct_status {
      auto* plugin = static_cast<HttpPlugin*>(self);
      jct_status answer = JCT_E_FAULT;
      const jct_status status =
          plugin->host_.inside("http call", [&] { answer = plugin->calls_->on_message(*channel, view(message)); });
      return status == JCT_OK ? answer : status;
    };
    const auto& raw = signal_->raw();
    const jct_status status = raw.table.handle(raw.self, kKind, handler, this);
    if (status == JCT_E_EXISTS) {
      throw Error{status, "another plugin answers API calls through signalling: set signalling = false here or there"};
    }
    require(status, "signal/1");
    serves_signal_ = true;
  }
  void stop_signal_calls() {
    if (std::exchange(serves_signal_, false)) signal_->raw().table.unhandle(signal_->raw().self, kKind, this);
  }

  void tick(LoopState& loop) {
    loop.now = host_.now();
    const uint64_t rules = core_.auth->changes();
    const bool changed = std::exchange(loop.rules, rules) != rules;
    if (calls_) calls_->look(loop.now);
    size_t turn = (loop.connections.size() + kTurns - 1) / kTurns;
    if (loop.draining) turn = loop.connections.size();
    if (changed) turn = std::max(turn, std::min(loop.connections.size(), kAtOnce));
    for (size_t i = 0; i < turn && !loop.connections.empty(); ++i) {
      if (loop.next_look >= loop.connections.size()) loop.next_look = 0;
      loop.connections[loop.next_look++]->look(loop.now);
    }
    if (!loop.connections.empty() || (calls_ && calls_->any())) return;
    loop.ticks = false;
    loop.ticker.cancel();
  }

  void show_gauges() {
    const LoopState& loop = *core_.loops[host_.home_loop()];
    connections_.set(static_cast<int64_t>(core_.connections.load()));
    exchanges_.set(core_.exchanges.count(), loop.settings.max_exchanges);
    body_memory_.set(core_.body_memory.total(), loop.settings.body_memory);
    if (done_) tell_if_idle();
  }

  template <class Fn>
  void each_loop(const Fn& fn) {
    for (uint32_t i = 0; i < core_.loops.size(); ++i) {
      host_.post(i, [loop = core_.loops[i].get(), fn] { fn(*loop); });
    }
  }

  /// [home]
  void tell_if_idle() {
    if (done_ && core_.connections.load() == 0 && core_.exchanges.count() == 0) (*done_)();
  }

  static constexpr uint32_t kKind = wire::kKindOf<hbb::HttpProxyRequest>;

  Host& host_;
  Core core_;
  Service service_;
  Timer gauges_;
  Metric connections_;
  Fill exchanges_;
  Fill body_memory_;
  std::optional<Signal> signal_;
  std::optional<SignalCalls> calls_;
  bool signalling_ = false;
  bool serves_signal_ = false;  // [control], and [home] in drain
  Listener listener_;
  Listener redirecting_;
  std::optional<Done> done_;  // home loop
};

}  // namespace
}  // namespace junctor::http

JUNCTOR_CLAIMING_PLUGIN(junctor::http::HttpPlugin, "http", "the site's HTTP server: API, pages, files, upgrades",
                        provides("http/1"), needs("~signal/1", "~*auth/1"), parallel())
