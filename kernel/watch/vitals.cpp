// SPDX-License-Identifier: Apache-2.0
#include "watch/vitals.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "api/host.hpp"
#include "junctor/abi.h"
#include "junctor_version.hpp"
#include "watch/host/warnings.hpp"
#include "watch/process_facts.hpp"

namespace junctor {
namespace {

using ops::MetricKind;

constexpr std::chrono::seconds kPeriod{1};
constexpr int64_t kNanosecondsASecond = 1'000'000'000;

void add(Vitals::Rows& rows, MetricKind kind, const char* name, std::string label, const char* help, int64_t value) {
  rows.push_back({{"", name, std::move(label)}, help, kind, value, {}, ""});
}
void gauge(Vitals::Rows& rows, const char* name, std::string label, const char* help, int64_t value) {
  add(rows, MetricKind::kGauge, name, std::move(label), help, value);
}
void counter(Vitals::Rows& rows, const char* name, std::string label, const char* help, uint64_t value) {
  add(rows, MetricKind::kCounter, name, std::move(label), help, static_cast<int64_t>(value));
}

void limit(Vitals::Rows& rows, const char* which, int64_t used, int64_t most) {
  const std::string label = std::string{"limit="} + which;
  gauge(rows, "limit", label, "the bound of what is limited; 0: none", most);
  gauge(rows, "limit_used", label, "how much of it is in use", used);
}

bool has_left(plugin::State state) { return state == plugin::State::kDraining || state == plugin::State::kStopped; }

}  // namespace

Vitals::Vitals(api::Kernel& kernel, const plugin::Manager& manager)
    : kernel_{kernel}, manager_{manager}, timer_{loop::Timer::of<&Vitals::tick>(this)} {
  for (uint32_t i = 0; i < kernel.loops.count(); ++i) {
    probes_.push_back(std::make_unique<Probe>());
    probes_.back()->lag = kernel.metrics.open(MetricKind::kHistogram, {"", "loop_lag", "loop=" + std::to_string(i)},
                                              "how long a task waits for its event loop, tried once a second");
  }
  kernel.metrics.edit_with([this](Rows& rows) { edit(rows); });
}

// ---- [control] ------------------------------------------------------------------------------------------------------

void Vitals::begin() {
  phase_ = Phase::kRunning;
  tick();
}

void Vitals::look(Phase phase) {
  phase_ = phase;
  auto plugins = manager_.status();
  // What a reload has replaced or removed may drain for long, and is no longer part of what should run.
  if (phase == Phase::kRunning) std::erase_if(plugins, [](const auto& one) { return has_left(one.state); });
  auto fresh = std::make_shared<const Seen>(Seen{phase, std::move(plugins), api::listening(kernel_)});
  const std::lock_guard lock{mutex_};
  seen_ = std::move(fresh);
}

void Vitals::tick() {
  for (const auto& host : kernel_.hosts) host->tell_unlogged();
  look(phase_);
  probe_loops();
  kernel_.loops.control().start(timer_, kPeriod);
}

/// One at a time: a loop that is held up is not given more to do.
void Vitals::probe_loops() {
  loop::Clock& clock = kernel_.loops.control().clock();
  for (uint32_t i = 0; i < kernel_.loops.count(); ++i) {
    Probe* probe = probes_[i].get();
    if (probe->under_way.exchange(true)) continue;
    kernel_.loops.at(i).post([probe, i, &clock, posted = clock.now()] {
      probe->lag->add(i, (clock.now() - posted).count());
      probe->under_way = false;
    });
  }
}

std::shared_ptr<const Vitals::Seen> Vitals::seen() const {
  const std::lock_guard lock{mutex_};
  return seen_;
}

// ---- whoever asks ---------------------------------------------------------------------------------------------------

void Vitals::edit(Rows& rows) const {
  const auto now = seen();
  std::set<std::string> present{""};
  for (const plugin::Status& one : now->plugins) present.insert(one.name);
  // What an instance counted goes with it: its gauges would stand still for ever.
  if (!now->plugins.empty()) std::erase_if(rows, [&](const auto& row) { return present.count(row.key.instance) == 0; });
  add_process(rows);
  add_server(rows, *now);
  add_network(rows);
  add_listeners(rows, *now);
  add_limits(rows);
}

void Vitals::add_process(Rows& rows) const {
  const ProcessFacts facts = process_facts();
  counter(rows, "process_cpu_seconds", "", "user and system time", static_cast<uint64_t>(facts.cpu_ns));
  gauge(rows, "process_start_time_seconds", "", "when the process began", facts.start_ns);
  gauge(rows, "process_resident_memory_bytes", "", "memory in RAM", facts.resident_bytes);
  gauge(rows, "process_virtual_memory_bytes", "", "address space", facts.virtual_bytes);
  gauge(rows, "process_threads", "", "threads", facts.threads);
  gauge(rows, "process_open_fds", "", "open file descriptors", facts.open_fds);
  gauge(rows, "process_max_fds", "", "most file descriptors that may be open", facts.max_fds);
  limit(rows, "open_files", facts.open_fds, facts.max_fds);
}

void Vitals::add_server(Rows& rows, const Seen& seen) const {
  gauge(rows, "build_info", std::string{"version="} + JUNCTOR_VERSION + ",abi=1." + std::to_string(JCT_ABI_MINOR),
        "1, with what was built", 1);
  gauge(rows, "ready", "", "1 when the server has started and takes new work", seen.phase == Phase::kRunning ? 1 : 0);
  for (const plugin::Status& one : seen.plugins) {
    const std::string state{plugin::state_name(one.state)};
    gauge(rows, "plugin_up", "plugin=" + one.name, "1 when the instance runs",
          one.state == plugin::State::kRunning ? 1 : 0);
    gauge(rows, "plugin_state", "plugin=" + one.name + ",state=" + state, "1, with the state that the instance is in",
          1);
  }
  counter(rows, "log_lines_left_out", "", "log lines beyond the budget or the queue", kernel_.log.left_out());
  counter(rows, "log_write_failures", "", "log lines that the disk refused", kernel_.log.failed());
  for (const ops::StandingWarning& warning : kernel_.standing.all()) {
    const auto& known = host::kReasonWords;  // those have gauges of their own, which are 0 when all is well
    if (std::find(known.begin(), known.end(), warning.reason) != known.end()) continue;
    gauge(rows, "warning", "reason=" + warning.reason, "1 while this will hurt the site", 1);
  }
  for (uint32_t i = 0; i < kernel_.loops.count(); ++i) {
    counter(rows, "loop_turns", "loop=" + std::to_string(i), "times that the event loop has woken up",
            kernel_.loops.at(i).pulse().turns.load(std::memory_order_relaxed));
  }
}

void Vitals::add_network(Rows& rows) const {
  using C = net::NetCounters;
  const auto sum = [&](net::Counter C::*which) {
    uint64_t total = 0;
    for (const auto& loop : kernel_.net) total += (loop->counters().*which).get();
    return total;
  };
  gauge(rows, "streams_open", "", "TCP connections that are open, bridged ones apart",
        static_cast<int64_t>(sum(&C::streams_open)));
  gauge(rows, "bridges_open", "", "pairs of connections that are joined", static_cast<int64_t>(sum(&C::bridges_open)));
  counter(rows, "streams_accepted", "", "TCP connections accepted", sum(&C::accepted));
  counter(rows, "streams_shed", "", "TCP connections closed for want of file descriptors", sum(&C::shed));
  counter(rows, "stream_bytes", "direction=in", "bytes of TCP connections, bridged ones apart", sum(&C::bytes_in));
  counter(rows, "stream_bytes", "direction=out", "bytes of TCP connections, bridged ones apart", sum(&C::bytes_out));
  counter(rows, "datagrams", "direction=in", "UDP datagrams", sum(&C::datagrams_in));
  counter(rows, "datagrams", "direction=out", "UDP datagrams", sum(&C::datagrams_out));
  counter(rows, "datagram_bytes", "direction=in", "bytes of UDP datagrams", sum(&C::datagram_bytes_in));
  counter(rows, "datagram_bytes", "direction=out", "bytes of UDP datagrams", sum(&C::datagram_bytes_out));
  counter(rows, "datagrams_lost", "reason=send_full", "datagrams that were not sent, or not taken",
          sum(&C::datagrams_full));
  counter(rows, "datagrams_lost", "reason=truncated", "datagrams that were not sent, or not taken",
          sum(&C::datagrams_truncated));
  counter(rows, "bridge_bytes", "", "bytes delivered by bridges, both directions", sum(&C::bridge_bytes));
  counter(rows, "bridge_spliced_bytes", "", "of these, without entering user space", sum(&C::bridge_spliced));
}

void Vitals::add_listeners(Rows& rows, const Seen& seen) const {
  for (const api::Listening& one : seen.listening) {
    const std::string where = "plugin=" + one.instance + ",protocol=" + one.protocol + ",address=" + one.address;
    gauge(rows, "listener_connections", where, "connections that a listener has open", static_cast<int64_t>(one.open));
    counter(rows, "listener_refused", where, "connections closed before the plugin heard of them", one.refused);
    if (one.tls_end != 0) {
      gauge(rows, "tls_expiry_time_seconds", where, "when the listener's certificate ends",
            one.tls_end * kNanosecondsASecond);
    }
  }
}

void Vitals::add_limits(Rows& rows) const {
  limit(rows, "max_connections", static_cast<int64_t>(kernel_.streams.size()),
        kernel_.max_connections.load(std::memory_order_relaxed));
  limit(rows, "offload_queue", static_cast<int64_t>(kernel_.pool.waiting()),
        static_cast<int64_t>(kernel_.pool.capacity()));
  counter(rows, "offload_refused", "", "blocking work that the pool had no room for", kernel_.pool.refused());
}

}  // namespace junctor
