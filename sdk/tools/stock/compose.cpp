// SPDX-License-Identifier: Apache-2.0
// Compose files: command, entrypoint, environment, files and secrets of the services that are stock servers. yaml-cpp
// reads them; merged maps ("<<") are laid under here.
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <iterator>

#include "tools/stock/compose_text.hpp"
#include "tools/stock/launch.hpp"
#include "tools/stock/start.hpp"

namespace junctor::stock {
namespace {

using Kind = Remark::Kind;

constexpr int kDeepestMerge = 8;

struct Member {
  std::string key;
  YAML::Node value;
};

/// Of a map, with what "<<" lays under it.
std::vector<Member> members_of(const YAML::Node& map, int depth = 0) {
  std::vector<Member> members;
  if (!map.IsMap() || depth > kDeepestMerge) return members;
  const auto add = [&members](Member member) {
    const bool there =
        std::any_of(members.begin(), members.end(), [&](const Member& one) { return one.key == member.key; });
    if (!there) members.push_back(std::move(member));
  };
  for (const auto& pair : map) {
    if (pair.first.IsScalar() && pair.first.Scalar() != "<<") add({pair.first.Scalar(), pair.second});
  }
  for (const auto& pair : map) {
    if (!pair.first.IsScalar() || pair.first.Scalar() != "<<") continue;
    const YAML::Node& merged = pair.second;
    for (Member& one : members_of(merged, depth + 1)) add(std::move(one));
    if (!merged.IsSequence()) continue;
    for (const YAML::Node& item : merged) {
      for (Member& one : members_of(item, depth + 1)) add(std::move(one));
    }
  }
  return members;
}

YAML::Node find(const std::vector<Member>& members, std::string_view key) {
  const auto found = std::find_if(members.begin(), members.end(), [&](const Member& one) { return one.key == key; });
  return found == members.end() ? YAML::Node{YAML::NodeType::Undefined} : found->value;
}

bool is_there(const YAML::Node& node) { return node.IsDefined() && !node.IsNull(); }

class ComposeReader {
 public:
  ComposeReader(const std::string& file, Remarks* remarks) : file_{file}, remarks_{remarks} {}

  std::vector<Start> run(const std::string& text) {
    try {
      read(YAML::Load(text));
    } catch (const YAML::Exception& error) {
      starts_.clear();
      not_understood(error.mark.is_null() ? "1" : std::to_string(error.mark.line + 1), "no YAML: " + error.msg);
    }
    return std::move(starts_);
  }

 private:
  void read(const YAML::Node& root) {
    const auto members = members_of(root);
    secrets_ = members_of(find(members, "secrets"));
    for (const auto& [key, value] : members) {
      if (key == "include") not_understood(line(value), "\"include\"; name those files, too");
    }
    for (const auto& [name, service] : members_of(find(members, "services"))) take(name, service);
    if (starts_.empty()) not_understood("1", "no service whose command is hbbs or hbbr");
  }

  void take(const std::string& name, const YAML::Node& node) {
    const auto service = members_of(node);
    Start start;
    environment(find(service, "environment"), &start);
    const Found found = find_command(service, &start);
    if (found == Found::kOther) {
      return add(Kind::kNote, line(node), "service " + name + " is no stock server; passed over");
    }
    if (found == Found::kUnknown) {
      return not_understood(line(node),
                            "service " + name + ": what it starts cannot be told; say it with --hbbs and --hbbr");
    }
    env_files(find(service, "env_file"), &start);
    secrets(find(service, "secrets"), &start);
    volumes(find(service, "volumes"), &start);
    ports(find(service, "ports"));
    for (const auto& [key, value] : service) {
      if (!is_service_key(key)) not_understood(line(value), "\"" + key + "\" of service " + name);
    }
    if (found == Found::kBoth) {
      start.started_by = StartedBy::kImage;
      for (const Program program : {Program::kHbbs, Program::kHbbr}) {
        start.program = program;
        starts_.push_back(start);
      }
    } else {
      starts_.push_back(std::move(start));
    }
  }

  // ---- what it starts ----

  enum class Found { kOne, kBoth, kOther, kUnknown };

  /// entrypoint and command make one line; either may have the program. Without both the image says it.
  Found find_command(const std::vector<Member>& service, Start* start) {
    std::vector<std::string> words;
    std::string where;
    bool whole = true;
    for (const char* key : {"entrypoint", "command"}) {
      const YAML::Node value = find(service, key);
      if (!is_there(value)) continue;
      whole = words_of(value, &words) && whole;
      where = line(value);
    }
    if (whole && read_command(words, file_ + ":" + where, start)) return Found::kOne;
    const YAML::Node image = find(service, "image");
    const std::string name = image.IsDefined() && image.IsScalar() ? image.Scalar() : "";
    if (whole && words.empty() && starts_both(name, start->environment)) {
      start->origin = file_ + ":" + (image.IsDefined() ? line(image) : "1");
      return Found::kBoth;
    }
    const bool meant = !whole || speaks_of_stock(name) ||
                       std::any_of(words.begin(), words.end(), [](const auto& word) { return speaks_of_stock(word); });
    return meant ? Found::kUnknown : Found::kOther;
  }

  bool words_of(const YAML::Node& value, std::vector<std::string>* words) {
    if (value.IsSequence()) {
      for (const YAML::Node& item : value) {
        std::string text;
        if (!plain(item, &text)) return false;
        words->push_back(std::move(text));
      }
      return true;
    }
    std::string text;
    if (!plain(value, &text)) return false;
    if (split_words(text, words)) return true;
    not_understood(line(value), "a quote without its end");
    return false;
  }

  /// A scalar whose text does not depend on the shell that compose runs in.
  bool plain(const YAML::Node& value, std::string* text) {
    if (value.IsNull()) return true;
    if (!value.IsScalar()) return not_understood(line(value), "expected a text"), false;
    const auto unescaped = without_variables(value.Scalar());
    if (!unescaped)
      return not_understood(line(value), "\"" + value.Scalar() + "\" has a variable; write its value out"), false;
    *text = *unescaped;
    return true;
  }

  // ---- what it is told ----

  void environment(const YAML::Node& value, Start* start) {
    for (const auto& [name, item] : members_of(value)) {
      std::string text;
      if (item.IsNull()) {
        from_shell(item, name);
      } else if (plain(item, &text)) {
        start->environment.push_back({name, text, file_ + ":" + line(item)});
      }
    }
    if (!value.IsDefined() || !value.IsSequence()) return;
    for (const YAML::Node& item : value) {
      std::string text;
      if (!plain(item, &text)) continue;
      const size_t equals = text.find('=');
      if (equals == std::string::npos) {
        from_shell(item, text);
      } else {
        start->environment.push_back({text.substr(0, equals), text.substr(equals + 1), file_ + ":" + line(item)});
      }
    }
  }

  void from_shell(const YAML::Node& item, const std::string& name) {
    if (is_of_the_host(name)) return;
    not_understood(line(item), name + " is taken from the shell that compose runs in; write NAME=VALUE");
  }

  void env_files(const YAML::Node& value, Start* start) {
    if (!is_there(value)) return;
    if (!value.IsSequence()) return env_file(value, start);
    for (const YAML::Node& item : value) env_file(item, start);
  }

  void env_file(const YAML::Node& item, Start* start) {
    const auto members = members_of(item);
    const YAML::Node path = item.IsMap() ? find(members, "path") : item;
    const YAML::Node required = find(members, "required");
    std::string text;
    if (!is_there(path) || !plain(path, &text)) return;
    const bool optional = required.IsDefined() && required.IsScalar() && required.Scalar() == "false";
    start->files.push_back({text, optional, file_ + ":" + line(item), ""});
  }

  /// Those that the image with s6 reads, from the file that the site keeps them in.
  void secrets(const YAML::Node& value, Start* start) {
    if (!is_there(value) || !value.IsSequence()) return;
    for (const YAML::Node& item : value) {
      const auto members = members_of(item);
      const YAML::Node source = item.IsMap() ? find(members, "source") : item;
      const YAML::Node target = find(members, "target");
      std::string from;
      if (!is_there(source) || !plain(source, &from)) continue;
      const std::string name = target.IsDefined() && target.IsScalar() ? target.Scalar() : from;
      const Setting* found = find_name(name);
      const YAML::Node kept = find(members_of(find(secrets_, from)), "file");
      if (found == nullptr || !found->image) continue;
      std::string path;
      if (!is_there(kept) || !plain(kept, &path)) {
        not_understood(line(item),
                       "secret " + from + " is not in a file; give it with --hbbs '-k KEY' or put the pair into DIR");
      } else {
        start->files.push_back({path, false, file_ + ":" + line(item), std::string{found->name}});
      }
    }
  }

  void volumes(const YAML::Node& value, Start* start) {
    if (!is_there(value) || !value.IsSequence()) return;
    for (const YAML::Node& item : value) {
      const auto volume = item.IsMap() ? long_volume(item) : volume_of(item.IsScalar() ? item.Scalar() : "");
      if (!volume) continue;
      if (volume->target == "/root" || volume->target == "/data") start->directory = volume->source;
      add(Kind::kNote, line(item),
          "volume " + volume->source + ":" + volume->target + ": its host side is the DIR to migrate");
    }
  }

  static std::optional<Volume> long_volume(const YAML::Node& item) {
    const auto members = members_of(item);
    const YAML::Node source = find(members, "source");
    const YAML::Node target = find(members, "target");
    if (!source.IsDefined() || !target.IsDefined() || !source.IsScalar() || !target.IsScalar()) return std::nullopt;
    return Volume{source.Scalar(), target.Scalar()};
  }

  void ports(const YAML::Node& value) {
    if (!is_there(value) || !value.IsSequence()) return;
    for (const YAML::Node& item : value) {
      if (item.IsScalar() ? is_published_as_it_is(item.Scalar()) : is_long_port_plain(item)) continue;
      add(Kind::kWarning, line(item),
          (item.IsScalar() ? item.Scalar() : std::string{"this"}) +
              " publishes a port under another number or address; clients must be told so");
    }
  }

  static bool is_long_port_plain(const YAML::Node& item) {
    const auto members = members_of(item);
    const YAML::Node target = find(members, "target");
    const YAML::Node published = find(members, "published");
    if (is_there(find(members, "host_ip"))) return false;
    return !is_there(published) ||
           (target.IsDefined() && target.IsScalar() && published.IsScalar() && target.Scalar() == published.Scalar());
  }

  static std::string line(const YAML::Node& node) {
    const YAML::Mark mark = node.Mark();
    return mark.is_null() ? "1" : std::to_string(mark.line + 1);
  }
  void add(Kind kind, const std::string& line, const std::string& text) {
    remarks_->push_back({kind, file_ + ":" + line + ": " + text});
  }
  void not_understood(const std::string& line, const std::string& what) { add(Kind::kNotUnderstood, line, what); }

  const std::string& file_;
  Remarks* remarks_;
  std::vector<Member> secrets_;
  std::vector<Start> starts_;
};

}  // namespace

std::vector<Start> read_compose(const std::string& file, std::string_view text, Remarks* remarks) {
  return ComposeReader{file, remarks}.run(std::string{text});
}

}  // namespace junctor::stock
