// SPDX-License-Identifier: Apache-2.0
// Pages of lists: current and pageSize in, total and data out (http-api.md 1.4). Values; any thread.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/api/json_out.hpp"

namespace junctor::accounts {

struct Page {
  static constexpr int64_t kDefault = 100, kMax = 1000;
  int64_t current = 1;
  int64_t size = kDefault;

  int64_t offset() const { return (current - 1) * size; }

  /// Of the query's texts; what is no number, or none of ours, is the default. Never fewer rows than asked for up to
  /// kMax, as clients and scripts take a short page for the last.
  static Page of(const std::optional<std::string>& current, const std::optional<std::string>& size) {
    Page page;
    page.current = number(current, 1, 1'000'000'000);
    page.size = number(size, kDefault, kMax);
    return page;
  }

 private:
  static int64_t number(const std::optional<std::string>& text, int64_t otherwise, int64_t max) {
    int64_t value = 0;
    if (!text) return otherwise;
    const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (fault == std::errc::result_out_of_range) return max;
    if (fault != std::errc{} || end != text->data() + text->size() || value < 1) return otherwise;
    return value < max ? value : max;
  }
};

inline std::string page_json(int64_t total, const std::vector<std::string>& rows) {
  return JsonObject{}.put("total", total).raw("data", json_array(rows)).str();
}

}  // namespace junctor::accounts
