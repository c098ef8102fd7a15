// SPDX-License-Identifier: Apache-2.0
// The few (socket, local address) pairs that peers were seen on, as small numbers that fit into a peer's record. Any
// thread; reading takes no lock.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "junctor/abi.h"

namespace junctor::rendezvous {

bool same_address(const jct_addr& one, const jct_addr& other);

class Locals {
 public:
  struct Pair {
    jct_handle socket = 0;  // 0 for connections
    jct_addr local{};
  };

  /// What the table can hold: a host that answers on whole networks (AnyIP) must not make it grow.
  static constexpr uint16_t kCapacity = 512;
  /// Stands for "not known": no socket, no address.
  static constexpr uint16_t kNone = 0;

  Locals();

  /// The pair's number. Where the table is full: the number of its socket without an address (the kernel then chooses
  /// the address that replies leave from), else kNone.
  uint16_t index_of(jct_handle socket, const jct_addr& local);
  Pair at(uint16_t index) const;

 private:
  uint16_t find(const Pair& pair, uint16_t from, uint16_t to) const;
  uint16_t add(const Pair& pair);

  std::unique_ptr<std::array<Pair, kCapacity>> pairs_;
  std::atomic<uint16_t> count_{1};  // entries below it never change
  std::mutex growing_;
};

}  // namespace junctor::rendezvous
