// SPDX-License-Identifier: Apache-2.0
// The metrics plugin: Prometheus text and health probes over HTTP, on threads of its own. Constructor, start, stop:
// [control]; pages: the web server's threads; the tick: the home loop.
#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "exposition.hpp"
#include "guard.hpp"
#include "health.hpp"
#include "junctor/plugin.hpp"
#include "options.hpp"
#include "web_server.hpp"

namespace junctor::metrics {
namespace {

constexpr Duration kTick = std::chrono::milliseconds{100};

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

}  // namespace

class MetricsPlugin {
 public:
  static constexpr auto kOptions = options(kListen, kAllow, kTokenFile, kThreads, kWaiting, kTimeout, kProbeTimeout);

  MetricsPlugin(Host& host, const Config& config)
      : host_{host},
        health_{host},
        rules_{std::make_shared<const Rules>(Rules{guard_of(config), config[kProbeTimeout]})},
        address_{config[kListen]},
        scrapes_{host.counter("scrapes", nullptr, "times that /metrics was read")},
        scrape_time_{host.histogram("scrape_time", nullptr, "gathering and writing one answer to /metrics")},
        left_out_{host.gauge("left_out", nullptr, "metrics that the last scrape could not show: a clash of names")} {
    shape_.threads = static_cast<int>(config[kThreads]);
    shape_.waiting = static_cast<int>(config[kWaiting]);
    shape_.timeout = config[kTimeout];
    for (const char* reason : {"network", "token", "method", "not_found", "timeout", "gone"}) {
      refused_[reason] = host.counter("refused", (std::string{"reason="} + reason).c_str(), "requests refused");
    }
  }

  void start() {
    server_ = std::make_unique<WebServer>(
        address_, shape_,
        WebServer::Events{[this](const wire::Address& client) { return rules()->guard.allows(client); },
                          [this](const Question& question) { return answer(question); },
                          [this](const char* reason) { refused_.at(reason).add(); }});
    host_.info("metrics.listening", {{"address", server_->address()}});
    ticker_ = host_.every(kTick, [this] { server_->tick(); });
  }

  void check(const Config& candidate) const { guard_of(candidate); }
  void reload(const Config& config) { set(Rules{guard_of(config), config[kProbeTimeout]}); }

  /// Probes are answered to the end of a drain: that a server is not ready is what they ask. A successor that wants the
  /// address gets it with stop().
  void stop() {
    ticker_.cancel();
    server_.reset();
  }

 private:
  struct Rules {
    Guard guard;
    Duration probe_timeout;
  };

  std::shared_ptr<const Rules> rules() const {
    const std::lock_guard lock{mutex_};
    return rules_;
  }
  void set(Rules rules) {
    auto fresh = std::make_shared<const Rules>(std::move(rules));
    const std::lock_guard lock{mutex_};
    rules_ = std::move(fresh);
  }

  Page answer(const Question& question) {
    Page page;
    const jct_status status = host_.guarded("page", [&] { page = page_for(question); });
    if (status != JCT_OK) page = {500, "text/plain; charset=utf-8", "the request failed; see the log\n", ""};
    return page;
  }

  Page page_for(const Question& question) {
    if (question.path == "/metrics") return metrics_page(question);
    if (question.path == "/healthz") return health_page(health_.alive(rules()->probe_timeout));
    if (question.path == "/readyz") return health_page(health_.ready(rules()->probe_timeout));
    if (question.path == "/") return {200, "text/plain; charset=utf-8", kIndex, ""};
    refused_.at("not_found").add();
    return {404, "text/plain; charset=utf-8", "nothing is here; / says what there is\n", ""};
  }

  static Page health_page(const Verdict& verdict) {
    return {verdict.good ? 200 : 503, "text/plain; charset=utf-8", verdict.text, ""};
  }

  Page metrics_page(const Question& question) {
    if (!rules()->guard.knows(question.authorization)) {
      refused_.at("token").add();
      return {401, "text/plain; charset=utf-8", "a bearer token is wanted\n", "Bearer realm=\"junctor\""};
    }
    const Duration begun = std::chrono::steady_clock::now().time_since_epoch();
    const Format format = format_for(question.accept);
    Exposition exposition;
    host_.read_metrics([&](const jct_metric_row& row) { exposition.add(row); });
    Page page{200, content_type(format), exposition.text(format), ""};
    scrapes_.add();
    left_out_.set(static_cast<int64_t>(exposition.left_out()));
    scrape_time_.observe(std::chrono::steady_clock::now().time_since_epoch() - begun);
    return page;
  }

  Host& host_;
  Health health_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Rules> rules_;
  std::string address_;
  WebServer::Shape shape_;
  Metric scrapes_;
  Metric scrape_time_;
  Metric left_out_;
  std::map<std::string, Metric> refused_;  // by reason; complete after the constructor
  Timer ticker_;
  std::unique_ptr<WebServer> server_;
};

}  // namespace junctor::metrics

JUNCTOR_PLUGIN(junctor::metrics::MetricsPlugin, "metrics", "metrics for Prometheus, and health probes",
               needs("?storage/1"))
