// SPDX-License-Identifier: Apache-2.0
// A scanner that knows TOML's strings and comments, and counts brackets and dots between them. Any thread.
#include "config/text_guard.hpp"

#include <algorithm>
#include <cstdint>

namespace junctor::config {
namespace {

constexpr int kDeepest = 16;
constexpr std::string_view kTooDeep = "tables, arrays or dotted keys nest deeper than 16";
constexpr std::string_view kBareLetter = "a character beyond ASCII stands in quotes";
constexpr std::string_view kContinued = "a character beyond ASCII may not be the first after a line-ending backslash";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

constexpr std::string_view kGlued = "a quote stands right behind another value";

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_{text} {
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
  }

  std::optional<Refusal> run() {
    while (at_ < text_.size() && reason_.empty()) step();
    if (reason_.empty()) return std::nullopt;
    return where();
  }

 private:
  void step() {
    char c = text_[at_];
    if (c == '"' || c == '\'') return is_glued() ? refuse(kGlued) : skip_string(c);
    if (c == '#') return skip_comment();
    if (!is_ascii(c)) return refuse(kBareLetter);
    count(c);
    if (brackets_ > kDeepest || dots_ > kDeepest) return refuse(kTooDeep);
    ++at_;
  }

  // toml++ reads on over such a quote, and what stands behind it is no string to it.
  bool is_glued() const {
    if (at_ == 0 || text_.substr(0, at_) == kByteOrderMark) return false;
    const char before = text_[at_ - 1];
    if (before == '.') return in_value_;
    return !is_blank(before) && before != '=' && before != '[' && before != '{' && before != ',';
  }

  // Whether what follows is a value, as far as it decides what a dot is.
  void follow(char c) {
    if (c == '=') in_value_ = true;
    if (c == '\n' && brackets_ == 0) in_value_ = false;
    if (c == '[') tables_ <<= 1;
    if (c == '{') tables_ = tables_ << 1 | 1;
    if (c == ']' || c == '}') tables_ >>= 1;
    if (c == ',' || c == '{') in_value_ = (tables_ & 1) == 0 && brackets_ > 0;
  }

  void count(char c) {
    follow(c);
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

  void refuse(std::string_view reason) { reason_ = reason; }

  void skip_comment() { at_ = std::min(text_.find('\n', at_), text_.size()); }

  void skip_string(char mark) {
    bool multi_line = text_.substr(at_, 3) == std::string_view(mark == '"' ? "\"\"\"" : "'''");
    at_ += multi_line ? 3 : 1;
    while (at_ < text_.size() && reason_.empty()) {
      char c = text_[at_];
      if (c == '\n' && !multi_line) return;
      if (c == '\\' && mark == '"') {
        skip_escape(multi_line);
      } else if (c != mark) {
        ++at_;
      } else if (closes(mark, multi_line)) {
        return;
      }
    }
  }

  void skip_escape(bool multi_line) {
    size_t start = ++at_;
    while (multi_line && at_ < text_.size() && is_blank(text_[at_])) ++at_;
    if (at_ >= text_.size()) return;
    if (!is_ascii(text_[at_])) return refuse(kContinued);
    if (at_ == start && text_[at_] != '\n') ++at_;
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

  // Columns count characters, as toml++ does.
  Refusal where() const {
    std::string_view before = text_.substr(0, at_);
    size_t newline = before.rfind('\n');
    std::string_view line = before.substr(newline == std::string_view::npos ? 0 : newline + 1);
    auto lines = std::count(before.begin(), before.end(), '\n');
    auto column = std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; });
    return {static_cast<int>(lines) + 1, static_cast<int>(column) + 1, reason_};
  }

  std::string_view text_;
  size_t at_ = 0;
  int brackets_ = 0;
  int dots_ = 0;
  uint32_t tables_ = 0;  // a bit a bracket, the innermost last: 1 is an inline table
  bool in_value_ = false;
  std::string_view reason_;
};

}  // namespace

std::optional<Refusal> guard_text(std::string_view text) { return Scanner{text}.run(); }

}  // namespace junctor::config
