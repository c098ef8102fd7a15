// SPDX-License-Identifier: Apache-2.0
// What a migration has found and done, line by line, for people and as JSON. One thread.
#pragma once

#include <Poco/Dynamic/Var.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "tools/stock/settings.hpp"

namespace junctor::tools::migrate {

/// Nothing was written, or no more is; the text says what to mend.
class Refusal : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Report {
 public:
  /// `kind` is a stable word: found set copied wrote same kept note warning refused next, and with --dry-run would.
  void add(const std::string& kind, const std::string& text);
  void add(const stock::Remarks& remarks);
  /// Something on the disk is, or would be, another than before.
  void changed(const std::string& kind, const std::string& text);

  bool has_changed() const { return changed_; }
  /// Something of what the stock servers were told was not understood.
  bool has_gaps() const { return gaps_; }
  std::string text() const;
  Poco::Dynamic::Var json() const;

 private:
  struct Line {
    std::string kind;
    std::string text;
  };
  std::vector<Line> lines_;
  bool changed_ = false;
  bool gaps_ = false;
};

}  // namespace junctor::tools::migrate
