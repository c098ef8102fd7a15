// SPDX-License-Identifier: Apache-2.0
// What `bench --json` has written, read back. Any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report.hpp"

namespace junctor::bench {

struct Figure {
  std::string part;
  std::string what;
  std::string subject;
  std::string unit;
  Spread value{};
  std::string base{};  ///< the subject that `ratio` is against; empty where there is none
  Spread ratio{};
  std::optional<double> target{};
  bool of_value = false;  ///< the target is the value's, although there is a base
  bool at_least = false;
  std::string verdict{};
};

struct Figures {
  std::string machine;
  std::string how;  ///< "5 rounds of 0.5 s, over veth"
  std::vector<Figure> rows;
};

/// Throws where the text is something else.
Figures read_figures(const std::string& json);

}  // namespace junctor::bench
