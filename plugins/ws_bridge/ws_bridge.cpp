// SPDX-License-Identifier: Apache-2.0
// The ws_bridge plugin: descriptor and wiring. PARALLEL; the connections of a loop live on that loop.
#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "junctor/claims.hpp"
#include "junctor/http.hpp"
#include "options.hpp"
#include "shared.hpp"
#include "wire/kinds.hpp"

namespace junctor::ws_bridge {
namespace {

class WsBridge {
 public:
  static constexpr auto kOptions =
      options(kListen, kListenRelay, kListenShared, kUpgrades, kTrustedProxies, kHandshakeTimeout, kCloseTimeout,
              kHeadMax, kMessageMax, kRelayMessageMax, kGatherMax, kGatherPerClient, kGatherTime, kOrigins);

  WsBridge(Host& host, const Config& config) : host_{host}, shared_{host, Settings::from(config)} {
    if (!shared_.signal && !shared_.relay) {
      throw Error{JCT_E_CONFIG, "ws_bridge serves [rendezvous], [relay] or both; neither is configured"};
    }
    if (config[kUpgrades]) server_ = http::Server::optional(host, config);
    shared_.last_gone = [this] { host_.post(host_.home_loop(), [this] { tell_if_idle(); }); };
  }

  static void claims(const Config& config, const Claims& claims) {
    if (!config[kUpgrades]) return;
    for (const char* path : {"/ws/id", "/ws/id/", "/ws/relay", "/ws/relay/"}) {
      claims.route(JCT_HTTP_GET, path, kUpgrades.raw.name);
    }
  }

  void start() {
    wire::silence_protobuf();  // what the network sends wrong is counted, not printed
    if (shared_.signal) listen(kListen.raw, Purpose::kSignal, &signal_);
    if (shared_.relay) listen(kListenRelay.raw, Purpose::kRelay, &relay_);
    listen(kListenShared.raw, Purpose::kByPath, &both_);
    if (shared_.signal) route("/ws/id", Purpose::kSignal);
    if (shared_.relay) route("/ws/relay", Purpose::kRelay);
  }

  void reload(const Config& config) {
    each_loop([settings = Settings::from(config)](LoopState& loop) {
      loop.settings = settings;
      loop.proxies = http::Proxies{settings.trusted_proxies};
    });
  }

  void drain(Done done) {
    close_listeners();
    done_ = std::move(done);
    each_loop([](LoopState& loop) {
      for (const auto& [connection, owned] : loop.connections) connection->drain();
    });
    tell_if_idle();
  }

  void stop() {
    close_listeners();
    if (server_) server_->close();
  }

 private:
  /// An empty list is a listener that is switched off.
  void listen(const jct_option& option, Purpose purpose, Listener* out) {
    try {
      *out = Listener{host_, Option<ListenerValue>{option}, [this, purpose](Stream stream, const jct_conn_info& info) {
                        accept(std::move(stream), info, purpose);
                      }};
    } catch (const Error& e) {
      if (e.code() != JCT_E_NOT_FOUND) throw;
    }
  }

  void close_listeners() {
    for (Listener* listener : {&signal_, &relay_, &both_}) listener->close();
  }

  void accept(Stream stream, const jct_conn_info& info, Purpose purpose) {
    auto connection = std::make_unique<Connection>(shared_, purpose, info);
    if (connection->open(std::move(stream))) keep(std::move(connection));
  }

  /// On the site's HTTP server, which takes whoever is refused.
  void route(const char* path, Purpose purpose) {
    if (!server_) return;
    for (const std::string& one : {std::string{path}, path + std::string{"/"}}) {
      server_->get(one, [this, purpose](const http::Exchange& exchange) { upgrade(exchange, purpose); },
                   {.flags = JCT_HTTP_ROUTE_DIRECT});
    }
  }

  void upgrade(const http::Exchange& exchange, Purpose purpose) {
    const jct_http_request& request = exchange.request();
    http::Head head;
    head.method = request.method;
    head.fields.assign(request.headers, request.headers + request.header_count);
    const Upgrade judged = judge(head, port_is(purpose), shared_.here().settings.origins);
    if (judged.status != 101) {
      shared_.traffic.refused(reason_of(judged), exchange.client());
      exchange.answer(answer_of(judged));
      return;
    }
    const jct_addr client = exchange.client();
    Stream stream = exchange.take(answer_of(judged));
    if (!stream) return;
    auto connection = std::make_unique<Connection>(shared_, purpose, stream.info());
    if (connection->open_upgraded(std::move(stream), client)) keep(std::move(connection));
  }

  void keep(std::unique_ptr<Connection> connection) {
    shared_.open.fetch_add(1);
    Connection* key = connection.get();
    shared_.here().connections[key] = std::move(connection);
  }

  template <class Fn>
  void each_loop(const Fn& fn) {
    for (uint32_t i = 0; i < shared_.loops.size(); ++i) {
      host_.post(i, [loop = shared_.loops[i].get(), fn] { fn(*loop); });
    }
  }

  /// [home]
  void tell_if_idle() {
    if (done_ && shared_.open.load() == 0) (*done_)();
  }

  Host& host_;
  Shared shared_;
  std::unique_ptr<http::Server> server_;
  Listener signal_;
  Listener relay_;
  Listener both_;
  std::optional<Done> done_;  // home loop
};

}  // namespace
}  // namespace junctor::ws_bridge

JUNCTOR_CLAIMING_PLUGIN(junctor::ws_bridge::WsBridge, "ws_bridge",
                        "signalling and relay over WebSocket, for browsers and clients behind proxies",
                        needs("?signal/1", "?relay/1", "?http/1"), parallel())
