// SPDX-License-Identifier: Apache-2.0
#include "sender.hpp"

#include <Poco/Exception.h>

#include <chrono>
#include <utility>

namespace junctor::mail_smtp {

Sender::Sender(Server server, Outbox::Limits limits, Clock clock, Told told)
    : clock_{std::move(clock)}, told_{std::move(told)}, server_{std::move(server)}, outbox_{limits} {}

void Sender::start() {
  thread_ = std::thread{[this] { run(); }};
}

void Sender::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    try {
      if (socket_) socket_->shutdown();
    } catch (const Poco::Exception&) {  // it has ended by itself
    }
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Sender::configure(Server server, Outbox::Limits limits) {
  const std::lock_guard lock{mutex_};
  server_ = std::move(server);
  outbox_.configure(limits);
}

Outbox::Taken Sender::put(Mail mail) {
  const std::lock_guard lock{mutex_};
  const Outbox::Taken taken = outbox_.put(std::move(mail), clock_());
  changed_.notify_all();
  return taken;
}

size_t Sender::waiting() const {
  const std::lock_guard lock{mutex_};
  return outbox_.size();
}

Server Sender::server() const {
  const std::lock_guard lock{mutex_};
  return server_;
}

void Sender::run() {
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    if (auto mail = outbox_.due(clock_())) {
      go(lock, std::move(*mail));
    } else if (const auto wait = outbox_.next(clock_())) {
      changed_.wait_for(lock, std::chrono::seconds{std::max<int64_t>(1, *wait)});
    } else {
      changed_.wait(lock);
    }
  }
}

/// The lock is let go while the mail is on its way.
void Sender::go(std::unique_lock<std::mutex>& lock, Mail mail) {
  const Server server = server_;
  lock.unlock();
  std::string why;
  bool again = false;
  try {
    deliver(server, mail, [this](const Poco::Net::StreamSocket& socket) {
      const std::lock_guard inside{mutex_};
      socket_ = socket;
    });
  } catch (const Failed& failed) {
    why = failed.what();
    again = failed.again;
  }
  lock.lock();
  socket_.reset();
  if (stopping_) return;
  const Mail copy = mail;
  const bool last = why.empty() || !again || copy.once || !outbox_.again(std::move(mail), clock_());
  lock.unlock();
  told_(copy, why, last);
  lock.lock();
}

}  // namespace junctor::mail_smtp
