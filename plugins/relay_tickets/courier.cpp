// SPDX-License-Identifier: Apache-2.0
// Brings one relay its tickets. Lives on the home loop.
#include "courier.hpp"

#include <algorithm>
#include <utility>

#include "wire/abi.hpp"

namespace junctor::relay_tickets {
namespace {

// Sealed together: some 16 KiB, well below any queue's mark.
constexpr size_t kBatch = 32;
constexpr uint32_t kMostDoublings = 20;

const char* hint_for(std::string_view reason) {
  if (reason == "wrong_relay_key") return "`key` differs from `junctorctl tickets key` on the relay's host";
  if (reason == "not_listed") return "the relay's host does not have this host's key among its issuers";
  if (reason == "unknown_host") return "the name in `address` cannot be looked up";
  return "see whether the relay's host runs, and whether a firewall lets its ticket port through";
}

}  // namespace

Courier::Courier(const Host& host, const wire::SigningKeys& own, Counters& counters, Destination to,
                 const CallerSettings& settings)
    : host_{host},
      own_{own},
      counters_{counters},
      to_{std::move(to)},
      settings_{settings},
      outbox_{settings.max_queue},
      since_{host.now()} {}

void Courier::stop() {
  retry_.cancel();
  hang_up();
}

void Courier::set(const CallerSettings& settings) {
  settings_ = settings;
  outbox_.set_capacity(settings.max_queue);
}

bool Courier::usable() const { return !to_.required || up() || host_.now() - since_ < settings_.down_after; }

Courier::Row Courier::row() const { return {up(), host_.now() - since_, outbox_.size(), delivered_, lost_, error_}; }

// ---- tickets ----

void Courier::add(const Ticket& ticket) {
  if (!outbox_.add(ticket, now_us())) lose("queue_full");
}

void Courier::push() {
  if (!up()) return;
  while (flush()) {
    for (size_t i = 0; i < kBatch; ++i) {
      const Ticket* ticket = outbox_.next(now_us());
      if (ticket == nullptr) break;
      line_->talk.ticket(*ticket, line_->unsent);
      outbox_.sent();
    }
    if (line_->unsent.empty()) return;
  }
}

/// True: all that was sealed is on its way. A full queue says when it has room again.
bool Courier::flush() {
  if (line_->unsent.empty()) return true;
  if (line_->stream.send(line_->unsent) != JCT_OK) return false;
  line_->unsent.clear();
  return true;
}

bool Courier::told(Verdict verdict) {
  if (!outbox_.answered()) return false;
  if (is_delivered(verdict)) {
    ++delivered_;
    counters_.delivered.add();
  } else {
    lose(word(verdict));
    host_.info("tickets.not_taken", {{"relay", to_.name}, {"reason", word(verdict)}});
  }
  return true;
}

void Courier::tick() {
  outbox_.next(now_us());
  lose("expired_here", outbox_.take_expired());
}

void Courier::lose(const char* reason, size_t count) {
  if (count == 0) return;
  lost_ += count;
  counters_.lost.add(reason, count);
}

// ---- the connection ----

void Courier::call() {
  deadline_ = host_.after(settings_.greeting_timeout, [this] { failed("no_answer"); });
  if (const auto literal = wire::Address::parse_ip(to_.host, to_.port)) return resolved({*literal});
  const auto found = std::make_shared<Addresses>();
  look_up_ = std::make_shared<int>(0);
  const jct_status started = host_.offload([host = to_.host, found] { *found = wire::look_up_name(host); },
                                           [this, found, mine = std::weak_ptr<int>{look_up_}] {
                                             if (!mine.expired()) resolved(*found);
                                           });
  if (started != JCT_OK) failed("unknown_host");
}

/// Each call tries the next of the name's addresses.
void Courier::resolved(const Addresses& addresses) {
  look_up_.reset();
  if (addresses.empty()) return failed("unknown_host");
  const jct_addr peer = wire::to_abi(addresses[calls_++ % addresses.size()].with_port(to_.port));
  auto line = std::make_unique<Line>(*this, host_);
  jct_handle handle = 0;
  const jct_status status =
      host_.net().connect(host_.raw(), &peer, nullptr, static_cast<uint64_t>(settings_.greeting_timeout.count()),
                          &Stream::events_of<Line>(), line.get(), &handle);
  if (status != JCT_OK) return failed("cannot_connect");
  line->stream = Stream{host_, handle};
  line_ = line.release();
}

void Courier::writable() {
  if (!std::exchange(line_->connected, true)) line_->talk.hello(line_->unsent);
  if (flush()) push();
}

void Courier::heard(std::string_view data) {
  const bool was_up = up();
  if (!line_->talk.feed(data, line_->unsent)) return failed(line_->talk.reason());
  if (!was_up && up()) welcomed();
  if (flush()) push();
}

void Courier::welcomed() {
  deadline_.cancel();
  failures_ = 0;
  was_up_ = true;
  reported_ = "";
  since_ = host_.now();
  line_->stream.idle_timeout(settings_.silence);
  pinger_ = host_.every(settings_.keep_alive, [this] { ping(); });
  host_.info("tickets.up", {{"relay", to_.name}, {"address", to_.address()}});
}

void Courier::ping() {
  if (line_->unsent.empty()) line_->talk.ping(line_->unsent);
  flush();
}

/// JCT_E_CLOSED: the instance stops, and no timer starts any more.
void Courier::closed(jct_status reason) {
  const bool connected = line_->connected;
  line_ = nullptr;
  if (reason == JCT_E_CLOSED) return stop();
  if (reason == JCT_E_TIMEOUT) return failed(connected ? "silent" : "no_answer");
  failed(connected ? "connection_lost" : "cannot_connect");
}

void Courier::failed(const char* reason) {
  if (std::exchange(was_up_, false)) since_ = host_.now();
  hang_up();
  outbox_.lost();
  error_ = reason;
  counters_.calls_failed.add(reason);
  if (std::string_view{reported_} != reason) {
    host_.warning("tickets.down",
                  {{"relay", to_.name}, {"address", to_.address()}, {"reason", reason}, {"hint", hint_for(reason)}});
    reported_ = reason;
  }
  retry();
}

void Courier::retry() {
  const uint32_t doublings = std::min(failures_++, kMostDoublings);
  const Duration pause = std::min(settings_.retry_min * (int64_t{1} << doublings), settings_.retry_max);
  uint8_t chance = 0;  // up to a quarter less, so that many hosts do not call in step
  host_.random(&chance, sizeof chance);
  retry_ = host_.after(pause - pause * chance / 1024, [this] { call(); });
}

/// The line ends by itself once its close has been heard.
void Courier::hang_up() {
  look_up_.reset();
  deadline_.cancel();
  pinger_.cancel();
  Line* line = std::exchange(line_, nullptr);
  if (line == nullptr) return;
  line->courier = nullptr;
  line->stream.close();
}

}  // namespace junctor::relay_tickets
