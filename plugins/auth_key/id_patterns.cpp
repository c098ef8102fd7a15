// SPDX-License-Identifier: Apache-2.0
// Ids by name and by pattern. Any thread.
#include "auth_key/id_patterns.hpp"

#include <algorithm>

namespace junctor::auth {

bool matches(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0;
  size_t star = std::string_view::npos;  // the last one seen; what it stands for ends at `after`
  size_t after = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      after = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++after;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

IdPatterns::IdPatterns(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    if (text.find('*') == std::string::npos) {
      exact_.insert(text);
    } else {
      patterns_.push_back(text);
    }
  }
}

bool IdPatterns::contains(std::string_view id) const {
  if (exact_.find(id) != exact_.end()) return true;
  return std::any_of(patterns_.begin(), patterns_.end(), [id](const std::string& one) { return matches(one, id); });
}

}  // namespace junctor::auth
