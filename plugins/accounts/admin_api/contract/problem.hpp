// SPDX-License-Identifier: Apache-2.0
// Why a call was refused: RFC 9457 with a stable reason word and a sentence. [any]
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace junctor::accounts::admin {

struct FieldFault {
  std::string field;  // JSON pointer into the body, or the name of a parameter
  std::string detail;
};

struct Problem {
  uint16_t status = 500;
  std::string reason;
  std::string detail;
  std::vector<FieldFault> errors;

  /// application/problem+json.
  std::string json() const;
};

/// Leaves a handler, and rolls its transaction back: deep in a change there is no other way out that cannot be
/// forgotten.
struct Refused {
  Problem problem;
};

[[noreturn]] void refuse(uint16_t status, std::string_view reason, std::string detail);

Problem not_found(std::string_view what);
Problem forbidden(std::string_view permission);

}  // namespace junctor::accounts::admin
