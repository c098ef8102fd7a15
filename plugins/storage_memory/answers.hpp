// SPDX-License-Identifier: Apache-2.0
// The answers of a batch, gathered by the loop that asked, so that each loop is woken once. Lives on the thread that
// serves the batch.
#pragma once

#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "storage_memory/store.hpp"

namespace junctor::storage {

class Answers {
 public:
  void add(Loop loop, std::function<void()> answer) { by_loop_[loop].push_back(std::move(answer)); }

  /// Each loop gets its answers in the order in which they were added.
  void send(Courier& courier) {
    for (auto& [loop, answers] : by_loop_) {
      courier.deliver(loop, [all = std::move(answers)] {
        for (const auto& answer : all) answer();
      });
    }
    by_loop_.clear();
  }

 private:
  std::map<Loop, std::vector<std::function<void()>>> by_loop_;
};

}  // namespace junctor::storage
