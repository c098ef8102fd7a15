// SPDX-License-Identifier: Apache-2.0
// Takes mails from the outbox to the server, on a thread of its own: a server that hangs keeps nobody waiting but the
// mails behind it. put, configure, check: any thread.
#pragma once

#include <Poco/Net/StreamSocket.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "outbox.hpp"
#include "smtp.hpp"

namespace junctor::mail_smtp {

class Sender {
 public:
  /// Called on the sender's thread. `why` is empty for one that went; `last`: it is not tried again.
  using Told = std::function<void(const Mail& mail, const std::string& why, bool last)>;
  using Clock = std::function<int64_t()>;  // Unix seconds

  Sender(Server server, Outbox::Limits limits, Clock clock, Told told);
  ~Sender() { stop(); }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  void start();
  /// What waits is lost; what is on its way is cut.
  void stop();
  void configure(Server server, Outbox::Limits limits);

  Outbox::Taken put(Mail mail);
  size_t waiting() const;
  Server server() const;

 private:
  void run();
  void go(std::unique_lock<std::mutex>& lock, Mail mail);

  const Clock clock_;
  const Told told_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Server server_;  // guarded by mutex_, as what follows
  Outbox outbox_;
  std::optional<Poco::Net::StreamSocket> socket_;  // of the mail on its way
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace junctor::mail_smtp
