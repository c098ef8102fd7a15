// SPDX-License-Identifier: Apache-2.0
// Ports for a whole site: P-2 to P+3. Any thread.
#pragma once

#include <cstdint>

namespace junctor::testing {

/// A P whose block was free for TCP and UDP of both families, and that no other test of this host is given meanwhile.
class PortBlock {
 public:
  PortBlock();
  ~PortBlock();
  PortBlock(const PortBlock&) = delete;
  PortBlock& operator=(const PortBlock&) = delete;

  uint16_t base() const { return base_; }

 private:
  uint16_t base_ = 0;
  int lock_ = -1;  ///< held while this lives
};

}  // namespace junctor::testing
