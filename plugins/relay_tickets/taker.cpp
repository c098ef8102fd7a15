// SPDX-License-Identifier: Apache-2.0
// Takes issuers' tickets for the relay of this host. Lives on the home loop.
#include "taker.hpp"

#include <algorithm>
#include <utility>

#include "wire/abi.hpp"

namespace junctor::relay_tickets {
namespace {

const char* refusal_hint(std::string_view reason) {
  if (reason == "unknown_issuer") return "to believe it, add its key to issuers";
  if (reason == "expired" || reason == "too_early")
    return "compare the clocks of both hosts; skew is the difference allowed";
  if (reason == "full") return "raise max_tickets, here or of the relay";
  return "";
}

std::string key_text(const std::optional<wire::PublicKey>& key) { return key ? wire::public_key_text(*key) : ""; }

}  // namespace

Taker::Line::Line(Taker& where, uint64_t number, Stream connection, const jct_addr& address)
    : taker{where},
      id{number},
      stream{std::move(connection)},
      peer{wire::from_abi(address)},
      talk{where.own_, [this](const wire::PublicKey& issuer) { return taker.settings_.lists(issuer); },
           [this](const wire::PublicKey& issuer, std::string_view text) { return taker.take(*this, issuer, text); }},
      since{where.host_.now()} {}

Taker::Taker(const Host& host, const wire::SigningKeys& own, Counters& counters, Service<jct_relay_service> relay,
             TakerSettings settings)
    : host_{host},
      own_{own},
      counters_{counters},
      relay_{std::move(relay)},
      settings_{std::move(settings)},
      seen_{settings_.max_tickets},
      tickets_fill_{host, "limit=max_tickets"},
      links_fill_{host, "limit=max_links"} {}

void Taker::accept(Stream stream, const jct_conn_info& info) {
  make_room();
  const uint64_t id = ++last_id_;
  Line& line = *lines_.emplace(id, std::make_unique<Line>(*this, id, std::move(stream), info.peer)).first->second;
  if (line.stream.attach(line) != JCT_OK) lines_.erase(id);
}

/// Whoever proves itself does so at once: of those that have not yet, the oldest gives way.
void Taker::make_room() {
  size_t strangers = 0;
  Line* oldest = nullptr;
  for (const auto& [id, line] : lines_) {
    if (line->counted || line->leaving) continue;
    if (oldest == nullptr) oldest = line.get();
    ++strangers;
  }
  if (strangers >= settings_.max_links) end(*oldest, "too_many");
}

void Taker::heard(Line& line, std::string_view data) {
  std::string out;
  const bool good = line.talk.feed(data, out);
  // Answers are short: whoever lets them pile up does not read, and a sealed one cannot be left out.
  const bool sent = out.empty() || line.stream.send(out) == JCT_OK;
  if (!good) return end(line, line.talk.reason());
  if (!sent) return end(line, "does_not_read");
  if (line.talk.welcome() && !line.counted) welcomed(line);
}

void Taker::welcomed(Line& line) {
  if (welcome_ >= settings_.max_links) return end(line, "max_links");
  line.counted = true;
  counters_.links.set(static_cast<int64_t>(++welcome_));
  line.stream.idle_timeout(settings_.silence);
  host_.info("tickets.link", {{"issuer", key_text(line.talk.issuer())}, {"peer", line.peer.text()}});
}

Verdict Taker::take(Line& line, const wire::PublicKey& issuer, std::string_view signed_ticket) {
  const Verdict verdict = judge(issuer, signed_ticket);
  if (verdict == Verdict::kGood) {
    ++line.taken;
    counters_.taken.add();
    return verdict;
  }
  ++line.refused;
  counters_.refused.add(word(verdict));
  const bool news = std::exchange(line.complained, verdict) != verdict;
  host_.log(news ? JCT_LOG_WARNING : JCT_LOG_DEBUG, "tickets.refused",
            {{"reason", word(verdict)},
             {"peer", line.peer.text()},
             {"issuer", wire::public_key_text(issuer)},
             {"hint", refusal_hint(word(verdict))}});
  return verdict;
}

Verdict Taker::judge(const wire::PublicKey& issuer, std::string_view signed_ticket) {
  const uint64_t now = host_.wall();
  const Opened opened = open_ticket(issuer, own_.public_key(), signed_ticket, now, settings_.skew);
  if (opened.verdict != Verdict::kGood) return opened.verdict;
  const Ticket& ticket = opened.ticket;
  const std::string key = std::string{wire::bytes_of(issuer)}.append(ticket.uuid);
  const Seen::Answer seen = seen_.look(key, ticket.issued, now);
  if (seen != Seen::Answer::kFresh) return seen == Seen::Answer::kKnown ? Verdict::kKnown : Verdict::kFull;
  const uint64_t until = ticket.expires + settings_.skew;
  const uint64_t ttl = std::min({until - now, ticket.expires - ticket.issued, settings_.max_ttl});
  const jct_status status = relay_.table.expect(relay_.self, str(ticket.uuid), str(ticket.id), ttl * 1000);
  if (status != JCT_OK) return status == JCT_E_LIMIT ? Verdict::kFull : Verdict::kNoRelay;
  seen_.add(key, ticket.issued, until);
  return Verdict::kGood;
}

void Taker::end(Line& line, const char* reason) {
  if (std::exchange(line.leaving, true)) return;
  counters_.links_failed.add(reason);
  host_.info("tickets.unlinked", {{"reason", reason},
                                  {"peer", line.peer.text()},
                                  {"issuer", key_text(line.talk.issuer())},
                                  {"hint", refusal_hint(reason)}});
  line.stream.close();  // on_close follows
}

void Taker::closed(Line& line, jct_status reason) {
  if (reason != JCT_E_CLOSED) end(line, reason == JCT_E_TIMEOUT ? "silent" : "connection_lost");
  if (line.counted) counters_.links.set(static_cast<int64_t>(--welcome_));
  line.stream.release();
  lines_.erase(line.id);
}

void Taker::set(TakerSettings settings) {
  settings_ = std::move(settings);
  seen_.set_capacity(settings_.max_tickets);
  for (const auto& [id, line] : lines_) {
    if (line->counted && !settings_.lists(*line->talk.issuer())) end(*line, "unknown_issuer");
  }
}

void Taker::tick() {
  const Duration now = host_.now();
  for (const auto& [id, line] : lines_) {
    if (!line->counted && now - line->since >= settings_.greeting_timeout) end(*line, "greeting_timeout");
  }
  seen_.expire(host_.wall());
  tickets_fill_.set(seen_.size(), settings_.max_tickets);
  links_fill_.set(welcome_, settings_.max_links);
}

void Taker::close_all() {
  for (const auto& [id, line] : lines_) {
    line->leaving = true;
    line->stream.close();
  }
}

std::vector<Taker::Row> Taker::rows() const {
  std::vector<Row> out;
  for (const auto& [id, line] : lines_) {
    if (!line->counted || line->leaving) continue;
    out.push_back(
        {key_text(line->talk.issuer()), line->peer.text(), host_.now() - line->since, line->taken, line->refused});
  }
  return out;
}

}  // namespace junctor::relay_tickets
