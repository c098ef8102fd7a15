// SPDX-License-Identifier: Apache-2.0
// systemd units: ExecStart, Environment, EnvironmentFile and WorkingDirectory of [Service], through all their drop-ins.
#include "tools/stock/start.hpp"

#include <algorithm>
#include <iterator>

namespace junctor::stock {
namespace {

using Kind = Remark::Kind;

/// Of [Service]: they may change what the server does or whom it serves. All others say how it runs, which is said for
/// junctord by its own unit.
constexpr std::string_view kRules[] = {
    "ExecStartPre",         "ExecStartPost",          "ExecCondition",      "PassEnvironment",
    "UnsetEnvironment",     "RootDirectory",          "RootImage",          "BindPaths",
    "BindReadOnlyPaths",    "IPAddressAllow",         "IPAddressDeny",      "SocketBindAllow",
    "SocketBindDeny",       "IPIngressFilterPath",    "IPEgressFilterPath", "RestrictNetworkInterfaces",
    "NetworkNamespacePath", "PrivateNetwork",         "LoadCredential",     "LoadCredentialEncrypted",
    "SetCredential",        "SetCredentialEncrypted", "StandardInput",      "Sockets"};

struct Line {
  std::string text;
  std::string origin;
  bool begins_unit = false;
};

/// "# /lib/systemd/system/hbbs.service", as `systemctl cat` has it above a unit and above each drop-in.
bool is_unit_path(std::string_view comment) {
  return comment.starts_with("# /") && comment.ends_with(".service") && comment.find(' ', 2) == std::string_view::npos;
}

/// Joined where a backslash ends them, without comments and empty ones.
std::vector<Line> lines_of(const UnitFile& file) {
  std::vector<Line> lines;
  std::string_view text = file.text;
  bool joined = false;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string origin = file.name + ":" + std::to_string(number);
    if (!joined && is_unit_path(line)) lines.push_back({"", origin, true});
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    const bool goes_on = line.back() == '\\';
    if (goes_on) line = trimmed(line.substr(0, line.size() - 1));
    if (joined) {
      lines.back().text += " " + std::string{line};
    } else {
      lines.push_back({std::string{line}, origin, false});
    }
    joined = goes_on;
  }
  return lines;
}

/// One unit with its drop-ins.
class Service {
 public:
  explicit Service(Remarks* remarks) : remarks_{remarks} { start_.files_hold_before = true; }

  void take(std::string_view name, std::string_view value, const std::string& origin) {
    origin_ = origin;
    if (name == "ExecStart") return exec(value);
    if (name == "Environment") return environment(value);
    if (name == "EnvironmentFile") return environment_file(value);
    if (name == "WorkingDirectory") return directory(value);
    if (std::find(std::begin(kRules), std::end(kRules), name) != std::end(kRules)) {
      not_understood(std::string{name} + "=" + std::string{value} + " is not carried over");
    }
  }

  bool started() const { return found_; }
  Start start() && { return std::move(start_); }

 private:
  /// An empty one takes back what came before it.
  void exec(std::string_view value) {
    if (value.empty()) {
      found_ = false;
      start_.args.clear();
      return;
    }
    if (found_) return not_understood("a second ExecStart; an empty one must stand before it to replace the first");
    while (!value.empty() && std::string_view{"@-:+!"}.find(value.front()) != std::string_view::npos) {
      value.remove_prefix(1);
    }
    std::vector<std::string> words;
    if (!words_of(value, "$%", &words)) return;
    found_ = read_command(words, origin_, &start_);
    if (!found_) not_understood("this starts something else than hbbs or hbbr");
  }

  void environment(std::string_view value) {
    if (value.empty()) return start_.environment.clear();
    std::vector<std::string> words;
    if (!words_of(value, "%", &words)) return;
    for (const std::string& word : words) {
      const size_t equals = word.find('=');
      if (equals == std::string::npos) {
        not_understood("\"" + word + "\": expected NAME=VALUE");
      } else {
        start_.environment.push_back({word.substr(0, equals), word.substr(equals + 1), origin_});
      }
    }
  }

  void environment_file(std::string_view value) {
    if (value.empty()) return start_.files.clear();
    const bool optional = value.front() == '-';
    if (optional) value.remove_prefix(1);
    std::string path{unquoted(value)};
    if (plain("%", &path)) start_.files.push_back({path, optional, origin_, ""});
  }

  void directory(std::string_view value) {
    if (!value.empty() && value.front() == '-') value.remove_prefix(1);
    std::string path{unquoted(value)};
    if (plain("%", &path)) start_.directory = path;
  }

  bool words_of(std::string_view value, std::string_view special, std::vector<std::string>* words) {
    std::string text{value};
    if (!plain(special, &text)) return false;
    if (split_words(text, words)) return true;
    not_understood("a quote without its end");
    return false;
  }

  /// What systemd would put in place of `special` depends on the host; a doubled one stands for itself.
  bool plain(std::string_view special, std::string* text) {
    std::string result;
    for (size_t i = 0; i < text->size(); ++i) {
      const char c = (*text)[i];
      if (special.find(c) != std::string_view::npos) {
        const bool doubled = i + 1 < text->size() && (*text)[i + 1] == c;
        if (!doubled) {
          not_understood("\"" + *text + "\" has variables or specifiers; write them out");
          return false;
        }
        ++i;
      }
      result += c;
    }
    *text = std::move(result);
    return true;
  }

  void not_understood(const std::string& why) { remarks_->push_back({Kind::kNotUnderstood, origin_ + ": " + why}); }

  Remarks* remarks_;
  std::string origin_;
  Start start_;
  bool found_ = false;
};

class UnitReader {
 public:
  explicit UnitReader(Remarks* remarks) : remarks_{remarks}, service_{remarks} {}

  std::vector<Start> run(const std::vector<UnitFile>& files) {
    for (const UnitFile& file : files) {
      std::string section;
      for (const Line& line : lines_of(file)) {
        if (line.begins_unit) next_unit();
        if (!line.text.empty() && line.text.front() == '[') section = line.text;
        const size_t equals = line.text.find('=');
        if (section != "[Service]" || equals == std::string::npos) continue;
        seen_ = true;
        service_.take(trimmed(std::string_view{line.text}.substr(0, equals)),
                      trimmed(std::string_view{line.text}.substr(equals + 1)), line.origin);
      }
    }
    next_unit();
    if (starts_.empty() && !files.empty()) {
      remarks_->push_back({Kind::kNotUnderstood, files.front().name + ": no ExecStart of hbbs or hbbr in [Service]"});
    }
    return std::move(starts_);
  }

 private:
  void next_unit() {
    if (service_.started()) starts_.push_back(std::move(service_).start());
    if (seen_) service_ = Service{remarks_};
    seen_ = false;
  }

  Remarks* remarks_;
  Service service_;
  std::vector<Start> starts_;
  bool seen_ = false;
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

std::vector<Start> read_unit(const std::vector<UnitFile>& files, Remarks* remarks) {
  return UnitReader{remarks}.run(files);
}

}  // namespace junctor::stock
