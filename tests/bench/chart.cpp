// SPDX-License-Identifier: Apache-2.0
#include "chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <set>

#include "report.hpp"

namespace junctor::bench {
namespace {

constexpr double kWidth = 460;  // of a panel
constexpr double kHeight = 380;
constexpr double kLeft = 60;
constexpr double kRight = 35;
constexpr double kTop = 40;
constexpr double kBottom = 130;  // axis, its label and the legend
constexpr int kSteps = 5;        // of the y axis
constexpr std::array kColours{"#0b6bcb", "#c4400c", "#2f7d32", "#7b3fa0"};

template <class... Values>
std::string format(const char* pattern, Values... values) {
  std::array<char, 400> text{};
  std::snprintf(text.data(), text.size(), pattern, values...);
  return text.data();
}

std::string text_at(double x, double y, const char* anchor, const std::string& text, int size = 12) {
  return format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\">%s</text>\n", x, y, anchor, size,
                text.c_str());
}

std::string line(double x1, double y1, double x2, double y2, const char* style) {
  return format("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1, y1, x2, y2, style);
}

class Drawing {
 public:
  Drawing(const Panel& panel, double left) : panel_{panel}, left_{left} {
    double top = 0;
    for (const Series& series : panel.series) {
      for (const Series::Point& point : series.points) {
        xs_.insert(point.x);
        top = std::max(top, point.y);
      }
    }
    top_ = round_up(top);
  }

  std::string text() const {
    std::string out = text_at(left_ + kLeft, 20, "start", panel_.title, 14) + axes();
    for (size_t i = 0; i < panel_.series.size(); ++i) out += curve(panel_.series[i]) + legend(panel_.series[i], i);
    return out;
  }

 private:
  double x(double value) const {
    const double low = std::log(*xs_.begin());
    const double high = std::log(*xs_.rbegin());
    const double part = high > low ? (std::log(value) - low) / (high - low) : 0.5;
    return left_ + kLeft + part * (kWidth - kLeft - kRight);
  }
  double y(double value) const { return kHeight - kBottom - value / top_ * (kHeight - kTop - kBottom); }

  std::string axes() const {
    std::string out;
    for (int i = 0; i <= kSteps; ++i) {
      const double value = top_ * i / kSteps;
      out += line(left_ + kLeft, y(value), left_ + kWidth - kRight, y(value), "stroke=\"#ddd\"");
      out += text_at(left_ + kLeft - 6, y(value) + 4, "end", format("%g", value));
    }
    for (const double value : xs_) {
      out += text_at(x(value), kHeight - kBottom + 18, "middle", with_commas(static_cast<size_t>(value)));
    }
    out += text_at(left_ + (kWidth + kLeft - kRight) / 2, kHeight - kBottom + 38, "middle", panel_.x_label);
    return out + text_at(left_ + kLeft - 6, kTop - 6, "start", panel_.y_label, 11);
  }

  static std::string style(const Series& series) {
    return format("stroke=\"%s\" stroke-width=\"2\" fill=\"none\"%s", kColours[series.colour % kColours.size()],
                  series.dashed ? " stroke-dasharray=\"5 4\"" : "");
  }

  std::string curve(const Series& series) const {
    std::string points;
    std::string dots;
    for (const Series::Point& point : series.points) {
      points += format("%.1f,%.1f ", x(point.x), y(point.y));
      dots += format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n", x(point.x), y(point.y),
                     kColours[series.colour % kColours.size()]);
    }
    if (!points.empty()) points.pop_back();
    return "<polyline points=\"" + points + "\" " + style(series) + "/>\n" + (series.dashed ? "" : dots);
  }

  std::string legend(const Series& series, size_t place) const {
    const double at_x = left_ + kLeft + static_cast<double>(place % 2) * (kWidth - kLeft) / 2;
    const double at_y = kHeight - kBottom + 62 + static_cast<double>(place / 2) * 20;
    return line(at_x, at_y - 4, at_x + 24, at_y - 4, style(series).c_str()) +
           text_at(at_x + 30, at_y, "start", series.name);
  }

  const Panel& panel_;
  double left_;
  std::set<double> xs_;
  double top_ = 1;
};

}  // namespace

double round_up(double value) {
  if (value <= 0) return 1;
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (const double step : {1.0, 2.0, 5.0}) {
    if (value <= step * power) return step * power;
  }
  return 10 * power;
}

std::string draw(const std::vector<Panel>& panels) {
  const double width = kWidth * static_cast<double>(panels.size());
  std::string out = format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
      "viewBox=\"0 0 %.0f %.0f\" font-family=\"sans-serif\" fill=\"#222\">\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
      width, kHeight, width, kHeight);
  for (size_t i = 0; i < panels.size(); ++i) out += Drawing{panels[i], kWidth * static_cast<double>(i)}.text();
  return out + "</svg>\n";
}

}  // namespace junctor::bench
