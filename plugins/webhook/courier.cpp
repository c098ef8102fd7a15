// SPDX-License-Identifier: Apache-2.0
#include "courier.hpp"

#include <Poco/Exception.h>

#include <algorithm>
#include <utility>

namespace junctor::webhook {

Courier::Courier(Hook hook, Patience patience, Clock clock, Told told)
    : hook_{std::move(hook)}, patience_{patience}, clock_{std::move(clock)}, told_{std::move(told)} {}

void Courier::start() {
  thread_ = std::thread{[this] { run(); }};
}

size_t Courier::stop() {
  size_t lost = 0;
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    lost = waiting_.size();
    waiting_.clear();
    try {
      if (socket_) socket_->shutdown();
    } catch (const Poco::Exception&) {  // it has ended by itself
    }
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  return lost;
}

bool Courier::put(Letter letter) {
  {
    const std::lock_guard lock{mutex_};
    if (stopping_ || waiting_.size() >= patience_.queue) return false;
    waiting_.push_back(std::move(letter));
  }
  changed_.notify_all();
  return true;
}

size_t Courier::waiting() const {
  const std::lock_guard lock{mutex_};
  return waiting_.size();
}

/// In order: what cannot go keeps what is behind it, as a receiver that is away is so for all of them.
void Courier::run() {
  std::unique_lock lock{mutex_};
  Duration pause = patience_.retry;
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const Letter letter = waiting_.front();
    lock.unlock();
    std::string why;
    const bool again = !go(letter, &why);
    lock.lock();
    socket_.reset();
    if (stopping_) return;
    const bool last = !again || Duration{std::chrono::seconds{clock_() - letter.made}} >= patience_.give_up;
    if (last) waiting_.pop_front();
    lock.unlock();
    told_(hook_, letter, why, last);
    lock.lock();
    if (last) {
      pause = patience_.retry;
      continue;
    }
    changed_.wait_for(lock, pause, [this] { return stopping_; });
    pause = std::min(pause * 2, patience_.retry_most);
  }
}

/// False: it is worth another try.
bool Courier::go(const Letter& letter, std::string* why) {
  try {
    post(hook_, letter, clock_(), [this](const Poco::Net::StreamSocket& socket) {
      const std::lock_guard inside{mutex_};
      socket_ = socket;
    });
    return true;
  } catch (const Failed& failed) {
    *why = failed.what();
    return !failed.again;
  }
}

}  // namespace junctor::webhook
