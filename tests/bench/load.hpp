// SPDX-License-Identifier: Apache-2.0
// Bytes through sessions: a thread that writes on each A, a thread that reads on each B and throws away what it reads.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "subject.hpp"

namespace junctor::bench {

/// `write` bytes of payload at a time; `rate`: payload bytes a second of all sessions together, 0: as much as will go.
struct LoadShape {
  size_t write = 65536;
  double rate = 0;
};

/// Runs from construction to destruction. `sessions` must outlive it.
class Load {
 public:
  Load(const std::vector<Session>& sessions, Kinds kinds, LoadShape shape);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  /// Bytes that have arrived at each B. [any]
  std::vector<uint64_t> received() const;
  uint64_t received_in_all() const;

 private:
  struct Writer {
    int fd;
    size_t sent;  ///< of the unit that is under way
  };

  void read_all();
  void write_saturated();
  void write_paced();
  /// Goes on with one unit; false where the socket takes no more.
  bool write_unit(Writer& writer) const;

  std::string unit_;  ///< one write, as it stands on the wire
  LoadShape shape_;
  std::vector<Writer> writers_;
  std::vector<int> readers_;
  std::unique_ptr<std::atomic<uint64_t>[]> counts_;
  std::atomic<bool> over_{false};
  std::thread reading_;
  std::thread writing_;
};

}  // namespace junctor::bench
