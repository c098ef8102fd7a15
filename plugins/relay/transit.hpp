// SPDX-License-Identifier: Apache-2.0
// Sides on their way between loops. Should the plugin stop meanwhile, their arrival is dropped; they stay here until
// their stream has told its end. Any thread; the mutex is held for one access.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "side.hpp"

namespace junctor::relay {

class Transit {
 public:
  void depart(std::shared_ptr<Side> side) {
    const std::lock_guard lock{mutex_};
    const jct_handle stream = side->link.stream();
    sides_[stream] = std::move(side);
  }
  /// Null where it is not on its way.
  std::shared_ptr<Side> arrive(jct_handle stream) {
    const std::lock_guard lock{mutex_};
    auto moved = sides_.extract(stream);
    return moved.empty() ? nullptr : std::move(moved.mapped());
  }

 private:
  std::mutex mutex_;
  std::map<jct_handle, std::shared_ptr<Side>> sides_;
};

}  // namespace junctor::relay
