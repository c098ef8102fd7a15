// SPDX-License-Identifier: Apache-2.0
// How a call's code says no: thrown where the fault is found, answered in one place. Values.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace junctor::accounts {

/// `what` is for the caller's user. 200 is what clients and scripts show for anything expected (http-api.md 1.4); 401
/// is for tokens alone, as it logs clients out.
class Refused : public std::runtime_error {
 public:
  explicit Refused(const std::string& sentence, uint32_t status = 200)
      : std::runtime_error{sentence}, status_{status} {}
  uint32_t status() const { return status_; }

 private:
  uint32_t status_;
};

}  // namespace junctor::accounts
