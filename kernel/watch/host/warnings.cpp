// SPDX-License-Identifier: Apache-2.0
#include "watch/host/warnings.hpp"

#include <algorithm>
#include <utility>

namespace junctor::host {
namespace {

std::string mebibytes(int64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

std::string seconds(Nanos time) {
  return std::to_string(std::chrono::round<std::chrono::seconds>(time).count()) + " s";
}

constexpr const char* kConntrackHint =
    "when the table is full the kernel drops new connections without a word: raise net.netfilter.nf_conntrack_max, or "
    "exempt this server's ports from tracking; a NAT rule that a container engine left behind may be what fills it";

constexpr const char* kClockHint =
    "set the clock and keep it set (systemd-timesyncd, chrony); meanwhile log times are wrong, certificates may look "
    "expired and other hosts' relay tickets too; who is online is not affected";

}  // namespace

std::vector<Warning> Warnings::look(const Facts& facts, const Limits& limits) {
  std::vector<Warning> tell;
  std::vector<Warning> now = found(facts, limits);
  for (size_t i = 0; i < states_.size(); ++i) {
    State& state = states_[i];
    const auto reason = static_cast<Reason>(i);
    const auto at = std::find_if(now.begin(), now.end(), [reason](const Warning& w) { return w.reason == reason; });
    const bool stood = std::exchange(state.stands, at != now.end());
    if (state.stands) {
      if (!is_due(state, facts.uptime)) continue;
      state.told = true;
      state.last = facts.uptime;
      tell.push_back(std::move(*at));
    } else if (stood && std::exchange(state.told, false) && reason != Reason::kClockJumped) {
      tell.push_back({reason, true, "", ""});
    }
  }
  before_ = facts;
  return tell;
}

std::vector<Warning> Warnings::found(const Facts& facts, const Limits& limits) const {
  std::vector<Warning> all;
  if (facts.disk_free >= 0 && facts.disk_free < limits.disk_free) {
    all.push_back({Reason::kDiskLow, false,
                   mebibytes(facts.disk_free) + " free in the data directory, less than " + mebibytes(limits.disk_free),
                   "make room, or give the data directory a larger disk: when it is full nothing new can register"});
  }
  if (facts.wall < built_ - std::chrono::hours{24}) {
    all.push_back({Reason::kClockBeforeBuild, false,
                   "the clock is " + seconds(built_ - facts.wall) +
                       " behind the day "
                       "on which this program was built",
                   kClockHint});
  }
  if (auto jump = clock_jump(facts, limits.clock_jump)) all.push_back(std::move(*jump));
  if (facts.max_fds < limits.descriptors) {
    all.push_back(
        {Reason::kFewDescriptors, false,
         std::to_string(facts.max_fds) + " descriptors may be open, less than " + std::to_string(limits.descriptors),
         "raise LimitNOFILE of the service (ulimit -n): a relayed session takes up to six, a connection one"});
  }
  if (!facts.has_ipv6) {
    all.push_back(
        {Reason::kNoIpv6, false, "this host has no IPv6 address that others can reach",
         "nothing fails, but clients with IPv6 alone do not come, and pairs that could meet over it are relayed"});
  }
  if (limits.conntrack > 0 && facts.tracked > 0 && facts.tracked * 100 >= facts.most_tracked * limits.conntrack) {
    all.push_back({Reason::kConntrackFull, false,
                   "the firewall tracks " + std::to_string(facts.tracked) + " connections of at most " +
                       std::to_string(facts.most_tracked),
                   kConntrackHint});
  }
  return all;
}

/// Nobody sets the time since boot: what the two clocks differ in is what somebody did to the other.
std::optional<Warning> Warnings::clock_jump(const Facts& facts, Nanos limit) const {
  if (!before_ || limit == Nanos{0}) return std::nullopt;
  const Nanos by = (facts.wall - before_->wall) - (facts.uptime - before_->uptime);
  if (by <= limit && -by <= limit) return std::nullopt;
  const std::string where = by > Nanos{0} ? " forward" : " back";
  return Warning{Reason::kClockJumped, false, "the clock was set " + seconds(by > Nanos{0} ? by : -by) + where,
                 kClockHint};
}

/// Each jump of the clock is a thing of its own.
bool Warnings::is_due(const State& state, Nanos now) const {
  if (!state.last || &state == &states_.at(static_cast<size_t>(Reason::kClockJumped))) return true;
  return now - *state.last >= (state.told ? Nanos{kAgain} : Nanos{kCalm});
}

}  // namespace junctor::host
