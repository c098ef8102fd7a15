// SPDX-License-Identifier: Apache-2.0
#include "page.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "chart.hpp"

namespace junctor::bench {
namespace {

constexpr const char* kBegin = "<!-- figures: by tests/bench/page -->\n";
constexpr const char* kEnd = "<!-- end of figures -->\n";

/// The first one: 1000 in "junctor 1,000" and in "1,000, 50 MB/s".
double number_in(const std::string& text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      digits += c;
    } else if (c != ',' && !digits.empty()) {
      break;
    }
  }
  return digits.empty() ? 0 : std::atof(digits.c_str());
}

std::string number(double value) {
  if (value >= 1000) return with_commas(static_cast<size_t>(value + 0.5));
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.3g", value);
  return text.data();
}

std::string table_row(const Figure& figure) {
  const std::string target = figure.at_least ? ">= " : "<= ";
  const std::string ratio = figure.base.empty() ? "" : number(figure.ratio.median) + " x " + figure.base;
  const char* const times = figure.base.empty() || figure.of_value ? "" : " x";
  return "| " + figure.part + " | " + figure.what + " | " + figure.subject + " | " + number(figure.value.median) + " " +
         figure.unit + " | " + ratio + " | " + target + number(*figure.target) + times + " | " + figure.verdict +
         " |\n";
}

const std::string kBeats = "heartbeats, CPU of each";
const std::string kSessions = "relay, by sessions";

/// One flow's line of the server and the level of the echo, which knows no peers.
void add_flow(Panel& panel, const Figures& figures, const std::string& flow, size_t colour) {
  Series server{flow, colour, false};
  double echo = 0;
  for (const Figure& row : figures.rows) {
    if (row.part != kBeats || row.what != flow) continue;
    if (row.subject == "echo") {
      echo = row.value.median;
    } else {
      server.points.push_back({number_in(row.subject), row.value.median});
    }
  }
  if (server.points.empty()) return;
  Series level{flow + ", bare echo", colour, true};
  for (const Series::Point& point : server.points) level.points.push_back({point.x, echo});
  panel.series.push_back(std::move(server));
  panel.series.push_back(std::move(level));
}

void add_pace(Panel& panel, const Figures& figures, const std::string& pace, size_t colour) {
  Series server{pace, colour, false};
  Series splice{pace + ", bare splice", colour, true};
  for (const Figure& row : figures.rows) {
    if (row.part != kSessions || row.what.find(", " + pace) == std::string::npos) continue;
    (row.subject == "splice" ? splice : server).points.push_back({number_in(row.what), row.value.median});
  }
  if (server.points.empty()) return;
  panel.series.push_back(std::move(server));
  panel.series.push_back(std::move(splice));
}

std::string read(const std::string& path) {
  std::ifstream in{path};
  std::ostringstream text;
  if (!(text << in.rdbuf())) throw std::runtime_error{"cannot read " + path};
  return text.str();
}

void write(const std::string& path, const std::string& text) {
  if (!(std::ofstream{path} << text << std::flush)) throw std::runtime_error{"cannot write " + path};
}

}  // namespace

std::string table_of(const Figures& figures) {
  std::string out =
      figures.machine + "; " + figures.how +
      ". Medians; a ratio is the median of the rounds' own.\n\n"
      "| part | what | subject | value | ratio | target | |\n| --- | --- | --- | --- | --- | --- | --- |\n";
  for (const Figure& figure : figures.rows) {
    if (figure.target) out += table_row(figure);
  }
  return out;
}

std::string picture_of(const Figures& figures) {
  Panel beats{"CPU of a heartbeat", "registered peers", "microseconds"};
  size_t colour = 0;
  for (const char* flow : {"64 in flight", "10,000 a second", "50,000 a second"}) {
    add_flow(beats, figures, flow, colour++);
  }
  Panel sessions{"CPU of relayed bytes, 64 KiB writes", "sessions", "CPU seconds a GB"};
  colour = 0;
  for (const char* pace : {"saturated", "50 MB/s"}) add_pace(sessions, figures, pace, colour++);
  std::vector<Panel> panels;
  for (Panel& panel : std::array{beats, sessions}) {
    if (!panel.series.empty()) panels.push_back(std::move(panel));
  }
  return draw(panels);
}

std::string with_table(const std::string& page, const std::string& table) {
  const size_t begin = page.find(kBegin);
  const size_t end = page.find(kEnd);
  if (begin == std::string::npos || end == std::string::npos || end < begin) {
    throw std::runtime_error{std::string{"the page lacks its marks: "} + kBegin + kEnd};
  }
  return page.substr(0, begin) + kBegin + "\n" + table + "\n" + page.substr(end);
}

int write_page(const std::string& file, const std::string& dir) {
  const Figures figures = read_figures(read(file));
  const std::string page = dir + "/speed.md";
  write(page, with_table(read(page), table_of(figures)));
  write(dir + "/speed.svg", picture_of(figures));
  return 0;
}

}  // namespace junctor::bench
