// SPDX-License-Identifier: Apache-2.0
// Signed ids that are handed out again. Any thread.
#include "signed_ids.hpp"

#include <functional>

#include "junctor/service/keys.h"

namespace junctor::holepunch {

namespace {

bool holds(std::string_view place, std::string_view message) {
  return place.size() == JCT_KEYS_SIGNATURE_SIZE + message.size() && place.substr(JCT_KEYS_SIGNATURE_SIZE) == message;
}

}  // namespace

void SignedIds::configure(size_t capacity) {
  const std::lock_guard lock{mutex_};
  if (places_.size() != capacity) places_ = std::vector<std::string>(capacity);
}

std::string SignedIds::find(std::string_view message) {
  const size_t hash = std::hash<std::string_view>{}(message);
  const std::lock_guard lock{mutex_};
  if (places_.empty()) return {};
  const std::string& place = places_[hash % places_.size()];
  return holds(place, message) ? place : std::string{};
}

void SignedIds::keep(std::string_view message, const std::string& made) {
  if (message.size() > kLongest || !holds(made, message)) return;
  const size_t hash = std::hash<std::string_view>{}(message);
  const std::lock_guard lock{mutex_};
  if (!places_.empty()) places_[hash % places_.size()] = made;
}

}  // namespace junctor::holepunch
