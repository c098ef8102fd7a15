// SPDX-License-Identifier: Apache-2.0
// Plugins behind the boundary as plugin::Module and plugin::Object: loading, and carrying lifecycle calls to the
// threads that abi.h names. [control]
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/descriptor.hpp"
#include "api/kernel.hpp"
#include "plugin/module.hpp"
#include "plugin/shared_object.hpp"

namespace junctor::api {

/// Loads each plugin once and keeps it, as long as its file could be loaded again: the next start will. A plugin that
/// was refused is tried again at the next call.
class Modules {
 public:
  /// `kernel` may be null where nothing will be created (--check, --explain).
  Modules(Kernel* kernel, std::string dir) : kernel_{kernel}, dir_{std::move(dir)} {}

  const plugin::Module* load(const std::string& name, std::string* why);
  const std::string& dir() const { return dir_; }
  /// Names of those whose files are not what was loaded any more, as load() saw them last.
  std::vector<std::string> changed() const;

 private:
  struct Loaded {
    std::unique_ptr<plugin::Module> module;
    plugin::FileIdentity file;
    bool changed = false;
  };
  Kernel* kernel_;
  const std::string dir_;
  std::map<std::string, Loaded> loaded_;
};

}  // namespace junctor::api
