// SPDX-License-Identifier: Apache-2.0
// Memory for one body on its way in, out of what all may use together and its client may. Lives on its connection's
// loop.
#pragma once

#include <cstddef>

#include "wire/budget.hpp"

namespace junctor::http {

class BodyMemory {
 public:
  BodyMemory(wire::Budget& all, const wire::Budget::Client& client) : all_{all}, client_{client} {}
  BodyMemory(const BodyMemory&) = delete;
  BodyMemory& operator=(const BodyMemory&) = delete;
  ~BodyMemory() { all_.give_back(client_, mine_); }

  bool grow(size_t by, size_t most, size_t most_per_client) {
    if (all_.change(client_, mine_, mine_ + by, most, most_per_client)) {
      mine_ += by;
      return true;
    }
    all_.change(client_, mine_ + by, mine_, most, most_per_client);
    return false;
  }

 private:
  wire::Budget& all_;
  const wire::Budget::Client client_;
  size_t mine_ = 0;
};

}  // namespace junctor::http
