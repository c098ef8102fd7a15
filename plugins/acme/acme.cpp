// SPDX-License-Identifier: Apache-2.0
// The acme plugin: certificates by RFC 8555 for listeners with `tls = { acme = true }`. Decides on its home loop; what
// talks to the authority or the disk runs on the pool, one step at a time.
#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "client.hpp"
#include "junctor/claims.hpp"
#include "junctor/http.hpp"
#include "keeper.hpp"
#include "options.hpp"
#include "shown.hpp"

namespace junctor::acme {
namespace {

constexpr Duration kTick = std::chrono::seconds{1};
constexpr Seconds kDaySeconds = 86'400;
constexpr Seconds kMostSleep = 60;
constexpr unsigned kRandoms = 100;
constexpr const char* kChallengePath = "/.well-known/acme-challenge/{token}";

std::string utc(Seconds time) {
  if (time <= 0) return "";
  const std::time_t seconds = time;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

/// What every step works with; outlives the instance where a step is under way.
struct Workshop {
  Workshop(const Host& host, Settings the_settings)
      : settings{std::move(the_settings)},
        state{settings.path},
        shown{host},
        client{settings.ca_file, settings.timeout} {}

  const Settings settings;
  State state;
  Shown shown;
  Client client;
  std::atomic<bool> stopping{false};
};

/// How a step ended.
struct Outcome {
  std::optional<Seconds> wait;                            ///< the order goes on then
  std::optional<Issued> issued;                           ///< done
  std::optional<Failure> failure;                         ///< or not
  std::string unpublished;                                ///< issued, and no listener can use it: why
  std::vector<std::pair<std::string, std::string>> done;  ///< what was done, and of what
};

/// One attempt: it keeps what the authority has told until it ends.
class Attempt {
 public:
  Attempt(std::shared_ptr<Workshop> workshop, const Host& host)
      : workshop_{std::move(workshop)},
        authority_{workshop_->settings.wish.directory_url,
                   [this](const Request& request) { return workshop_->client.send(request); },
                   [&host] { return static_cast<Seconds>(host.wall() / 1'000'000); }},
        procedure_{workshop_->settings.wish,
                   workshop_->state,
                   authority_,
                   workshop_->shown,
                   [this](const std::string& what, const std::string& detail) { now_.done.emplace_back(what, detail); },
                   [this] { return workshop_->stopping.load(); }} {}

  /// [pool]
  Outcome step() {
    now_ = {};
    try {
      if (!workshop_->state.claim()) {
        now_.wait = 1;
        return std::move(now_);
      }
      now_.wait = procedure_.go_on();
      if (!now_.wait) {
        now_.issued = workshop_->state.issued();
        if (now_.issued) now_.unpublished = workshop_->shown.publish(now_.issued->chain, now_.issued->key);
      }
    } catch (const Failure& e) {
      now_.failure = e;
    } catch (const CryptoError& e) {
      now_.failure = Failure{"bad_answer", e.what()};
    } catch (const Poco::Exception& e) {
      now_.failure = Failure{"bad_answer", e.displayText()};
    } catch (const std::exception& e) {
      now_.failure = Failure{"disk", e.what()};
    }
    if (now_.failure) workshop_->shown.clear();
    return std::move(now_);
  }

 private:
  std::shared_ptr<Workshop> workshop_;
  Authority authority_;
  Procedure procedure_;
  Outcome now_;
};

Settings settings_of(const Config& config) {
  Settings settings = Settings::from(config);
  try {
    const Client client{settings.ca_file, settings.timeout};
  } catch (const Poco::Exception& e) {
    throw Error{JCT_E_CONFIG, "ca_file: " + settings.ca_file + ": expected PEM certificates: " + e.displayText()};
  }
  return settings;
}

}  // namespace

class AcmePlugin {
 public:
  static constexpr auto kOptions = options(kNames, kDirectory, kStaging, kContact, kEabKeyId, kEabKey, kCaFile,
                                           kKeyType, kChallenge, kPath, kTimeout, kRetryMin, kRetryMax);

  AcmePlugin(Host& host, const Config& config)
      : host_{host},
        server_{http::Server::optional(host, config)},
        workshop_{std::make_shared<Workshop>(host, settings_of(config))},
        rules_{settings().wish.names, settings().wish.fingerprint(), settings().retry_min, settings().retry_max},
        issued_count_{host.counter("orders", "result=issued", "orders of certificates that have ended")},
        failed_count_{host.counter("orders", "result=failed", "orders of certificates that have ended")},
        failures_{host.gauge("failures_in_a_row", nullptr, "tries that have failed since the last that did not")},
        expiry_{host.gauge("certificate_expiry_time_seconds", nullptr, "when the certificate ends; 0: there is none")} {
    if (settings().wish.way == Way::kHttp && !server_) {
      throw Error{JCT_E_CONFIG, "challenge: http-01 needs the plugin http; or set challenge = \"tls-alpn-01\""};
    }
    host.provide(JCT_CERTIFICATES_SERVICE, &kNothing, this);
    take_up();
    const std::string name = config.instance() == "acme" ? "certificates" : "certificates " + config.instance();
    host.command(name.c_str(), "the site's certificates: until when, what was tried, when next",
                 [this](std::string_view, Reply reply) { reply.ok(overview()); });
    host.command((name + " renew").c_str(), "orders a certificate now, whatever the one that is there",
                 [this](std::string_view, Reply reply) { renew(reply); });
  }

  static void verify(const Config& config) { settings_of(config); }
  static void claims(const Config& config, const Claims& claims) {
    if (Settings::from(config).wish.way == Way::kHttp) {
      claims.route(JCT_HTTP_GET, kChallengePath, kChallenge.raw.name);
    }
  }

  void start() {
    if (server_ && settings().wish.way == Way::kHttp) {
      server_->get(kChallengePath, [this](const http::Exchange& exchange) { tell_token(exchange); },
                   {.flags = JCT_HTTP_ROUTE_CHALLENGE | JCT_HTTP_ROUTE_DIRECT});
    }
    host_.post(host_.home_loop(), [this] { tick_in(kTick); });
  }

  void drain(Done done) {
    draining_ = std::move(done);
    workshop_->stopping.store(true);
    workshop_->client.abort();
    if (!busy_) (*draining_)();
  }

  void stop() {
    workshop_->stopping.store(true);
    workshop_->client.abort();
    ticker_.cancel();
    if (server_) server_->close();
  }

 private:
  static constexpr uint32_t kNothing = sizeof(uint32_t);  ///< a table without functions

  const Settings& settings() const { return workshop_->settings; }
  Seconds wall() const { return static_cast<Seconds>(host_.wall() / 1'000'000); }

  /// [control] What an earlier life left: shown before the first listener opens.
  void take_up() {
    trouble_ = workshop_->state.trouble();
    if (trouble_) failures_.set(trouble_->failures);
    const auto issued = workshop_->state.issued();
    if (!issued) return;
    const std::string refused = workshop_->shown.publish(issued->chain, issued->key);
    if (refused.empty()) return hold(issued->chain);
    host_.warning("acme.unusable", {{"reason", refused}, {"hint", "another is ordered"}});
  }

  void hold(const std::string& chain) {
    facts_ = facts_of(chain);
    held_ = Held{facts_.names, facts_.from, facts_.until};
    expiry_.set(facts_.until * kSecond);
  }

  /// [loop]
  void tell_token(const http::Exchange& exchange) const {
    const auto answer = workshop_->shown.answer_to(exchange.param("token"));
    exchange.answer(answer ? http::text(*answer).with("Cache-Control", "no-store")
                           : http::text("no such challenge\n", 404));
  }

  void tick_in(Duration delay) {
    ticker_ = host_.after(delay, [this] {
      tick();
      tick_in(until_tick());
    });
  }
  /// Once a second while there is something to do; else now and then, as clocks jump.
  Duration until_tick() const {
    if (attempt_ || forced_) return kTick;
    return std::chrono::seconds{std::clamp<Seconds>(next() - wall(), 1, kMostSleep)};
  }

  /// [home]
  void tick() {
    if (busy_ || draining_) return;
    if (!attempt_) {
      const Seconds now = wall();
      if (!forced_ && !is_due(held_, rules_, now)) return;
      if (!forced_ && trouble_ && now < next_try(*trouble_, rules_, now)) return;
      begin();
    }
    if (host_.now() < next_step_) return;
    busy_ = true;
    auto outcome = std::make_shared<Outcome>();
    const jct_status status = host_.offload([attempt = attempt_, outcome] { *outcome = attempt->step(); },
                                            [this, outcome] { ended(*outcome); });
    if (status != JCT_OK) busy_ = false;  // the pool is full: with the next tick
  }

  void begin() {
    forced_ = false;
    attempt_ = std::make_shared<Attempt>(workshop_, host_);
    next_step_ = Duration::zero();
    last_ = "asks " + settings().wish.directory_url;
    host_.info("acme.begins", {{"names", joined(rules_.names)}, {"directory", settings().wish.directory_url}});
  }

  /// [home]
  void ended(Outcome& outcome) {
    busy_ = false;
    for (const auto& [what, detail] : outcome.done) {
      last_ = what + " " + detail;
      host_.info("acme.step", {{"step", what}, {"of", detail}});
    }
    if (draining_) return (*draining_)();
    if (outcome.failure) return failed(*outcome.failure);
    if (outcome.wait) {
      next_step_ = host_.now() + std::chrono::seconds{*outcome.wait};
      return;
    }
    attempt_.reset();
    if (!outcome.issued || !outcome.unpublished.empty()) {
      return failed(Failure{"unusable", outcome.issued ? outcome.unpublished : "the certificate was not kept"});
    }
    issued_count_.add();
    hold(outcome.issued->chain);
    settle();
    last_ = "issued " + utc(wall());
    host_.event(JCT_LOG_INFO, "acme.issued",
                {{"names", joined(facts_.names)},
                 {"issuer", facts_.issuer},
                 {"expires", utc(facts_.until)},
                 {"renewal", utc(held_->renewal())}});
  }

  void settle() {
    trouble_.reset();
    failures_.set(0);
    try {
      workshop_->state.forget_trouble();
    } catch (const std::exception& e) {
      host_.error("acme.disk", {{"reason", e.what()}});
    }
  }

  void failed(const Failure& failure) {
    attempt_.reset();
    if (failure.reason == "stopping") return;
    failed_count_.add();
    uint8_t random = 0;
    host_.random(&random, sizeof random);
    trouble_ = after_failure(trouble_, rules_, wall(), failure.wait, random % kRandoms);
    trouble_->reason = failure.reason;
    trouble_->detail = failure.what();
    failures_.set(trouble_->failures);
    try {
      workshop_->state.set_trouble(*trouble_);
    } catch (const std::exception& e) {
      host_.error("acme.disk", {{"reason", e.what()}});
    }
    host_.event(held_ && held_->until > wall() ? JCT_LOG_WARNING : JCT_LOG_ERROR, "acme.failed",
                {{"reason", failure.reason},
                 {"said", failure.what()},
                 {"names", joined(rules_.names)},
                 {"failures", trouble_->failures},
                 {"next", utc(trouble_->at + trouble_->wait)},
                 {"hint", "junctorctl certificates renew tries at once; share/doc/acme.md"}});
  }

  /// [home]
  void renew(const Reply& reply) {
    if (attempt_) return reply.fail(JCT_E_STATE, R"({"error":"an order is under way"})");
    forced_ = true;
    tick_in(kTick);
    reply.ok(R"({"renewing":true})");
  }

  std::string state_word() const {
    if (attempt_) return "ordering";
    if (trouble_) return "failed";
    return held_ ? "valid" : "none";
  }

  Seconds next() const {
    const Seconds now = wall();
    if (attempt_) return now;
    if (held_ && !is_due(held_, rules_, now)) return held_->renewal();
    return trouble_ ? next_try(*trouble_, rules_, now) : now;
  }

  /// [home]
  std::string overview() const {
    Poco::JSON::Object row{Poco::JSON_PRESERVE_KEY_ORDER};
    row.set("names", joined(rules_.names));
    row.set("state", state_word());
    row.set("shown", held_ && held_->until > wall() ? "issued" : "self-signed");
    row.set("expires", held_ ? utc(held_->until) : "");
    row.set("days", held_ ? (held_->until - wall()) / kDaySeconds : 0);
    row.set("issuer", facts_.issuer);
    row.set("directory", settings().wish.directory_url);
    row.set("last", last_);
    row.set("failures", trouble_ ? trouble_->failures : 0);
    row.set("reason", trouble_ ? trouble_->reason : "");
    row.set("said", trouble_ ? trouble_->detail : "");
    row.set("failed_at", trouble_ ? utc(trouble_->at) : "");
    row.set("next", utc(next()));
    Poco::JSON::Array rows;
    rows.add(row);
    Poco::JSON::Object all;
    all.set("rows", rows);
    std::ostringstream out;
    all.stringify(out);
    return out.str();
  }

  Host& host_;
  std::unique_ptr<http::Server> server_;  ///< null: http-01 is not used
  std::shared_ptr<Workshop> workshop_;
  const Rules rules_;
  Metric issued_count_;
  Metric failed_count_;
  Metric failures_;
  Metric expiry_;
  // [home] from start on:
  Timer ticker_;
  std::shared_ptr<Attempt> attempt_;  ///< null: nothing is under way
  bool busy_ = false;                 ///< a step is on the pool
  bool forced_ = false;
  Duration next_step_{};
  std::optional<Held> held_;
  Facts facts_;
  std::optional<Trouble> trouble_;
  std::string last_;  ///< what was done, for people
  std::optional<Done> draining_;
};

}  // namespace junctor::acme

JUNCTOR_CLAIMING_PLUGIN(junctor::acme::AcmePlugin, "acme",
                        "gets the site's certificates from an authority and renews them", provides("certificates/1"),
                        needs("?http/1"))
