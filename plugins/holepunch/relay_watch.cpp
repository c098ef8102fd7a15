// SPDX-License-Identifier: Apache-2.0
// Looks after the relays. Lives on the home loop.
#include "relay_watch.hpp"

#include <algorithm>

namespace junctor::holepunch {

bool RelayWatch::is_checked(const Entry& entry) const {
  return interval_ > Duration::zero() && !entry.relay->spec().check_address.empty();
}

RelayWatch::Entry* RelayWatch::find(std::string_view name, std::string_view server) {
  const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.relay->spec().name == name && entry.relay->spec().check_address == server;
  });
  return at == entries_.end() ? nullptr : &*at;
}

void RelayWatch::watch(const std::vector<RelayPtr>& relays, Duration interval) {
  interval_ = interval;
  std::vector<Entry> fresh;
  for (const RelayPtr& relay : relays) {
    Entry entry;
    if (const Entry* old = find(relay->spec().name, relay->spec().check_address)) entry = *old;
    if (entry.relay == nullptr) entry.since = entry.next = ports_.now();
    entry.relay = relay;
    if (!is_checked(entry)) {
      entry.known = false;
      relay->set_up(true);
    }
    fresh.push_back(std::move(entry));
  }
  entries_ = std::move(fresh);
  count_left();
}

void RelayWatch::tick() {
  look_at_tickets();
  for (Entry& entry : entries_) {
    if (is_checked(entry) && !entry.running && entry.next <= ports_.now()) start_check(entry);
  }
}

void RelayWatch::start_check(Entry& entry) {
  entry.running = true;
  entry.next = ports_.now() + interval_;
  const RelaySpec& spec = entry.relay->spec();
  ports_.check_relay(spec, [this, name = spec.name, server = spec.check_address](const Checked& checked) {
    Entry* checked_one = find(name, server);  // a reload may have removed it meanwhile
    if (checked_one != nullptr) finished(*checked_one, checked);
  });
}

void RelayWatch::look_at_tickets() {
  bool changed = false;
  for (const Entry& entry : entries_) {
    const bool gets = ports_.gets_tickets(entry.relay->spec().name);
    changed |= entry.relay->gets_tickets() != gets;
    entry.relay->set_gets_tickets(gets);
  }
  if (changed) count_left();
}

void RelayWatch::finished(Entry& entry, const Checked& checked) {
  entry.running = false;
  if (checked.verdict != Checked::Verdict::kUp) entry.error = checked.error;
  if (checked.verdict == Checked::Verdict::kUnknown || !is_checked(entry)) return;
  const bool up = checked.verdict == Checked::Verdict::kUp;
  const bool changed = entry.relay->is_up() != up;
  if (!entry.known || changed) entry.since = ports_.now();
  entry.known = true;
  entry.relay->set_up(up);
  if (!changed) return;
  ports_.relay_changed(*entry.relay, checked.error);
  count_left();
}

void RelayWatch::count_left() {
  const bool any =
      std::any_of(entries_.begin(), entries_.end(), [](const Entry& entry) { return entry.relay->takes_sessions(); });
  if (any_left_ && !any) ports_.no_relay_left();
  any_left_ = any;
}

bool RelayWatch::set_drained(std::string_view name, bool drained) {
  bool found = false;
  for (Entry& entry : entries_) {
    if (entry.relay->spec().name != name) continue;
    entry.relay->set_drained(drained);
    found = true;
  }
  count_left();
  return found;
}

std::vector<RelayWatch::Row> RelayWatch::rows() const {
  std::vector<Row> out;
  for (const Entry& entry : entries_) {
    const char* state = entry.relay->is_up() ? "up" : "down";
    if (!entry.known) state = is_checked(entry) ? "unknown" : "unchecked";
    if (entry.relay->is_up() && !entry.relay->gets_tickets()) state = "no_tickets";
    out.push_back({entry.relay, state, ports_.now() - entry.since, entry.error});
  }
  return out;
}

}  // namespace junctor::holepunch
