// SPDX-License-Identifier: Apache-2.0
// Time-ordered guids. Lives on the writer's thread.
#include "storage_sqlite/guid.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

namespace junctor::storage {
namespace {

void append(std::string& out, uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift & 0xff));
}

}  // namespace

GuidSource::GuidSource(std::function<uint64_t()> milliseconds_now, std::function<uint64_t()> random)
    : milliseconds_now_{std::move(milliseconds_now)}, random_{std::move(random)} {}

std::string GuidSource::next() {
  last_ = std::max(last_ + 1, milliseconds_now_() << 16);
  std::string guid;
  guid.reserve(16);
  append(guid, last_);
  append(guid, random_());
  return guid;
}

GuidSource system_guids() {
  return {[] {
            const auto now = std::chrono::system_clock::now().time_since_epoch();
            return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
          },
          [source = std::mt19937_64{std::random_device{}()}]() mutable { return source(); }};
}

}  // namespace junctor::storage
