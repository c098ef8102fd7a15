// SPDX-License-Identifier: Apache-2.0
// Compose files: command, entrypoint, environment and env_file of the services that are stock servers.
#include <algorithm>
#include <iterator>

#include "tools/stock/start.hpp"
#include "tools/stock/yaml.hpp"

namespace junctor::stock {
namespace {

using Kind = Remark::Kind;

/// Of a service; they say where and how it runs, not what the server does.
constexpr std::string_view kOfNoConcern[] = {
    "image",     "container_name", "build",      "network_mode", "networks",          "depends_on",
    "restart",   "logging",        "deploy",     "labels",       "hostname",          "profiles",
    "platform",  "pull_policy",    "cap_drop",   "security_opt", "stop_grace_period", "ulimits",
    "mem_limit", "cpus",           "healthcheck"};

class ComposeReader {
 public:
  ComposeReader(const std::string& file, Remarks* remarks) : file_{file}, remarks_{remarks} {}

  std::vector<Start> run(std::string_view text) {
    const Yaml root = parse_yaml(file_, text, remarks_);
    const Yaml* services = root.find("services");
    if (services != nullptr) {
      for (const auto& [name, service] : services->members) take(name, service);
    }
    if (starts_.empty()) not_understood(1, "no service whose command is hbbs or hbbr");
    return std::move(starts_);
  }

 private:
  void take(const std::string& name, const Yaml& service) {
    Start start;
    if (!find_command(service, &start)) {
      remarks_->push_back({Kind::kNote, at(service.line) + ": service " + name + " is no stock server; passed over"});
      return;
    }
    for (const auto& [key, value] : service.members) {
      if (key == "environment") environment(value, &start);
      if (key == "env_file") env_files(value, &start);
      if (key == "volumes") volumes(value);
      if (key == "ports") ports(value);
      if (!is_known(key)) not_understood(value.line, "\"" + key + "\" of service " + name);
    }
    starts_.push_back(std::move(start));
  }

  static bool is_known(std::string_view key) {
    for (const std::string_view used :
         {"command", "entrypoint", "environment", "env_file", "volumes", "ports", "working_dir"}) {
      if (key == used) return true;
    }
    return std::find(std::begin(kOfNoConcern), std::end(kOfNoConcern), key) != std::end(kOfNoConcern);
  }

  /// entrypoint and command make one line; either may have the program.
  bool find_command(const Yaml& service, Start* start) {
    std::vector<std::string> words;
    size_t line = service.line;
    for (const char* key : {"entrypoint", "command"}) {
      const Yaml* value = service.find(key);
      if (value == nullptr) continue;
      if (!words_of(*value, &words)) return false;
      line = value->line;
    }
    return read_command(words, at(line), start);
  }

  bool words_of(const Yaml& value, std::vector<std::string>* words) {
    if (value.kind == Yaml::Kind::kList) {
      for (const Yaml& item : value.items) {
        std::string text;
        if (!plain(item, &text)) return false;
        words->push_back(std::move(text));
      }
      return true;
    }
    std::string text;
    if (!plain(value, &text)) return false;
    if (split_words(text, words)) return true;
    not_understood(value.line, "a quote without its end");
    return false;
  }

  /// A scalar whose text does not depend on the shell that compose runs in; "$$" is a '$'.
  bool plain(const Yaml& value, std::string* text) {
    if (value.kind != Yaml::Kind::kScalar) return value.kind == Yaml::Kind::kNull;
    for (size_t i = 0; i < value.text.size(); ++i) {
      if (value.text[i] == '$' && value.text.substr(i, 2) != "$$") {
        not_understood(value.line, "\"" + value.text + "\" has a variable; write its value out");
        return false;
      }
      if (value.text[i] == '$') ++i;
      *text += value.text[i];
    }
    return true;
  }

  void environment(const Yaml& value, Start* start) {
    for (const auto& [name, item] : value.members) {
      std::string text;
      if (plain(item, &text)) start->environment.push_back({name, text, at(item.line)});
    }
    for (const Yaml& item : value.items) {
      std::string text;
      if (!plain(item, &text)) continue;
      const size_t equals = text.find('=');
      if (equals == std::string::npos) {
        not_understood(item.line, text + " is taken from the shell that compose runs in; write NAME=VALUE");
      } else {
        start->environment.push_back({text.substr(0, equals), text.substr(equals + 1), at(item.line)});
      }
    }
  }

  void env_files(const Yaml& value, Start* start) {
    std::string text;
    if (value.kind == Yaml::Kind::kScalar && plain(value, &text)) {
      start->env_files.push_back({text, false, at(value.line)});
    }
    for (const Yaml& item : value.items) {
      std::string path;
      if (plain(item, &path)) start->env_files.push_back({path, false, at(item.line)});
    }
  }

  void volumes(const Yaml& value) {
    for (const Yaml& item : value.items) {
      if (item.kind != Yaml::Kind::kScalar) continue;
      remarks_->push_back(
          {Kind::kNote, at(item.line) + ": volume " + item.text + ": its host side is the DIR to migrate"});
    }
  }

  void ports(const Yaml& value) {
    for (const Yaml& item : value.items) {
      const std::string text = item.text.substr(0, item.text.find('/'));
      const size_t colon = text.rfind(':');
      if (item.kind != Yaml::Kind::kScalar || colon == std::string::npos) continue;
      const std::string host = text.substr(0, colon);
      const size_t address_end = host.rfind(':');
      const std::string host_port = address_end == std::string::npos ? host : host.substr(address_end + 1);
      if (host_port == text.substr(colon + 1) && address_end == std::string::npos) continue;
      remarks_->push_back(
          {Kind::kWarning, at(item.line) + ": " + item.text +
                               " publishes a port under another number or address; clients must be told so"});
    }
  }

  std::string at(size_t line) const { return file_ + ":" + std::to_string(line); }
  void not_understood(size_t line, const std::string& what) {
    remarks_->push_back({Kind::kNotUnderstood, at(line) + ": " + what});
  }

  const std::string& file_;
  Remarks* remarks_;
  std::vector<Start> starts_;
};

}  // namespace

std::vector<Start> read_compose(const std::string& file, std::string_view text, Remarks* remarks) {
  return ComposeReader{file, remarks}.run(text);
}

}  // namespace junctor::stock
