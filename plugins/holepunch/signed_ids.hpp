// SPDX-License-Identifier: Apache-2.0
// Signed ids that are handed out again: a signature costs 20 us, and the same devices are asked for again and again.
// Any thread.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace junctor::holepunch {

class SignedIds {
 public:
  /// `capacity` bounds what is kept: a place each, by hash, so that a newer one may take an older one's. 0: none.
  explicit SignedIds(size_t capacity) : places_(capacity) {}
  /// Another capacity forgets all.
  void configure(size_t capacity);

  /// `sign(message)`, or what it gave for the same message before: the id and its key are the message, so nothing that
  /// is kept goes stale. Longer messages than devices have, and what could not be signed ("") are not kept.
  template <class Sign>
  std::string get(const std::string& message, Sign&& sign) {
    std::string found = find(message);
    if (!found.empty()) return found;
    std::string made = sign(message);
    keep(message, made);
    return made;
  }

 private:
  static constexpr size_t kLongest = 256;

  std::string find(std::string_view message);
  void keep(std::string_view message, const std::string& made);

  std::mutex mutex_;
  std::vector<std::string> places_;  // the signature, then the message
};

}  // namespace junctor::holepunch
