// SPDX-License-Identifier: Apache-2.0
// A picture of some line charts side by side, as SVG. Pure; any thread.
#pragma once

#include <string>
#include <vector>

namespace junctor::bench {

struct Series {
  std::string name;
  size_t colour;  ///< the same for what belongs together
  bool dashed;    ///< a baseline
  struct Point {
    double x;
    double y;
  };
  std::vector<Point> points{};
};

/// Over a logarithmic x, from zero up to a round number above the highest point.
struct Panel {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<Series> series{};
};

/// 1, 2 or 5 times a power of ten, not below `value`.
double round_up(double value);
std::string draw(const std::vector<Panel>& panels);

}  // namespace junctor::bench
