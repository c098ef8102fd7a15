// SPDX-License-Identifier: Apache-2.0
// The relay's metrics. Made by create; any thread afterwards, refusals apart.
#pragma once

#include <map>
#include <string>

#include "junctor/host.hpp"

namespace junctor::relay {

struct Counters {
  explicit Counters(const Host& host)
      : sessions{host.gauge("sessions", nullptr, "sessions that run")},
        waiting{host.gauge("waiting", nullptr, "first sides that wait")},
        paired{host.counter("paired", nullptr, "sessions begun")},
        bytes_ab{host.counter("bytes", "direction=a_to_b", "bytes relayed from the controlling side")},
        bytes_ba{host.counter("bytes", "direction=b_to_a", "bytes relayed from the controlled side")} {}

  Metric sessions;
  Metric waiting;
  Metric paired;
  Metric bytes_ab;
  Metric bytes_ba;
};

/// A counter by reason. One a loop: auth plugins bring words of their own, so they are opened as they come.
class Reasons {
 public:
  /// `name` and `help`: constants.
  Reasons(const Host& host, const char* name, const char* help) : host_{host}, name_{name}, help_{help} {}

  void add(const std::string& reason) {
    auto known = by_reason_.find(reason);
    if (known == by_reason_.end()) known = by_reason_.find(by_reason_.size() < kMaxReasons ? reason : kOther);
    if (known == by_reason_.end()) known = open(by_reason_.size() < kMaxReasons ? reason : kOther);
    known->second.add();
  }

 private:
  static constexpr size_t kMaxReasons = 32;
  static constexpr const char* kOther = "other";

  /// Where the kernel has no room for one more metric, the reason is counted by nobody; its log line remains.
  std::map<std::string, Metric>::iterator open(const std::string& reason) {
    const std::string label = "reason=" + reason;
    Metric metric;
    host_.guarded(name_, [&] { metric = host_.counter(name_, label.c_str(), help_); });
    return by_reason_.emplace(reason, metric).first;
  }

  const Host& host_;
  const char* name_;
  const char* help_;
  std::map<std::string, Metric> by_reason_;
};

}  // namespace junctor::relay
