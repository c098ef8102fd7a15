// SPDX-License-Identifier: Apache-2.0
// For tests of storage backends: the test's own thread plays every loop, and calls wait for their answer.
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "storage_memory/store.hpp"

namespace junctor::storage {

/// Deliveries wait here until the test's thread runs them.
class TestCourier : public Courier {
 public:
  void deliver(Loop loop, std::function<void()> run) override {
    const std::lock_guard lock{mutex_};
    waiting_.emplace_back(loop, std::move(run));
    arrived_.notify_one();
  }

  /// Runs deliveries until `ready`; false when it was not for so long that something hangs.
  bool run_until(const std::function<bool()>& ready, std::chrono::seconds patience = std::chrono::seconds{60}) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!ready()) {
      std::unique_lock lock{mutex_};
      if (!arrived_.wait_until(lock, deadline, [this] { return !waiting_.empty(); })) return false;
      auto next = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      last_loop_ = next.first;
      ++deliveries_;
      next.second();
    }
    return true;
  }

  Loop last_loop() const { return last_loop_; }
  size_t deliveries() const { return deliveries_; }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::pair<Loop, std::function<void()>>> waiting_;
  Loop last_loop_ = 0;
  size_t deliveries_ = 0;
};

/// Calls that wait. A call that is never answered fails the test.
class Asker {
 public:
  using Value = std::pair<Status, std::string>;
  struct Found {
    Status status = Status::kIo;
    std::optional<Peer> peer;
  };

  Asker(Store& store, TestCourier& courier, Loop loop = 0) : store_{store}, courier_{courier}, loop_{loop} {}

  Found get(const std::string& id) {
    return wait<Found>([&](auto answer) {
      store_.peer_get(id, loop_, [answer](Status status, const Peer* peer) {
        answer({status, peer != nullptr ? std::optional{*peer} : std::nullopt});
      });
    });
  }
  Status put(const Peer& peer) {
    return wait<Status>([&](auto answer) { store_.peer_put(peer, loop_, answer); });
  }
  Status rename(const std::string& old_id, const std::string& new_id, const std::string& uuid) {
    return wait<Status>([&](auto answer) { store_.peer_rename(old_id, new_id, uuid, loop_, answer); });
  }
  Status remove(const std::string& id) {
    return wait<Status>([&](auto answer) { store_.peer_remove(id, loop_, answer); });
  }
  /// The ids that came, and the end's status; stops after `most` rows.
  std::pair<Status, std::vector<std::string>> scan(const std::string& after, uint64_t limit, size_t most = SIZE_MAX) {
    auto ids = std::make_shared<std::vector<std::string>>();
    const Status status = wait<Status>([&](auto answer) {
      store_.peer_scan(after, limit, loop_,
                       {[ids, most](const Peer& peer) {
                          ids->push_back(peer.id);
                          return ids->size() < most;
                        },
                        answer});
    });
    return {status, *ids};
  }
  Value value(const std::string& space, const std::string& key) {
    return wait<Value>([&](auto answer) {
      store_.value_get(space, key, loop_, [answer](Status status, std::string_view text) {
        answer({status, std::string{text}});
      });
    });
  }
  Status put_value(const std::string& space, const std::string& key, const std::string& text) {
    return wait<Status>([&](auto answer) { store_.value_put(space, key, text, loop_, answer); });
  }
  Status remove_value(const std::string& space, const std::string& key) {
    return wait<Status>([&](auto answer) { store_.value_remove(space, key, loop_, answer); });
  }
  /// "key=value" of each row.
  std::vector<std::string> scan_values(const std::string& space, const std::string& after, uint64_t limit) {
    auto rows = std::make_shared<std::vector<std::string>>();
    const Status status = wait<Status>([&](auto answer) {
      store_.value_scan(space, after, limit, loop_,
                        {[rows](std::string_view key, std::string_view text) {
                           rows->push_back(std::string{key} + "=" + std::string{text});
                           return true;
                         },
                         answer});
    });
    CHECK(status == Status::kOk);
    return *rows;
  }

 private:
  template <class T, class Ask>
  T wait(Ask ask) {
    auto result = std::make_shared<std::optional<T>>();
    ask([result](const T& answer) {
      REQUIRE_MESSAGE(!result->has_value(), "answered twice");
      *result = answer;
    });
    REQUIRE_MESSAGE(!result->has_value(), "answered inline");
    REQUIRE_MESSAGE(courier_.run_until([&] { return result->has_value(); }), "never answered");
    CHECK(courier_.last_loop() == loop_);
    return **result;
  }

  Store& store_;
  TestCourier& courier_;
  Loop loop_;
};

inline doctest::String toString(Status status) {
  static constexpr const char* kNames[] = {"ok", "not_found", "exists",       "mismatch",
                                           "io", "limit",     "bad_argument", "closed"};
  return kNames[static_cast<size_t>(status)];
}

}  // namespace junctor::storage
