// SPDX-License-Identifier: Apache-2.0
// Where a configuration value comes from, and what is wrong with it, as `file:line:column: text`. Plain values, any
// thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace junctor::config {

/// Where a key stands. `file` is the path as it was opened; line and column count from 1, 0 means the whole file.
struct Origin {
  enum class Kind { kDefault, kFile, kCommandLine };

  Kind kind = Kind::kDefault;
  std::string file;  ///< for kCommandLine: `--set TABLE.KEY`, never the value, which may be a secret
  int line = 0;
  int column = 0;

  /// `default`, `conf.d/40-relay.toml:7`, or `--set relay.wait`.
  std::string print() const;
  bool operator==(const Origin&) const = default;
};

/// One thing that a person has to mend.
struct Fault {
  std::string file;
  int line = 0;
  int column = 0;
  std::string text;

  /// `file:line:column: text`; without a line `file: text`.
  std::string print() const;
};

Fault fault_at(const Origin& where, std::string text);

/// The faults of one check. Bounded: beyond `kMax` they are only counted, so that a hostile file cannot fill memory.
class Faults {
 public:
  static constexpr size_t kMax = 500;

  void add(const Origin& where, std::string text);
  void add(Fault fault);
  bool empty() const { return list_.empty(); }
  /// All that were added, the merely counted too.
  size_t seen() const { return list_.size() + dropped_; }

  /// In order of finding; where some were only counted, the last one says how many.
  std::vector<Fault> take();

 private:
  std::vector<Fault> list_;
  size_t dropped_ = 0;
};

/// `"text"` for a message: control characters escaped, cut after 80 bytes.
std::string quote(std::string_view text);

/// The candidate that `word` is most likely a slip of (few edits, transpositions count one), or "" when none is near.
std::string closest(std::string_view word, const std::vector<std::string>& candidates);

/// ` (did you mean "x"?)`, or "" when no candidate is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// `"a", "b" or "c"`.
std::string one_of(const std::vector<std::string>& words);

}  // namespace junctor::config
