// SPDX-License-Identifier: Apache-2.0
// A crowd of clients that speak UDP from one socket: loopback has 16 million addresses, and each may be the sender. A
// thread of its own sends at a steady rate and takes in what comes back.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "wire/address.hpp"

namespace junctor::site {

class Crowd {
 public:
  struct Datagram {
    wire::Address from;  ///< of 127.0.0.0/8; the port is the crowd's own
    std::string bytes;
  };
  /// The `i`th datagram.
  using Say = std::function<Datagram(uint64_t i)>;

  Crowd(const wire::Address& server, double per_second, Say say);
  ~Crowd() { stop(); }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  void stop();
  uint64_t sent() const { return sent_; }
  uint64_t answered() const { return answered_; }
  uint64_t answer_bytes() const { return answer_bytes_; }
  uint64_t sent_bytes() const { return sent_bytes_; }

 private:
  void run(double per_second, const Say& say);
  void send(const Datagram& datagram);
  void drain();

  wire::Address server_;
  int fd_;
  std::atomic<bool> stop_{false};
  std::atomic<uint64_t> sent_{0}, answered_{0}, sent_bytes_{0}, answer_bytes_{0};
  std::thread thread_;
};

/// The nth address of 127.N.0.0/16 and the following ones.
wire::Address loopback(uint32_t net, uint32_t n);

}  // namespace junctor::site
