// SPDX-License-Identifier: Apache-2.0
// The metrics plugin: Prometheus text and health probes on http/1. Constructor, start, stop: [control]; routes: any
// loop; pages: the pool, as they wait.
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "exposition.hpp"
#include "guard.hpp"
#include "health.hpp"
#include "junctor/claims.hpp"
#include "junctor/http.hpp"
#include "options.hpp"
#include "wire/abi.hpp"

namespace junctor::metrics {
namespace {

/// Of routes on the plugin's own listener.
constexpr const char* kOwn = "listen";

constexpr const char* kIndex =
    "Junctor\n\n"
    "/metrics  for Prometheus: text 0.0.4, or OpenMetrics where the Accept header asks for it\n"
    "/healthz  200 while the process lives and its event loops turn, else 503\n"
    "/readyz   200 while every enabled plugin runs and storage answers, else 503\n";

Guard guard_of(const Config& config) {
  std::string path = config[kTokenFile];
  if (!path.empty() && path.front() != '/') path = config.data_dir() + "/" + path;
  return {config[kAllow], path.empty() ? std::string{} : read_token(path)};
}

http::Answer plain(std::string body, uint32_t status) {
  return http::text(std::move(body), status)
      .with("Cache-Control", "no-store")
      .with("X-Content-Type-Options", "nosniff");
}

http::Answer health_page(const Verdict& verdict) { return plain(verdict.text, verdict.good ? 200 : 503); }

}  // namespace

class MetricsPlugin {
 public:
  static constexpr auto kOptions = options(kListen, kAllow, kTokenFile, kProbeTimeout);

  MetricsPlugin(Host& host, const Config& config)
      : host_{host},
        server_{host, config},
        health_{host},
        rules_{std::make_shared<const Rules>(Rules{guard_of(config), config[kProbeTimeout]})},
        scrapes_{host.counter("scrapes", nullptr, "times that /metrics was read")},
        scrape_time_{host.histogram("scrape_time", nullptr, "gathering and writing one answer to /metrics")},
        left_out_{host.gauge("left_out", nullptr, "metrics that the last scrape could not show: a clash of names")} {
    for (const char* reason : {"network", "token", "busy"}) {
      refused_[reason] = host.counter("refused", (std::string{"reason="} + reason).c_str(), "requests refused");
    }
  }

  void start() {
    const std::string scope = listen() ? kOwn : "";
    if (!scope.empty()) route("/", scope, [](const http::Exchange&) { return plain(kIndex, 200); });
    route("/metrics", scope, [this](const http::Exchange& exchange) { return metrics_page(exchange); });
    route("/healthz", scope,
          [this](const http::Exchange&) { return health_page(health_.alive(rules()->probe_timeout)); });
    route("/readyz", scope,
          [this](const http::Exchange&) { return health_page(health_.ready(rules()->probe_timeout)); });
  }

  static void verify(const Config& config) { guard_of(config); }
  static void claims(const Config&, const Claims& claims) {
    if (!claims.is_empty(kListen)) return;  // on a listener of its own
    for (const char* path : {"/metrics", "/healthz", "/readyz"}) {
      claims.route(JCT_HTTP_GET, path, kListen.raw.name);
    }
  }
  void check(const Config& candidate) const { verify(candidate); }
  void reload(const Config& config) { set(Rules{guard_of(config), config[kProbeTimeout]}); }

  /// Probes are answered to the end of a drain: that a server is not ready is what they ask.
  void stop() {
    listener_.close();
    server_.close();
  }

 private:
  struct Rules {
    Guard guard;
    Duration probe_timeout;
  };
  using Page = std::function<http::Answer(const http::Exchange&)>;

  std::shared_ptr<const Rules> rules() const {
    const std::lock_guard lock{mutex_};
    return rules_;
  }
  void set(Rules rules) {
    auto fresh = std::make_shared<const Rules>(std::move(rules));
    const std::lock_guard lock{mutex_};
    rules_ = std::move(fresh);
  }
  bool allows(const jct_addr& client) const {
    if (rules()->guard.allows(wire::from_abi(client))) return true;
    refused_.at("network").add();
    return false;
  }

  /// False where the option is empty.
  bool listen() {
    try {
      listener_ = Listener{host_, Option<ListenerValue>{kListen.raw}, [this](Stream stream, const jct_conn_info& info) {
                             if (allows(info.peer)) server_.serve(std::move(stream), info, kOwn);
                           }};
    } catch (const Error& e) {
      if (e.code() != JCT_E_NOT_FOUND) throw;
      return false;
    }
    return !bound_addresses(host_, listener_.handle()).empty();
  }

  void route(const char* path, const std::string& scope, Page page) {
    server_.get(path, [this, page = std::move(page)](const http::Exchange& exchange) { make(page, exchange); },
                {.flags = JCT_HTTP_ROUTE_DIRECT, .scope = scope});
  }

  /// Off the loop: a page waits for loops and storage, or reads some hundred numbers.
  void make(const Page& page, const http::Exchange& exchange) {
    if (!allows(exchange.client())) {
      exchange.answer(plain("expected one of the networks in [metrics] allow\n", 403));
      return;
    }
    const jct_status status = host_.offload([page, exchange] { exchange.answer(page(exchange)); }, [] {});
    if (status == JCT_OK) return;
    refused_.at("busy").add();
    exchange.answer(plain("busy\n", 503));
  }

  http::Answer metrics_page(const http::Exchange& exchange) {
    if (!rules()->guard.knows(exchange.header("authorization"))) {
      refused_.at("token").add();
      return plain("a bearer token is wanted\n", 401).with("WWW-Authenticate", "Bearer realm=\"junctor\"");
    }
    const Duration begun = std::chrono::steady_clock::now().time_since_epoch();
    const Format format = format_for(exchange.header("accept"));
    Exposition exposition;
    host_.read_metrics([&](const jct_metric_row& row) { exposition.add(row); });
    http::Answer answer = plain(exposition.text(format), 200);
    answer.headers.front().second = content_type(format);
    scrapes_.add();
    left_out_.set(static_cast<int64_t>(exposition.left_out()));
    scrape_time_.observe(std::chrono::steady_clock::now().time_since_epoch() - begun);
    return answer;
  }

  Host& host_;
  http::Server server_;
  Health health_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Rules> rules_;
  Metric scrapes_;
  Metric scrape_time_;
  Metric left_out_;
  std::map<std::string, Metric> refused_;  // by reason; complete after the constructor
  Listener listener_;
};

}  // namespace junctor::metrics

JUNCTOR_CLAIMING_PLUGIN(junctor::metrics::MetricsPlugin, "metrics", "metrics for Prometheus, and health probes",
                        needs("http/1", "?storage/1"), parallel())
