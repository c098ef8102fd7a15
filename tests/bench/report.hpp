// SPDX-License-Identifier: Apache-2.0
// What was measured: rounds of one figure for each subject, their medians, and ratios of the same round. One thread.
#pragma once

#include <deque>
#include <string>
#include <vector>

namespace junctor::bench {

struct Spread {
  double median = 0;
  double least = 0;
  double most = 0;
};
/// Of an odd or even number of values; zeros where there are none.
Spread spread(std::vector<double> values);
/// The value below which `part` of all lie. Sorts.
double percentile(std::vector<double>& values, double part);
/// Jain's: 1 where all have the same, 1/n where one has it all.
double fairness_index(const std::vector<double>& shares);

/// One figure of one subject: "relay cost, 16 KiB, saturated", "cpu-s/GB", "junctor".
struct Row {
  std::string part;
  std::string what;
  std::string subject;
  std::string unit;
  const Row* base = nullptr;  ///< each round is divided by the same round of this one
  double target = 0;          ///< of the ratio, or of the value where there is no base; 0: none (design.md 7)
  bool at_least = false;      ///< the target is a floor
  bool gates = false;         ///< over twice the target fails `--check`
  bool of_value = false;      ///< the target is the value's, although there is a base
  std::vector<double> rounds{};

  Spread values() const { return spread(rounds); }
  Spread ratios() const;
  /// What the target is of.
  Spread judged() const { return base == nullptr || of_value ? values() : ratios(); }
  /// "met", "missed", or nothing where there is no target.
  std::string verdict() const;
  /// Over twice the target in the best of all rounds: no noise explains that.
  bool lost() const;
};

class Report {
 public:
  /// The row stays where it is for as long as the report.
  Row& add(Row row);
  bool any_lost() const;

  /// Both leave out rows without a round: what could not be seen. `how`: "5 rounds of 0.5 s, over veth".
  void print_table(const std::string& how) const;
  void print_json(const std::string& how) const;

 private:
  std::deque<Row> rows_;
};

/// "1,000,000"
std::string with_commas(size_t number);

/// "2 cores, Linux 6.1.0"
std::string machine();

}  // namespace junctor::bench
