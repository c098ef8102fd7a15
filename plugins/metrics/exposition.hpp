// SPDX-License-Identifier: Apache-2.0
// Metrics as text for Prometheus: format 0.0.4 and OpenMetrics 1.0. Pure; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "junctor/metric.h"

namespace junctor::metrics {

enum class Format { kText, kOpenMetrics };

/// By what an Accept header prefers; text where it says nothing that is known.
Format format_for(std::string_view accept);
const char* content_type(Format format);

/// One scrape: rows in any order, then the text.
class Exposition {
 public:
  void add(const jct_metric_row& row);
  std::string text(Format format) const;
  /// Rows that could not be shown: their family is of another kind, or they are there already.
  size_t left_out() const { return left_out_; }

 private:
  struct Family {
    uint32_t kind = 0;
    bool seconds = false;  // values are in ns
    std::string help;
    struct Sample {
      int64_t value;
      std::vector<uint64_t> buckets;
    };
    std::map<std::string, Sample> samples;  // by labels, as they are written
  };

  std::map<std::string, Family> families_;  // by name without suffixes of samples
  size_t left_out_ = 0;
};

/// junctor_relay_paired for relay's "paired", junctor_refused for everybody's "refused" (metric.h).
std::string family_name(std::string_view plugin, std::string_view name, uint32_t kind);

/// `reason="a",kind="b"` of "reason=a,kind=b", escaped, with the instance as plugin="..." in front unless that is
/// empty.
std::string label_text(std::string_view instance, std::string_view label);

}  // namespace junctor::metrics
