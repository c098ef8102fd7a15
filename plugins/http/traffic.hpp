// SPDX-License-Identifier: Apache-2.0
// What is counted, and why requests are refused or connections cut off, in stable words. Any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <string>

#include "junctor/host.hpp"
#include "wire/abi.hpp"

namespace junctor::http {

enum class Refusal {
  kBadRequest,
  kHeadTooLarge,
  kBodyTooLarge,
  kNoBodyMemory,
  kBusy,
  kLateHead,
  kLateBody,
  kLateAnswer,
  kSlowReader,
  kNotFound,
  kMethod,
  kExpectation,
  kDenied,
  kCount
};

class Traffic {
 public:
  explicit Traffic(const Host& host) : host_{host} {
    for (size_t i = 0; i < refused_.size(); ++i) {
      refused_[i] = host.counter("refused", (std::string{"reason="} + kWords[i]).c_str(), "requests refused");
    }
    for (size_t i = 0; i < answered_.size(); ++i) {
      const std::string label = "class=" + std::to_string(i + 1) + "xx";
      answered_[i] = host.counter("answered", label.c_str(), "answers by the class of their status");
    }
  }

  void answered(uint32_t status) const {
    if (status >= 100 && status < 600) answered_[status / 100 - 1].add();
  }

  void refused(Refusal reason, const jct_addr& peer, std::string_view path = {}) const {
    const auto index = static_cast<size_t>(reason);
    refused_[index].add();
    const bool usual = reason == Refusal::kNotFound || reason == Refusal::kMethod || reason == Refusal::kLateHead;
    const uint32_t level = usual ? JCT_LOG_DEBUG : JCT_LOG_INFO;
    if (!host_.heeds(level)) return;
    host_.event(level, "http.refused",
                {{"reason", kWords[index]}, {"peer", wire::from_abi(peer).text()}, {"path", path.substr(0, 200)}});
  }

  /// A trusted proxy writes what nobody can read: told once, as every request would say the same.
  void unread(std::string_view word, const jct_addr& peer) {
    if (told_unread_.exchange(true)) return;
    host_.warning("http.proxy_unread", {{"word", word.substr(0, 100)},
                                        {"peer", wire::from_abi(peer).text()},
                                        {"hint", "the proxy is to send an IP address; the proxy's own is shown"}});
  }

 private:
  static constexpr size_t kCount = static_cast<size_t>(Refusal::kCount);
  static constexpr std::array<const char*, kCount> kWords{
      "bad_request",  "head_too_large", "body_too_large", "body_memory", "busy",
      "head_timeout", "body_timeout",   "answer_timeout", "slow_reader", "not_found",
      "method",       "expectation",    "denied"};

  const Host& host_;
  std::array<Metric, kCount> refused_;
  std::array<Metric, 5> answered_;
  std::atomic<bool> told_unread_{false};
};

}  // namespace junctor::http
