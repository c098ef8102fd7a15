// SPDX-License-Identifier: Apache-2.0
// RegisterPk, each of an id that is new to the server. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "timing.hpp"
#include "udp_batch.hpp"
#include "wire/socket.hpp"

namespace junctor::bench {

struct RegistrationCount {
  uint64_t sent = 0;
  uint64_t confirmed = 0;
  double seconds = 0;
};

class RegistrationLoad {
 public:
  explicit RegistrationLoad(const wire::Address& server);

  /// `window` under way at any time, a multiple of a batch. Throws where the server says anything but OK.
  RegistrationCount saturate(size_t window, Seconds time);
  /// Each when the one before is confirmed: microseconds of each.
  std::vector<double> one_by_one(Seconds time);

 private:
  void send(size_t count);
  size_t receive();

  wire::Socket socket_;
  UdpBatch out_{false};
  UdpBatch in_{false};
  std::string message_;
  size_t id_at_ = 0;
  size_t uuid_at_ = 0;
  size_t pk_at_ = 0;
  uint64_t number_ = 0;
  RegistrationCount count_;
};

}  // namespace junctor::bench
