// SPDX-License-Identifier: Apache-2.0
// A scanner that knows TOML's strings and comments and counts brackets and dots between them. Any thread.
#include "config/nesting.hpp"

#include <algorithm>

namespace junctor::config {
namespace {

constexpr int kDeepest = 16;

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_{text} {}

  std::optional<TextPlace> run() {
    while (at_ < text_.size()) {
      step();
      if (brackets_ > kDeepest || dots_ > kDeepest) return where();
    }
    return std::nullopt;
  }

 private:
  void step() {
    char c = text_[at_];
    if (c == '"' || c == '\'') return skip_string(c);
    if (c == '#') return skip_comment();
    ++at_;
    if (c == '.') {
      ++dots_;
    } else if (c == '[' || c == '{') {
      ++brackets_;
      dots_ = 0;
    } else if (c == ']' || c == '}') {
      brackets_ = std::max(0, brackets_ - 1);
      dots_ = 0;
    } else if (c == ',' || c == '=' || c == '\n') {
      dots_ = 0;
    }
  }

  void skip_comment() { at_ = std::min(text_.find('\n', at_), text_.size()); }

  void skip_string(char mark) {
    bool multi_line = text_.substr(at_, 3) == std::string_view(mark == '"' ? "\"\"\"" : "'''");
    at_ += multi_line ? 3 : 1;
    while (at_ < text_.size()) {
      char c = text_[at_];
      if (c == '\n' && !multi_line) return;
      if (c == '\\' && mark == '"') {
        at_ = std::min(at_ + 2, text_.size());
      } else if (c != mark) {
        ++at_;
      } else if (closes(mark, multi_line)) {
        return;
      }
    }
  }

  // At a mark inside a string. A multi-line string ends with three, before which it may hold two more of its own.
  bool closes(char mark, bool multi_line) {
    size_t run = 0;
    while (at_ + run < text_.size() && text_[at_ + run] == mark && run < 5) ++run;
    if (!multi_line) {
      at_ += 1;
      return true;
    }
    at_ += run;
    return run >= 3;
  }

  TextPlace where() const {
    std::string_view before = text_.substr(0, at_ - 1);
    size_t newline = before.rfind('\n');
    size_t start = newline == std::string_view::npos ? 0 : newline + 1;
    auto lines = std::count(before.begin(), before.end(), '\n');
    return {static_cast<int>(lines) + 1, static_cast<int>(before.size() - start) + 1};
  }

  std::string_view text_;
  size_t at_ = 0;
  int brackets_ = 0;
  int dots_ = 0;
};

}  // namespace

std::optional<TextPlace> find_deep_nesting(std::string_view text) { return Scanner{text}.run(); }

}  // namespace junctor::config
