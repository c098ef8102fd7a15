// SPDX-License-Identifier: Apache-2.0
// Printing of faults, and the search for what a mistyped word was meant to be. Pure functions, any thread.
#include "config/fault.hpp"

#include <algorithm>
#include <array>

namespace junctor::config {
namespace {

constexpr size_t kLongestWord = 63;
constexpr size_t kLongestQuote = 80;

using Distances = std::array<size_t, kLongestWord + 1>;

// Optimal string alignment: insert, delete, replace, or swap two neighbours.
size_t edit_distance(std::string_view a, std::string_view b) {
  Distances before{}, last{}, row{};
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last[b.size()];
}

std::string escaped(char c) {
  static constexpr char kHex[] = "0123456789abcdef";
  if (c == '\n') return "\\n";
  if (c == '\t') return "\\t";
  auto byte = static_cast<unsigned char>(c);
  return {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
}

}  // namespace

std::string Origin::print() const {
  switch (kind) {
    case Kind::kDefault:
      return "default";
    case Kind::kCommandLine:
      return file;
    case Kind::kFile:
      break;
  }
  return line > 0 ? file + ":" + std::to_string(line) : file;
}

std::string Fault::print() const {
  std::string where = file;
  if (line > 0) where += ":" + std::to_string(line) + ":" + std::to_string(column);
  return where.empty() ? text : where + ": " + text;
}

Fault fault_at(const Origin& where, std::string text) {
  return {where.file, where.line, where.column, std::move(text)};
}

void Faults::add(const Origin& where, std::string text) { add(fault_at(where, std::move(text))); }

void Faults::add(Fault fault) {
  if (list_.size() < kMax) {
    list_.push_back(std::move(fault));
  } else {
    ++dropped_;
  }
}

std::vector<Fault> Faults::take() {
  if (dropped_ > 0) list_.push_back({"", 0, 0, "and " + std::to_string(dropped_) + " more faults"});
  dropped_ = 0;
  return std::move(list_);
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (char c : text.substr(0, kLongestQuote)) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += escaped(c);
    } else {
      out += c;
    }
  }
  return out + (text.size() > kLongestQuote ? "...\"" : "\"");
}

std::string closest(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.size() > kLongestWord) return "";
  std::string best;
  size_t best_distance = std::min<size_t>(3, std::max<size_t>(1, word.size() / 3)) + 1;
  for (const std::string& candidate : candidates) {
    if (candidate.empty() || candidate.size() > kLongestWord) continue;
    size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  std::string near = closest(word, candidates);
  return near.empty() ? "" : " (did you mean " + quote(near) + "?)";
}

std::string one_of(const std::vector<std::string>& words) {
  std::string out;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += quote(words[i]);
  }
  return out;
}

}  // namespace junctor::config
