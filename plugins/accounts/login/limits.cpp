// SPDX-License-Identifier: Apache-2.0
// Buckets of failures. Any thread; one lock.
#include "accounts/login/limits.hpp"

#include <algorithm>
#include <vector>

namespace junctor::accounts {
namespace {

constexpr int64_t kMinute = 60, kHour = 3600;
constexpr size_t kRow = 30;  // alarm 3 at more

}  // namespace

std::string source_of(const uint8_t (&ip)[16], uint8_t family) {
  return {reinterpret_cast<const char*>(ip), family == 4 ? size_t{4} : size_t{8}};
}

std::string FailedLogins::key_of(const Attempt& attempt) {
  return attempt.device.empty() ? "s" + attempt.account + '\0' + attempt.source
                                : "d" + attempt.account + '\0' + attempt.device;
}
std::string FailedLogins::source_key(const std::string& source) { return "a" + source; }
std::string FailedLogins::row_key(const std::string& account) { return "r" + account + '\0'; }

void FailedLogins::set(const LoginLimits& limits) {
  const std::lock_guard lock{mutex_};
  limits_ = limits;
}

int64_t FailedLogins::wait_of(const Table& table, const std::string& key, size_t most, int64_t span, int64_t now) {
  const auto found = table.find(key);
  if (found == table.end() || most == 0) return 0;
  const auto& failures = found->second.failures;
  if (failures.size() < most) return 0;
  // The one whose passing makes room.
  const int64_t until = failures[failures.size() - most] + span;
  return std::max<int64_t>(until - now, 0);
}

int64_t FailedLogins::wait(const Attempt& attempt, int64_t now) const {
  const std::lock_guard lock{mutex_};
  return wait_here(attempt, now);
}

bool FailedLogins::is_busy(const std::string& key, size_t most, int64_t now) const {
  const auto under_way = trials_.find(key);
  return most != 0 && under_way != trials_.end() && under_way->second + within(key, kMinute, now) >= most;
}

int64_t FailedLogins::begin(const Attempt& attempt, int64_t now, Trial* trial) {
  std::vector<std::string> keys{key_of(attempt)};
  if (attempt.device.empty()) keys.push_back(source_key(attempt.source));
  {
    const std::lock_guard lock{mutex_};
    if (const int64_t longest = wait_here(attempt, now); longest > 0) return longest;
    if (is_busy(keys[0], limits_.per_minute, now)) return 1;
    if (keys.size() > 1 && is_busy(keys[1], limits_.source_per_minute, now)) return 1;
    for (const std::string& key : keys) ++trials_[key];
  }
  *trial = Trial{*this, std::move(keys)};  // one that it was ends here, which takes the lock
  return 0;
}

void FailedLogins::ended(const std::vector<std::string>& keys) {
  const std::lock_guard lock{mutex_};
  for (const std::string& key : keys) {
    const auto found = trials_.find(key);
    if (found != trials_.end() && --found->second == 0) trials_.erase(found);
  }
}

int64_t FailedLogins::wait_here(const Attempt& attempt, int64_t now) const {
  const std::string key = key_of(attempt);
  int64_t longest = std::max(wait_of(table_, key, limits_.per_minute, kMinute, now),
                             wait_of(table_, key, limits_.per_hour, kHour, now));
  if (attempt.device.empty()) {
    longest = std::max(longest, wait_of(table_, source_key(attempt.source), limits_.source_per_minute, kMinute, now));
  }
  return longest;
}

size_t FailedLogins::add(const std::string& key, int64_t now, size_t keep) {
  auto found = table_.find(key);
  if (found == table_.end()) {
    if (table_.size() >= limits_.buckets && !ages_.empty()) erase(table_.find(ages_.front()));
    found = table_.emplace(key, Bucket{}).first;
    found->second.age = ages_.insert(ages_.end(), key);
  } else {
    ages_.splice(ages_.end(), ages_, found->second.age);
  }
  auto& failures = found->second.failures;
  failures.push_back(now);
  while (failures.size() > keep) failures.pop_front();
  return ++found->second.total;
}

size_t FailedLogins::within(const std::string& key, int64_t span, int64_t now) const {
  const auto found = table_.find(key);
  if (found == table_.end()) return 0;
  const auto& failures = found->second.failures;
  return static_cast<size_t>(
      std::count_if(failures.begin(), failures.end(), [&](int64_t at) { return at > now - span; }));
}

LoginAlarms FailedLogins::failed(const Attempt& attempt, int64_t now) {
  const std::lock_guard lock{mutex_};
  const size_t keep = std::max(limits_.per_minute, limits_.per_hour) + 2;
  add(key_of(attempt), now, keep);
  if (attempt.device.empty()) add(source_key(attempt.source), now, limits_.source_per_minute + 1);
  const std::string row = row_key(attempt.account);
  const size_t in_a_row = add(row, now, keep);
  return {in_a_row == kRow + 1, within(row, kMinute, now) == limits_.per_minute + 1,
          within(row, kHour, now) == limits_.per_hour + 1};
}

void FailedLogins::erase(Table::iterator at) {
  if (at == table_.end()) return;
  ages_.erase(at->second.age);
  table_.erase(at);
}

void FailedLogins::succeeded(const Attempt& attempt) {
  const std::lock_guard lock{mutex_};
  erase(table_.find(key_of(attempt)));
  erase(table_.find(row_key(attempt.account)));
}

void FailedLogins::unlock(std::string_view account) {
  const std::lock_guard lock{mutex_};
  std::vector<std::string> gone;
  for (const auto& [key, bucket] : table_) {
    const size_t end = key.find('\0');
    if (end != std::string::npos && key[0] != 'a' && std::string_view{key}.substr(1, end - 1) == account) {
      gone.push_back(key);
    }
  }
  for (const std::string& key : gone) erase(table_.find(key));
}

size_t FailedLogins::buckets() const {
  const std::lock_guard lock{mutex_};
  return table_.size();
}

}  // namespace junctor::accounts
