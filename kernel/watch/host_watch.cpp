// SPDX-License-Identifier: Apache-2.0
#include "watch/host_watch.hpp"

namespace junctor {

using ops::MetricKind;

HostWatch::HostWatch(api::Kernel& kernel, ops::Log& log)
    : kernel_{kernel},
      log_{log},
      timer_{loop::Timer::of<&HostWatch::on_time>(this)},
      jumps_{kernel.metrics.open(MetricKind::kCounter, {"", "clock_jumps", ""}, "times that the clock was set")},
      disk_free_{kernel.metrics.open(MetricKind::kGauge, {"", "data_dir_free_bytes", ""},
                                     "what can still be written to the data directory's disk; -1: it does not tell")} {
  for (size_t i = 0; i < gauges_.size(); ++i) {
    gauges_[i] =
        kernel.metrics.open(MetricKind::kGauge, {"", "warning", std::string{"reason="} + host::kReasonWords[i]},
                            "1 while this about the host will hurt the site");
  }
}

void HostWatch::begin() { on_time(); }

void HostWatch::configure(const config::KernelConfig& settings) {
  limits_ = {settings.warn_disk_free, host::Nanos{settings.warn_clock_jump}, settings.warn_descriptors,
             settings.warn_conntrack};
  interval_ = loop::Duration{settings.warn_interval};
  data_dir_ = settings.data_dir;
  if (timer_.armed()) kernel_.loops.control().start(timer_, interval_);
}

void HostWatch::on_time() {
  kernel_.loops.control().start(timer_, interval_);
  if (looking_) return;
  looking_ = kernel_.pool.submit([this, dir = data_dir_] {
    const host::Facts facts = host::look(dir);
    kernel_.loops.control().post([this, facts] { judge(facts); });
  });
}

void HostWatch::judge(const host::Facts& facts) {
  looking_ = false;
  for (const host::Warning& warning : warnings_.look(facts, limits_)) tell(warning);
  for (size_t i = 0; i < gauges_.size(); ++i) gauges_[i]->set(warnings_.stands(host::Reason{static_cast<int>(i)}));
  disk_free_->set(facts.disk_free);
}

/// A host without IPv6 is as good as its network: told, not complained of.
void HostWatch::tell(const host::Warning& warning) const {
  if (warning.reason == host::Reason::kClockJumped) jumps_->add(0, 1);
  if (warning.over) kernel_.standing.forget(word(warning.reason));
  if (warning.over) return log_.write(ops::Level::kInfo, "host.warning_over", {{"reason", word(warning.reason)}});
  const auto level = warning.reason == host::Reason::kNoIpv6 ? ops::Level::kInfo : ops::Level::kWarning;
  if (level == ops::Level::kWarning) kernel_.standing.keep({word(warning.reason), warning.detail, warning.hint});
  log_.write(level, "host.warning",
             {{"reason", word(warning.reason)}, {"detail", warning.detail}, {"hint", warning.hint}});
}

}  // namespace junctor
