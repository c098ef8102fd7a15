// SPDX-License-Identifier: Apache-2.0
// What strangers send: random bytes, and messages that were good once. A value; the same seed says the same.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace junctor::site {

class Nonsense {
 public:
  explicit Nonsense(uint32_t seed);

  std::string bytes(size_t most);
  /// One of each kind that a client sends or gets, wrapped, whole.
  const std::vector<std::string>& messages() const { return messages_; }
  /// One of them, cut, flipped, doubled or stuffed.
  std::string mutated();
  /// A few frames of such, some with a header that lies.
  std::string stream();

 private:
  size_t below(size_t bound) { return random_() % bound; }

  std::mt19937 random_;
  std::vector<std::string> messages_;
};

}  // namespace junctor::site
