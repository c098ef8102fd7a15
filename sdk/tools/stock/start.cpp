// SPDX-License-Identifier: Apache-2.0
// systemd units: ExecStart, Environment and EnvironmentFile of [Service].
#include "tools/stock/start.hpp"

namespace junctor::stock {
namespace {

using Kind = Remark::Kind;

struct Line {
  std::string text;
  size_t number;
};

/// Joined where a backslash ends them, without comments and empty ones.
std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  bool joined = false;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    const bool goes_on = line.back() == '\\';
    if (goes_on) line = trimmed(line.substr(0, line.size() - 1));
    if (joined) {
      lines.back().text += " " + std::string{line};
    } else {
      lines.push_back({std::string{line}, number});
    }
    joined = goes_on;
  }
  return lines;
}

class UnitReader {
 public:
  UnitReader(const std::string& file, Remarks* remarks) : file_{file}, remarks_{remarks} {}

  std::vector<Start> run(std::string_view text) {
    std::string section;
    for (const Line& line : lines_of(text)) {
      if (line.text.front() == '[') {
        section = line.text;
        continue;
      }
      const size_t equals = line.text.find('=');
      if (section != "[Service]" || equals == std::string::npos) continue;
      origin_ = file_ + ":" + std::to_string(line.number);
      take(trimmed(std::string_view{line.text}.substr(0, equals)),
           trimmed(std::string_view{line.text}.substr(equals + 1)));
    }
    if (found_) return {std::move(start_)};
    remarks_->push_back({Kind::kNotUnderstood, file_ + ": no ExecStart of hbbs or hbbr in [Service]"});
    return {};
  }

 private:
  void take(std::string_view name, std::string_view value) {
    if (name == "ExecStart") return exec(value);
    if (name == "Environment") return environment(value);
    if (name == "EnvironmentFile" && !value.empty()) {
      const bool optional = value.front() == '-';
      if (optional) value.remove_prefix(1);
      if (expanded(value)) return;
      start_.env_files.push_back({std::string{unquoted(value)}, optional, origin_});
    }
  }

  void exec(std::string_view value) {
    while (!value.empty() && std::string_view{"@-:+!"}.find(value.front()) != std::string_view::npos) {
      value.remove_prefix(1);
    }
    std::vector<std::string> words;
    if (!words_of(value, &words)) return;
    if (read_command(words, origin_, &start_)) {
      found_ = true;
    } else {
      not_understood("this starts something else than hbbs or hbbr");
    }
  }

  void environment(std::string_view value) {
    std::vector<std::string> words;
    if (!words_of(value, &words)) return;
    for (const std::string& word : words) {
      const size_t equals = word.find('=');
      if (equals == std::string::npos) continue;
      start_.environment.push_back({word.substr(0, equals), word.substr(equals + 1), origin_});
    }
  }

  bool words_of(std::string_view value, std::vector<std::string>* words) {
    if (expanded(value)) return false;
    if (split_words(value, words)) return true;
    not_understood("a quote without its end");
    return false;
  }

  /// What systemd would put there depends on the host.
  bool expanded(std::string_view value) {
    if (value.find_first_of("$%") == std::string_view::npos) return false;
    not_understood("\"" + std::string{value} + "\" has variables or specifiers; write them out");
    return true;
  }

  void not_understood(const std::string& why) { remarks_->push_back({Kind::kNotUnderstood, origin_ + ": " + why}); }

  const std::string& file_;
  Remarks* remarks_;
  std::string origin_;
  Start start_;
  bool found_ = false;
};

}  // namespace

bool read_command(const std::vector<std::string>& words, const std::string& origin, Start* start) {
  size_t first = 0;
  if (words.size() > 1 && words[0].ends_with("junctord-compat")) first = 1;
  if (words.empty() || !is_program(words[first], &start->program)) return false;
  start->args.assign(words.begin() + static_cast<std::ptrdiff_t>(first) + 1, words.end());
  start->origin = origin;
  return true;
}

std::vector<Start> read_unit(const std::string& file, std::string_view text, Remarks* remarks) {
  return UnitReader{file, remarks}.run(text);
}

}  // namespace junctor::stock
