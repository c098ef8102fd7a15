// SPDX-License-Identifier: Apache-2.0
// Whole punch exchanges as two clients have them (protocol.md 6.4): A asks over TCP, the server tells B by UDP, B
// answers over TCP, A is answered. One thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "subject.hpp"
#include "timing.hpp"
#include "wire/peer.hpp"

namespace junctor::bench {

struct PunchResult {
  double seconds = 0;
  size_t failed = 0;          ///< not over within five seconds
  std::vector<double> times;  ///< microseconds, from A's connect to A's answer
};

class PunchLoad {
 public:
  /// `devices` register, at `device_ip` where one is given. Throws where the server refuses them.
  PunchLoad(const Subject& server, const std::string& device_ip, size_t devices);

  /// `count` exchanges, each with two connections of its own; at most `at_once` under way.
  PunchResult run(size_t count, size_t at_once);
  /// At most `most` requests on one connection, one after the other: microseconds until B has the push.
  std::vector<double> push(Seconds time, size_t most);

 private:
  struct Device {
    wire::Peer peer;
    wire::UdpClient socket;
  };
  struct Exchange {
    wire::TcpClient a;
    Clock::time_point begin;
  };

  void watch(int fd, uint64_t tag) const;
  std::string request_to(const Device& device) const;
  void begin(uint64_t number);
  void on_device(Device& device) const;
  void on_answer(uint64_t number, PunchResult& result);

  const Subject& server_;
  wire::Address device_address_;
  wire::Socket epoll_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::unordered_map<uint64_t, Exchange> under_way_;
};

}  // namespace junctor::bench
