// SPDX-License-Identifier: Apache-2.0
// When a certificate is to be got, and when a failure may be tried again. Knows wall time only as numbers, which may
// jump either way. One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "state.hpp"

namespace junctor::acme {

/// Seconds since 1970.
using Seconds = int64_t;

/// What a certificate says of when it is to be replaced.
struct Held {
  std::vector<std::string> names;
  Seconds from = 0;
  Seconds until = 0;

  /// Two thirds of its life are over.
  Seconds renewal() const { return until - (until - from) / 3; }
};

struct Rules {
  std::vector<std::string> names;  ///< sorted
  std::string wish;                ///< Wish::fingerprint()
  Seconds retry_min;
  Seconds retry_max;
};

/// Another certificate is wanted.
bool is_due(const std::optional<Held>& held, const Rules& rules, Seconds now);

/// Not before then. A clock that was set back makes nobody wait longer than was decided.
Seconds next_try(const Trouble& trouble, const Rules& rules, Seconds now);

/// The trouble after one more failure. `wanted`: what the authority asks for, 0: it does not say.
/// `random`: 0 to 99, so that sites do not come back all at once.
Trouble after_failure(const std::optional<Trouble>& before, const Rules& rules, Seconds now, Seconds wanted,
                      unsigned random);

}  // namespace junctor::acme
