// SPDX-License-Identifier: Apache-2.0
#include "accounts/login/hashers.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace junctor::accounts {
namespace {

/// A gate that jobs wait at, and a count of those that are there.
class Gate {
 public:
  void pass() {
    std::unique_lock lock{mutex_};
    ++here_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void wait_for(int count) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return here_ >= count; });
  }
  void open() {
    const std::lock_guard lock{mutex_};
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int here_ = 0;
  bool open_ = false;
};

TEST_CASE("as many jobs run at once as there are threads, some wait, and more are refused") {
  Gate gate;
  std::atomic<int> ran{0};
  Hashers hashers{2, 3};
  const auto job = [&] {
    gate.pass();
    ++ran;
  };
  CHECK(hashers.run(job));
  CHECK(hashers.run(job));
  gate.wait_for(2);
  for (int i = 0; i < 3; ++i) CHECK(hashers.run(job));
  CHECK(hashers.waiting() == 3);
  CHECK_FALSE(hashers.run(job));
  gate.open();
  gate.wait_for(5);
  hashers.close();
  CHECK(ran == 5);
}

TEST_CASE("closing drops what waits, with what it holds, and takes nothing more") {
  Gate gate;
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> seen = held;
  Hashers hashers{1, 8};
  CHECK(hashers.run([&] { gate.pass(); }));
  gate.wait_for(1);
  CHECK(hashers.run([held] {}));
  held.reset();
  std::thread closer{[&] { hashers.close(); }};
  gate.open();
  closer.join();
  CHECK(seen.expired());
  CHECK_FALSE(hashers.run([] {}));
}

}  // namespace
}  // namespace junctor::accounts
