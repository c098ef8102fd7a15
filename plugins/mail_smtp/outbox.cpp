// SPDX-License-Identifier: Apache-2.0
#include "outbox.hpp"

#include <algorithm>

namespace junctor::mail_smtp {
namespace {

constexpr int64_t kHour = 3600;

std::string key_of(const std::string& address) {
  std::string out = address;
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

}  // namespace

Outbox::Taken Outbox::put(Mail mail, int64_t now) {
  if (waiting_.size() >= limits_.waiting) return Taken::kFull;
  for (auto at = recent_.begin(); at != recent_.end();) {
    auto& times = at->second;
    while (!times.empty() && times.front() <= now - kHour) times.pop_front();
    at = times.empty() ? recent_.erase(at) : std::next(at);
  }
  auto& times = recent_[key_of(mail.to)];
  if (times.size() >= limits_.each_hour) return Taken::kTooMany;
  times.push_back(now);
  mail.asked = now;
  waiting_.emplace(now, std::move(mail));
  return Taken::kYes;
}

std::optional<Mail> Outbox::due(int64_t now) {
  if (waiting_.empty() || waiting_.begin()->first > now) return std::nullopt;
  Mail out = std::move(waiting_.begin()->second);
  waiting_.erase(waiting_.begin());
  ++out.tries;
  return out;
}

bool Outbox::again(Mail mail, int64_t now) {
  if (now - mail.asked >= limits_.give_up) return false;
  int64_t wait = limits_.first_wait;
  for (int at = 1; at < mail.tries && wait < limits_.longest_wait; ++at) wait *= 2;
  waiting_.emplace(now + std::min(wait, limits_.longest_wait), std::move(mail));
  return true;
}

std::optional<int64_t> Outbox::next(int64_t now) const {
  if (waiting_.empty()) return std::nullopt;
  return std::max<int64_t>(0, waiting_.begin()->first - now);
}

}  // namespace junctor::mail_smtp
