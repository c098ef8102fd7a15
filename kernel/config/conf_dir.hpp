// SPDX-License-Identifier: Apache-2.0
// From junctor.toml, conf.d/*.toml and --set to a checked Snapshot, or to every fault in them. [control]
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/fault.hpp"
#include "config/schema.hpp"
#include "config/snapshot.hpp"

namespace junctor::config {

/// One file's text, wherever it was read. `name` is the path for messages and the base of relative secret files.
struct Source {
  std::string name;
  std::string text;
};

/// Bounds on what is read: a configuration is small, a mistaken path may be anything.
struct ReadLimits {
  size_t file_bytes = 1 << 20;
  size_t files = 1000;
  size_t secret_bytes = 64 << 10;
};

/// What the checker asks of the loader. All but `schema` may be left empty.
struct Plugins {
  /// Called once, before any plugin is asked for, with a [kernel] that may still have faults.
  std::function<void(const KernelConfig&)> kernel_ready;
  /// The plugin's options; null and `*why` when it cannot be used. The result is copied.
  std::function<const Schema*(const std::string& plugin, std::string* why)> schema;
  /// Names of the plugins that could be loaded, for suggestions.
  std::function<std::vector<std::string>()> known;
  /// The text of a secret's file, or nothing and `*why`. Empty: `read_bounded_file`.
  std::function<std::optional<std::string>(const std::string& path, std::string* why)> read_secret;
};

struct Checked {
  std::shared_ptr<const Snapshot> snapshot;  ///< null when there is a fault
  std::vector<Fault> faults;
  /// The text is right: what is wrong is a place that it names, or what a plugin found there.
  bool understood = false;
};

/// Reads `main_file`, and `conf.d/*.toml` beside it in byte order of names; checks as `check` does.
/// `overrides` are `TABLE.KEY=VALUE`; VALUE is TOML, or else a bare string.
Checked load(const std::string& main_file, const std::vector<std::string>& overrides, const Plugins& plugins,
             const ReadLimits& limits = {});

/// The same for texts in memory; a later source overrides single keys of an earlier one.
Checked check(const std::vector<Source>& sources, const std::vector<std::string>& overrides, const Plugins& plugins);

}  // namespace junctor::config
