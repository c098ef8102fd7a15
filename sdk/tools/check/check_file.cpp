// SPDX-License-Identifier: Apache-2.0
#include "tools/check/check_file.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "plugin/shared_object.hpp"
#include "tools/check/elf_exports.hpp"

namespace junctor::tools {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out.empty() ? "nothing" : out;
}

void check_exports(const std::string& path, CheckReport& report) {
  std::ifstream file{path, std::ios::binary};
  const std::vector<uint8_t> bytes{std::istreambuf_iterator<char>{file}, {}};
  std::string why;
  const auto names = elf_exports(bytes, &why);
  if (!names) return report.fault("exports: " + why);
  std::vector<std::string> others;
  for (const std::string& name : *names) {
    if (name != JCT_ENTRY_NAME) others.push_back(name);
  }
  if (others.empty()) return report.ok(std::string{"exports "} + JCT_ENTRY_NAME + " alone");
  const size_t count = others.size();
  others.resize(std::min<size_t>(count, 5));
  report.fault("exports " + std::to_string(count) + " more than " + JCT_ENTRY_NAME + " (" + joined(others) +
               (count > 5 ? ", ..." : "") +
               "): two plugins would share them; link with junctor_add_plugin's plugin.map");
}

void show(const api::Descriptor& descriptor, CheckReport& report) {
  const config::Schema& schema = descriptor.schema;
  report.ok("descriptor: " + schema.name + " " + descriptor.version + ", ABI 1." +
            std::to_string(descriptor.raw.plugin.abi_minor) + ", works from 1." +
            std::to_string(descriptor.raw.plugin.abi_minor_needed) + " on");
  if (descriptor.version.empty()) report.fault("descriptor: no version, people will ask for it");
  if (schema.summary.empty()) report.fault("descriptor: no summary, --explain begins with it");
  report.ok("provides " + joined(schema.provides) + "; needs " + joined(schema.needs));
  const auto live = std::count_if(schema.options.begin(), schema.options.end(), [](const auto& o) { return o.live; });
  report.ok("options: " + std::to_string(schema.options.size()) + ", " + std::to_string(live) +
            " of them LIVE; all have help texts, and their defaults can be read");
}

}  // namespace

std::optional<PluginFile> plugin_file(const std::string& path, std::string* why) {
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::absolute(path, error);
  if (error || whole.extension() != ".so" || whole.stem().empty()) {
    *why = "\"" + path + "\": expected a file NAME.so";
    return std::nullopt;
  }
  return PluginFile{whole.parent_path().string(), whole.stem().string()};
}

std::optional<api::Descriptor> check_file(const PluginFile& file, CheckReport& report) {
  std::string why;
  void* symbol = plugin::open_plugin(file.dir, file.name, JCT_ENTRY_NAME, &why);
  if (symbol == nullptr) {
    report.fault(why);
    return std::nullopt;
  }
  report.ok("a regular file of ours or root's that nobody else may write; it loads");
  check_exports(file.dir + "/" + file.name + ".so", report);
  report.begin_step("asking for the descriptor");
  const auto entry = reinterpret_cast<jct_entry>(symbol);
  const jct_plugin* first = entry();
  if (entry() != first) report.fault("the entry gives another descriptor each time; it must be constant");
  auto descriptor = api::read_descriptor(first, file.name, &why);
  if (descriptor) {
    show(*descriptor, report);
  } else {
    report.fault(why);
  }
  return descriptor;
}

}  // namespace junctor::tools
