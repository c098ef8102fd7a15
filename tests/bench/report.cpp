// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <set>
#include <thread>

namespace junctor::bench {

Spread spread(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  const double median = values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  return {median, values.front(), values.back()};
}

double percentile(std::vector<double>& values, double part) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<size_t>(part * static_cast<double>(values.size())))];
}

double fairness_index(const std::vector<double>& shares) {
  double sum = 0;
  double squares = 0;
  for (const double share : shares) {
    sum += share;
    squares += share * share;
  }
  return squares > 0 ? sum * sum / (static_cast<double>(shares.size()) * squares) : 0;
}

Spread Row::ratios() const {
  std::vector<double> all;
  for (size_t i = 0; base != nullptr && i < std::min(rounds.size(), base->rounds.size()); ++i) {
    if (base->rounds[i] > 0) all.push_back(rounds[i] / base->rounds[i]);
  }
  return spread(std::move(all));
}

std::string Row::verdict() const {
  if (target == 0 || rounds.empty()) return "";
  const double value = judged().median;
  return (at_least ? value >= target : value <= target) ? "met" : "missed";
}

bool Row::lost() const {
  if (!gates || target == 0 || rounds.empty()) return false;
  const Spread all = judged();
  return at_least ? all.most < target / 2 : all.least > target * 2;
}

Row& Report::add(Row row) { return rows_.emplace_back(std::move(row)); }

bool Report::any_lost() const {
  return std::any_of(rows_.begin(), rows_.end(), [](const Row& row) { return row.lost(); });
}

namespace {

void print_row(const Row& row) {
  const Spread values = row.values();
  std::printf("%-24s %-18s %10.4g %10.4g %10.4g  %-10s ", row.what.c_str(), row.subject.c_str(), values.median,
              values.least, values.most, row.unit.c_str());
  const Spread ratios = row.ratios();
  if (row.base != nullptr) std::printf("%5.2f (%.2f .. %.2f)", ratios.median, ratios.least, ratios.most);
  if (row.target != 0) {
    std::printf("   %s %.4g %s%s", row.at_least ? ">=" : "<=", row.target, row.verdict().c_str(),
                row.lost() ? ", LOST" : "");
  }
  std::printf("\n");
}

}  // namespace

void Report::print_table(const std::string& how) const {
  std::printf("%s; %s\n", machine().c_str(), how.c_str());
  std::set<std::string> printed;
  for (const Row& first : rows_) {
    if (first.rounds.empty() || !printed.insert(first.part).second) continue;
    std::printf("\n%-24s %-18s %10s %10s %10s  %-10s %s\n", first.part.c_str(), "subject", "median", "min", "max",
                "unit", "ratio (min .. max)      target");
    for (const Row& row : rows_) {
      if (row.part == first.part && !row.rounds.empty()) print_row(row);
    }
  }
  std::fflush(stdout);
}

namespace {

std::string json_spread(const Spread& s) {
  char text[120];
  std::snprintf(text, sizeof text, "{\"median\": %.6g, \"min\": %.6g, \"max\": %.6g}", s.median, s.least, s.most);
  return text;
}

}  // namespace

void Report::print_json(const std::string& how) const {
  std::printf("{\"machine\": \"%s\", \"how\": \"%s\", \"rows\": [", machine().c_str(), how.c_str());
  const char* comma = "\n";
  for (const Row& row : rows_) {
    if (row.rounds.empty()) continue;
    std::printf("%s  {\"part\": \"%s\", \"what\": \"%s\", \"subject\": \"%s\", \"unit\": \"%s\", \"value\": %s", comma,
                row.part.c_str(), row.what.c_str(), row.subject.c_str(), row.unit.c_str(),
                json_spread(row.values()).c_str());
    if (row.base != nullptr) {
      std::printf(", \"base\": \"%s\", \"ratio\": %s", row.base->subject.c_str(), json_spread(row.ratios()).c_str());
    }
    std::printf(", \"rounds\": [");
    for (size_t i = 0; i < row.rounds.size(); ++i) std::printf("%s%.6g", i == 0 ? "" : ", ", row.rounds[i]);
    std::printf("]");
    if (row.target != 0) {
      std::printf(", \"target\": %g, \"of_value\": %s, \"at_least\": %s, \"verdict\": \"%s\"", row.target,
                  row.of_value ? "true" : "false", row.at_least ? "true" : "false", row.verdict().c_str());
    }
    std::printf("}");
    comma = ",\n";
  }
  std::printf("\n]}\n");
}

std::string with_commas(size_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string machine() {
  utsname name{};
  ::uname(&name);
  return std::to_string(std::thread::hardware_concurrency()) + " cores, " + name.sysname + " " + name.release + ", " +
         name.machine;
}

}  // namespace junctor::bench
