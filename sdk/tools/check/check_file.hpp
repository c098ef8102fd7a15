// SPDX-License-Identifier: Apache-2.0
// The half of junctor-plugin-check that needs no running kernel: a file, its exports and its descriptor. [control]
#pragma once

#include <optional>
#include <string>

#include "api/descriptor.hpp"
#include "tools/check/check_report.hpp"

namespace junctor::tools {

/// DIR/NAME.so
struct PluginFile {
  std::string dir;
  std::string name;
};

/// Nothing and `*why` where the name is not NAME.so.
std::optional<PluginFile> plugin_file(const std::string& path, std::string* why);

/// Reports on all of it. The descriptor, where the kernel would take the plugin.
std::optional<api::Descriptor> check_file(const PluginFile& file, CheckReport& report);

}  // namespace junctor::tools
