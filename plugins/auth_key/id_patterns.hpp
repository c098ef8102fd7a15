// SPDX-License-Identifier: Apache-2.0
// Lists of ids, with `*` for any characters. Immutable once made; any thread.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace junctor::auth {

/// Does the whole text fit? `*` stands for any number of characters, all others for themselves.
bool matches(std::string_view pattern, std::string_view text);

class IdPatterns {
 public:
  IdPatterns() = default;
  explicit IdPatterns(const std::vector<std::string>& texts);

  bool empty() const { return exact_.empty() && patterns_.empty(); }
  bool contains(std::string_view id) const;

 private:
  std::set<std::string, std::less<>> exact_;
  std::vector<std::string> patterns_;
};

}  // namespace junctor::auth
