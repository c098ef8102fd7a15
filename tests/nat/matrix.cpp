// SPDX-License-Identifier: Apache-2.0
// Results, complaints and tables. Pure; any thread.
#include "matrix.hpp"

#include <algorithm>
#include <map>
#include <sstream>

namespace junctor::nat {
namespace {

constexpr int kSlow = 17'500;  // a relay that was asked for after the 18 s of a direct attempt
constexpr int kTooSlow = 40'000;
constexpr Way kWays[] = {Way::kTcp, Way::kUdp, Way::kV6, Way::kLan, Way::kRelay};

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

std::string line(const std::string& head, const std::vector<std::string>& cells) {
  std::string text = "| " + head + " |";
  for (const std::string& cell : cells) text += " " + cell + " |";
  return text + "\n";
}

}  // namespace

std::string Attempt::complaint() const {
  std::string wanted;
  for (const Way one : expectation.ways) wanted += (wanted.empty() ? "" : " or ") + std::string{word(one)};
  const std::string head = a + " to " + b + " (" + title(modes) + "): ";
  if (!way) return head + "wanted " + wanted + ", failed: " + fault;
  const std::string got = std::string{word(*way)} + " after " + std::to_string(took_ms) + " ms";
  if (expectation.ways.count(*way) == 0) return head + "wanted " + wanted + ", got " + got;
  if (expectation.at_once != (took_ms < kSlow) || took_ms > kTooSlow) {
    return head + "wanted " + wanted + (expectation.at_once ? " at once, got " : " after 18 s, got ") + got;
  }
  return {};
}

std::string Attempt::result() const {
  if (!way) return "failed";
  const int seconds = took_ms / 1000;
  return word(*way) + (seconds == 0 ? std::string{} : ", " + std::to_string(seconds) + " s");
}

void read_result(const std::string& said, Attempt& attempt) {
  attempt.fault = said;
  const size_t ok = said.rfind("ok\n");
  if (ok == std::string::npos) return;
  std::istringstream words{said};
  std::string got;
  int took = 0;
  words >> got >> took;
  for (const Way way : kWays) {
    if (got != word(way)) continue;
    attempt.way = way;
    attempt.took_ms = took;
  }
}

std::string title(Modes modes) { return std::string{"TCP"} + (modes.udp ? ", UDP" : "") + (modes.v6 ? ", IPv6" : ""); }

std::string table(const std::vector<Attempt>& attempts, const std::string& corner, const Key& row, const Key& column) {
  std::vector<std::string> down, across;
  std::map<std::pair<std::string, std::string>, std::string> results;
  for (const Attempt& attempt : attempts) {
    add_once(down, row(attempt));
    add_once(across, column(attempt));
    results[{row(attempt), column(attempt)}] = attempt.result();
  }
  std::string text = line(corner, across) + line("---", std::vector<std::string>(across.size(), "---"));
  for (const std::string& name : down) {
    std::vector<std::string> cells;
    for (const std::string& other : across) cells.push_back(results[{name, other}]);
    text += line(name, cells);
  }
  return text;
}

}  // namespace junctor::nat
