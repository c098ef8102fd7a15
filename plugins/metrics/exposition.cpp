// SPDX-License-Identifier: Apache-2.0
#include "exposition.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "junctor/result.hpp"

namespace junctor::metrics {
namespace {

/// What means the same in each plugin; with one help for all of them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kShared{{
    {"refused", "what was refused, by reason"},
    {"limit", "the bound of what is limited; 0: none"},
    {"limit_used", "how much of it is in use"},
    {"plugin_faults", "breaches of the boundary's rules by a plugin"},
    {"connections_refused", "connections refused by limits of the whole server"},
}};

std::string_view shared_help(std::string_view name) {
  for (const auto& [known, help] : kShared) {
    if (known == name) return help;
  }
  return {};
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool is_key_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Anything else becomes an underscore, a digit in front gets one.
std::string clean(std::string_view name) {
  std::string out;
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) out += '_';
  for (const char c : name) out += is_key_letter(c) ? c : '_';
  return out;
}

std::string escaped(std::string_view text, bool quotes) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes) {
      out += "\\\"";
    } else if (static_cast<unsigned char>(c) >= 0x80 || (static_cast<unsigned char>(c) < ' ')) {
      out += '?';  // both formats are UTF-8; words of plugins are ASCII
    } else {
      out += c;
    }
  }
  return out;
}

/// The next pair of "a=b,c=d": a comma that no key follows belongs to the value.
size_t end_of_pair(std::string_view label) {
  for (size_t comma = label.find(','); comma != std::string_view::npos; comma = label.find(',', comma + 1)) {
    size_t at = comma + 1;
    while (at < label.size() && is_key_letter(label[at])) ++at;
    if (at > comma + 1 && at < label.size() && label[at] == '=') return comma;
  }
  return label.size();
}

void add_label(std::string& out, std::string_view key, std::string_view value) {
  if (!out.empty()) out += ',';
  out += clean(key) + "=\"" + escaped(value, true) + '"';
}

std::string number(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string in_seconds(int64_t nanoseconds) { return number(static_cast<double>(nanoseconds) / 1e9); }

std::string braces(const std::string& labels, const std::string& more = "") {
  if (labels.empty() && more.empty()) return {};
  return '{' + labels + (labels.empty() || more.empty() ? "" : ",") + more + '}';
}

void write_histogram(std::string& out, const std::string& name, const std::string& labels,
                     const std::vector<uint64_t>& buckets, int64_t sum) {
  uint64_t so_far = 0;
  for (size_t i = 0; i < buckets.size(); ++i) {
    so_far += buckets[i];
    const bool last = i + 1 == buckets.size();
    const std::string edge = last ? "+Inf" : number(static_cast<double>(uint64_t{1} << i) / 1e6);
    out += name + "_bucket" + braces(labels, "le=\"" + edge + '"') + ' ' + std::to_string(so_far) + '\n';
  }
  out += name + "_sum" + braces(labels) + ' ' + in_seconds(sum) + '\n';
  out += name + "_count" + braces(labels) + ' ' + std::to_string(so_far) + '\n';
}

const char* kind_name(uint32_t kind) {
  return kind == JCT_METRIC_COUNTER ? "counter" : kind == JCT_METRIC_GAUGE ? "gauge" : "histogram";
}

}  // namespace

/// Prometheus names OpenMetrics first, with a weight as all others have: who names it can read it.
Format format_for(std::string_view accept) {
  return accept.find("application/openmetrics-text") == std::string_view::npos ? Format::kText : Format::kOpenMetrics;
}

const char* content_type(Format format) {
  return format == Format::kText ? "text/plain; version=0.0.4; charset=utf-8"
                                 : "application/openmetrics-text; version=1.0.0; charset=utf-8";
}

std::string family_name(std::string_view plugin, std::string_view name, uint32_t kind) {
  std::string out = clean(name);
  const std::string_view first = plugin.substr(0, plugin.find('_'));
  const bool named_for_itself = out.size() > first.size() && out.rfind(first, 0) == 0 && out[first.size()] == '_';
  if (plugin.empty()) {
    if (out.rfind("process_", 0) != 0) out = "junctor_" + out;  // process_ is what all of Prometheus calls these
  } else if (named_for_itself || !shared_help(name).empty()) {
    out = "junctor_" + out;
  } else {
    out = "junctor_" + clean(plugin) + '_' + out;
  }
  if (ends_with(out, "_total")) out.resize(out.size() - 6);  // of a counter: its samples have it
  if (kind != JCT_METRIC_HISTOGRAM || ends_with(out, "_seconds")) return out;
  if (ends_with(out, "_time")) out.resize(out.size() - 5);
  return out + "_seconds";
}

std::string label_text(std::string_view instance, std::string_view label) {
  std::string out;
  if (!instance.empty()) add_label(out, "plugin", instance);
  while (!label.empty()) {
    const size_t end = end_of_pair(label);
    const std::string_view pair = label.substr(0, end);
    label.remove_prefix(std::min(end + 1, label.size()));
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos) {
      add_label(out, "label", pair);
    } else {
      add_label(out, pair.substr(0, equals), pair.substr(equals + 1));
    }
  }
  return out;
}

void Exposition::add(const jct_metric_row& row) {
  const std::string_view shared = shared_help(view(row.name));
  const auto [at, fresh] = families_.try_emplace(family_name(view(row.plugin), view(row.name), row.kind));
  Family& family = at->second;
  if (fresh) {
    family.kind = row.kind;
    family.seconds = ends_with(view(row.name), "_seconds");
    family.help = escaped(shared.empty() ? view(row.help) : shared, false);
  }
  Family::Sample sample{row.value, {}};
  if (row.buckets != nullptr) sample.buckets.assign(row.buckets, row.buckets + row.bucket_count);
  const bool taken =
      family.kind == row.kind &&
      family.samples.try_emplace(label_text(view(row.instance), view(row.label)), std::move(sample)).second;
  if (!taken) ++left_out_;
}

std::string Exposition::text(Format format) const {
  std::string out;
  for (const auto& [name, family] : families_) {
    const std::string sample_name = family.kind == JCT_METRIC_COUNTER ? name + "_total" : name;
    const std::string& head = format == Format::kOpenMetrics ? name : sample_name;
    out += "# HELP " + head + ' ' + family.help + "\n# TYPE " + head + ' ' + kind_name(family.kind) + '\n';
    if (format == Format::kOpenMetrics && ends_with(name, "_seconds")) out += "# UNIT " + head + " seconds\n";
    if (format == Format::kOpenMetrics && ends_with(name, "_bytes")) out += "# UNIT " + head + " bytes\n";
    for (const auto& [labels, sample] : family.samples) {
      if (family.kind == JCT_METRIC_HISTOGRAM) {
        write_histogram(out, name, labels, sample.buckets, sample.value);
        continue;
      }
      out += sample_name + braces(labels) + ' ' +
             (family.seconds ? in_seconds(sample.value) : std::to_string(sample.value)) + '\n';
    }
  }
  if (format == Format::kOpenMetrics) out += "# EOF\n";
  return out;
}

}  // namespace junctor::metrics
