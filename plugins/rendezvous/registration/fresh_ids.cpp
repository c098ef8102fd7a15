// SPDX-License-Identifier: Apache-2.0
// Ids on trial. Any thread; one lock, held for a few look-ups.
#include "registration/fresh_ids.hpp"

namespace junctor::rendezvous {

namespace {

constexpr size_t kOldest = 8;  // of these one may have gone

}  // namespace

void FreshIds::configure(size_t capacity, int64_t keep) {
  const std::lock_guard lock{mutex_};
  capacity_ = capacity;
  keep_ = keep;
}

size_t FreshIds::capacity() const {
  const std::lock_guard lock{mutex_};
  return capacity_;
}

size_t FreshIds::size() const {
  const std::lock_guard lock{mutex_};
  return since_.size();
}

bool FreshIds::make_room(int64_t now, const IsHere& is_here, std::optional<std::string>* evicted) {
  std::vector<std::string> oldest;
  {
    const std::lock_guard lock{mutex_};
    if (since_.size() < capacity_) return true;
    for (const auto& [since, id] : by_age_) {
      if (oldest.size() == kOldest || since > now - kGrace) break;
      oldest.push_back(id);
    }
  }
  for (const std::string& id : oldest) {
    if (is_here(id) || !settle(id)) continue;
    *evicted = id;
    return true;
  }
  return false;
}

void FreshIds::add(std::string_view id, int64_t since) {
  const std::lock_guard lock{mutex_};
  if (since_.emplace(id, since).second) by_age_.emplace(since, id);
}

bool FreshIds::settle(std::string_view id) {
  const std::lock_guard lock{mutex_};
  const auto found = since_.find(id);
  if (found == since_.end()) return false;
  by_age_.erase({found->second, found->first});
  since_.erase(found);
  return true;
}

bool FreshIds::has(std::string_view id) const {
  const std::lock_guard lock{mutex_};
  return since_.find(id) != since_.end();
}

std::vector<std::string> FreshIds::expired(int64_t now, size_t limit) const {
  const std::lock_guard lock{mutex_};
  std::vector<std::string> over;
  if (keep_ <= 0) return over;
  for (const auto& [since, id] : by_age_) {
    if (over.size() == limit || since > now - keep_) break;
    over.push_back(id);
  }
  return over;
}

}  // namespace junctor::rendezvous
