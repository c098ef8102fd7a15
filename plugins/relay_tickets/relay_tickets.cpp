// SPDX-License-Identifier: Apache-2.0
// The plugin: both roles and their wiring. All of it on the home loop, but for tickets/1, which any thread calls.
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "courier.hpp"
#include "junctor/command_json.hpp"
#include "junctor/plugin.hpp"
#include "junctor/service/tickets.h"
#include "junctor/services.hpp"
#include "options.hpp"
#include "own_key.hpp"
#include "taker.hpp"

namespace junctor::relay_tickets {
namespace {

constexpr Duration kTick = std::chrono::milliseconds{100};

using Poco::JSON::Object;

/// What tickets/1 leaves for one relay. [any]
struct Mailbox {
  std::vector<Ticket> tickets;
  bool usable = true;
};

class RelayTickets {
 public:
  static constexpr auto kOptions =
      options(kRelays, kListen, kIssuers, kSkew, kMaxTtl, kMaxLinks, kMaxTickets, kGreetingTimeout, kMaxQueue,
              kKeepAlive, kSilence, kRetryMin, kRetryMax, kDownAfter);

  RelayTickets(Host& host, const Config& config);
  void start();
  static void verify(const Config& config);
  void check(const Config& candidate) const { verify(candidate); }
  void reload(const Config& config);
  void drain(const Done& done);
  void stop();

 private:
  void listen();
  void apply(const Config& config);
  void warn_of_gaps(const Config& config) const;
  void tick();
  void collect();
  void command(std::string_view args, const Reply& reply) const;
  std::string status() const;

  jct_status announce(std::string_view relay, Ticket ticket);
  bool usable(std::string_view relay) const;
  static const jct_tickets_service kService;

  Host& host_;
  OwnKey own_;
  Counters counters_;
  std::optional<Taker> taker_;  // where a relay runs here
  std::vector<std::unique_ptr<Courier>> couriers_;
  Config config_;  // valid until the next reload
  bool running_ = false;
  Listener listener_;
  Timer ticker_;

  mutable std::mutex mutex_;  // held for one look-up
  std::map<std::string, Mailbox, std::less<>> mailboxes_;
  size_t max_queue_ = 0;
  bool collecting_ = false;  // collect() is on its way
};

RelayTickets::RelayTickets(Host& host, const Config& config)
    : host_{host},
      own_{load_or_create_key(config.data_dir() + "/" + config.instance() + ".key")},
      counters_{host},
      config_{config} {
  verify(config);
  if (auto relay = Service<jct_relay_service>::optional(host, JCT_RELAY_SERVICE)) {
    if (relay->table.expect == nullptr) throw Error{JCT_E_UNSUPPORTED, "this server's relay knows no tickets"};
    taker_.emplace(host, own_.keys, counters_, std::move(*relay), TakerSettings::from(config));
  }
  apply(config);
  host.provide(JCT_TICKETS_SERVICE, &kService, this);
  host.command("tickets", "tickets [key]: links with relays and signalling on other hosts; this host's public key",
               [this](std::string_view args, const Reply& reply) { command(args, reply); });
}

void RelayTickets::start() {
  listen();
  running_ = true;
  for (const auto& courier : couriers_) courier->start();
  ticker_ = host_.every(kTick, [this] { tick(); });
  host_.info(own_.created ? "tickets.key_made" : "tickets.key", {{"public_key", own_.keys.public_text()}});
  warn_of_gaps(config_);
}

/// An empty list is a listener that is switched off.
void RelayTickets::listen() {
  try {
    listener_ = Listener{host_, Option<ListenerValue>{kListen.raw}, [this](Stream stream, const jct_conn_info& info) {
                           if (taker_) taker_->accept(std::move(stream), info);
                         }};
  } catch (const Error& e) {
    if (e.code() != JCT_E_NOT_FOUND) throw;
  }
}

/// Warnings, not errors: whoever sets two hosts up needs each one's key before the other is complete.
void RelayTickets::warn_of_gaps(const Config& config) const {
  const bool listens = !bound_addresses(host_, listener_.handle()).empty();
  const char* gap = nullptr;
  if (listens && !taker_) gap = "listen is given, but no relay runs in this server";
  if (listens && config[kIssuers].empty()) gap = "listen is given, but issuers is empty: nobody's tickets are taken";
  if (!listens && couriers_.empty()) gap = "neither listen nor [[relay_tickets.relay]] is given: nothing to do";
  if (gap != nullptr) host_.warning("tickets.idle", {{"hint", gap}});
}

void RelayTickets::verify(const Config& config) {
  destinations_of(config);
  TakerSettings::from(config);
}

void RelayTickets::reload(const Config& config) {
  config_ = config;
  if (taker_) taker_->set(TakerSettings::from(config));
  apply(config);
  warn_of_gaps(config);
}

/// A relay that stays as it was keeps its connection and what waits for it.
void RelayTickets::apply(const Config& config) {
  const CallerSettings settings = CallerSettings::from(config);
  std::vector<std::unique_ptr<Courier>> before = std::exchange(couriers_, {});
  std::map<std::string, Mailbox, std::less<>> boxes;
  for (Destination& to : destinations_of(config)) {
    boxes[to.name];
    const auto same = std::find_if(before.begin(), before.end(),
                                   [&](const auto& courier) { return courier != nullptr && courier->to() == to; });
    if (same != before.end()) {
      (*same)->set(settings);
      couriers_.push_back(std::move(*same));
    } else {
      couriers_.push_back(std::make_unique<Courier>(host_, own_.keys, counters_, std::move(to), settings));
      if (running_) couriers_.back()->start();
    }
  }
  const std::lock_guard lock{mutex_};
  max_queue_ = settings.max_queue;
  for (auto& [name, box] : boxes) {
    if (const auto old = mailboxes_.find(name); old != mailboxes_.end()) box = std::move(old->second);
  }
  mailboxes_ = std::move(boxes);
}

void RelayTickets::tick() {
  int64_t up = 0;
  for (const auto& courier : couriers_) {
    courier->tick();
    up += courier->up() ? 1 : 0;
    const std::lock_guard lock{mutex_};
    mailboxes_[courier->to().name].usable = courier->usable();
  }
  counters_.relays_up.set(up);
  counters_.relays_down.set(static_cast<int64_t>(couriers_.size()) - up);
  if (taker_) taker_->tick();
}

/// What tickets/1 has left, to the couriers.
void RelayTickets::collect() {
  {
    const std::lock_guard lock{mutex_};
    collecting_ = false;
  }
  for (const auto& courier : couriers_) {
    std::vector<Ticket> fresh;
    {
      const std::lock_guard lock{mutex_};
      fresh.swap(mailboxes_[courier->to().name].tickets);
    }
    for (Ticket& ticket : fresh) courier->add(std::move(ticket));
    courier->push();
  }
}

void RelayTickets::drain(const Done& done) {
  listener_.close();
  if (taker_) taker_->close_all();
  for (const auto& courier : couriers_) courier->stop();
  done();
}

void RelayTickets::stop() {
  listener_.close();
  ticker_.cancel();
  for (const auto& courier : couriers_) courier->stop();
}

// ---- tickets/1 [any] ----

jct_status RelayTickets::announce(std::string_view relay, Ticket ticket) {
  bool first = false;
  {
    const std::lock_guard lock{mutex_};
    const auto box = mailboxes_.find(relay);
    if (box == mailboxes_.end()) return JCT_E_NOT_FOUND;
    if (box->second.tickets.size() >= max_queue_) return JCT_E_LIMIT;
    box->second.tickets.push_back(std::move(ticket));
    first = !std::exchange(collecting_, true);
  }
  if (first) host_.post(host_.home_loop(), [this] { collect(); });
  return JCT_OK;
}

bool RelayTickets::usable(std::string_view relay) const {
  const std::lock_guard lock{mutex_};
  const auto box = mailboxes_.find(relay);
  return box == mailboxes_.end() || box->second.usable;
}

const jct_tickets_service RelayTickets::kService{
    sizeof(jct_tickets_service), 0,
    [](void* self, jct_str relay, jct_str uuid, jct_str id, uint64_t ttl_ns) -> jct_status {
      auto* plugin = static_cast<RelayTickets*>(self);
      if (uuid.size == 0 || uuid.size > kMaxText || id.size > kMaxText) return JCT_E_ARG;
      const uint64_t now = plugin->host_.wall();
      const uint64_t life = std::min<uint64_t>(ttl_ns, kDay) / 1000;
      jct_status answer = JCT_E_STATE;
      const jct_status status = plugin->host_.inside("announce", [&] {
        answer = plugin->announce(view(relay), {std::string{view(uuid)}, std::string{view(id)}, now, now + life});
      });
      return status == JCT_OK ? answer : status;
    },
    [](void* self, jct_str relay) -> int32_t { return static_cast<RelayTickets*>(self)->usable(view(relay)) ? 1 : 0; }};

// ---- junctorctl ----

int64_t seconds(Duration time) { return std::chrono::duration_cast<std::chrono::seconds>(time).count(); }

Object::Ptr row_of(const Courier& courier) {
  const Courier::Row row = courier.row();
  Object::Ptr out = new Object{Poco::JSON_PRESERVE_KEY_ORDER};
  out->set("link", "to relay " + courier.to().name);
  out->set("address", courier.to().address());
  out->set("state", std::string{row.up ? "up" : courier.usable() ? "connecting" : "down"});
  out->set("since_s", seconds(row.since));
  out->set("tickets", static_cast<Poco::UInt64>(row.delivered));
  out->set("refused", static_cast<Poco::UInt64>(row.lost));
  out->set("waiting", static_cast<Poco::UInt64>(row.waiting));
  out->set("last_error", row.error);
  return out;
}

Object::Ptr row_of(const Taker::Row& row) {
  Object::Ptr out = new Object{Poco::JSON_PRESERVE_KEY_ORDER};
  out->set("link", "from " + row.issuer);
  out->set("address", row.peer);
  out->set("state", std::string{"up"});
  out->set("since_s", seconds(row.since));
  out->set("tickets", static_cast<Poco::UInt64>(row.taken));
  out->set("refused", static_cast<Poco::UInt64>(row.refused));
  out->set("waiting", 0);
  out->set("last_error", std::string{});
  return out;
}

std::string RelayTickets::status() const {
  Poco::JSON::Array::Ptr rows = new Poco::JSON::Array;
  for (const auto& courier : couriers_) rows->add(row_of(*courier));
  if (taker_) {
    for (const Taker::Row& row : taker_->rows()) rows->add(row_of(row));
  }
  Object out{Poco::JSON_PRESERVE_KEY_ORDER};
  out.set("rows", rows);
  return command::text(out);
}

void RelayTickets::command(std::string_view args, const Reply& reply) const {
  const std::vector<std::string> words = command::words(args);
  if (words.empty()) return reply.ok(status());
  if (words.size() != 1 || words[0] != "key") {
    return reply.fail(JCT_E_ARG, command::error("expected `tickets` or `tickets key`"));
  }
  Object out;
  out.set("public_key", own_.keys.public_text());
  reply.ok(command::text(out));
}

}  // namespace
}  // namespace junctor::relay_tickets

JUNCTOR_PLUGIN(junctor::relay_tickets::RelayTickets, "relay_tickets",
               "tells relays on other hosts of their sessions, or is told", provides("tickets/1"), needs("?relay/1"))
