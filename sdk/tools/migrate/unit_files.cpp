// SPDX-License-Identifier: Apache-2.0
#include "tools/migrate/unit_files.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include "tools/migrate/files.hpp"
#include "tools/migrate/report.hpp"

namespace junctor::tools::migrate {
namespace {

namespace fs = std::filesystem;

/// "service.d", "rustdesk-.service.d", "rustdesk-hbbs.service.d": from those of all services to its own.
std::vector<std::string> drop_in_names(const std::string& unit) {
  std::vector<std::string> names{"service.d"};
  const size_t dot = unit.rfind('.');
  if (dot == std::string::npos) return names;
  const std::string kind = unit.substr(dot) + ".d";
  for (size_t dash = unit.find('-'); dash < dot; dash = unit.find('-', dash + 1)) {
    names.push_back(unit.substr(0, dash + 1) + kind);
  }
  if (const size_t at = unit.find('@'); at < dot) names.push_back(unit.substr(0, at + 1) + kind);
  names.push_back(unit + ".d");
  return names;
}

}  // namespace

std::vector<std::string> unit_roots() {
  return {"/lib/systemd/system", "/usr/lib/systemd/system", "/usr/local/lib/systemd/system", "/run/systemd/system",
          "/etc/systemd/system"};
}

std::vector<stock::UnitFile> unit_with_drop_ins(const std::string& path, const std::vector<std::string>& roots) {
  const auto text = read_small_file(path);
  if (!text) throw Refusal{path + ": no such file"};
  const std::string own = parent_of(path);
  const bool is_root = std::find(roots.begin(), roots.end(), own) != roots.end();
  std::map<std::string, std::string> found;  // by name, as they are applied
  for (const std::string& root : is_root ? roots : std::vector<std::string>{own}) {
    for (const std::string& name : drop_in_names(fs::path{path}.filename().string())) {
      std::error_code none;
      for (const auto& entry : fs::directory_iterator{fs::path{root} / name, none}) {
        if (entry.path().extension() == ".conf") found[entry.path().filename().string()] = entry.path().string();
      }
    }
  }
  std::vector<stock::UnitFile> files{{path, *text}};
  for (const auto& [name, file] : found) {
    std::error_code none;
    if (!fs::is_regular_file(file, none)) continue;  // a link to /dev/null: switched off
    files.push_back({file, read_small_file(file).value_or("")});
  }
  return files;
}

}  // namespace junctor::tools::migrate
