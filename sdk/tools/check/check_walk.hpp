// SPDX-License-Identifier: Apache-2.0
// The other half of junctor-plugin-check: plugins in a real kernel, through their states in and out of order.
// [control], of a kernel of its own.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "api/kernel.hpp"
#include "api/module.hpp"
#include "config/conf_dir.hpp"
#include "plugin/graph.hpp"
#include "tools/check/check_file.hpp"
#include "tools/check/check_report.hpp"

namespace junctor::tools {

/// A kernel with threads, a data directory that goes with it, and a log that is listened to.
class CheckKernel {
 public:
  CheckKernel();
  ~CheckKernel();
  CheckKernel(const CheckKernel&) = delete;
  CheckKernel& operator=(const CheckKernel&) = delete;

  api::Kernel& kernel() { return kernel_; }
  const std::string& dir() const { return dir_; }
  /// What the kernel has held against `instance`, and what the instance itself has warned of, since the last call.
  std::vector<std::string> take_blames(const std::string& instance);

 private:
  void hear(const std::string& json);

  std::string dir_;
  ops::Log log_;
  api::Kernel kernel_;
  std::mutex mutex_;
  std::vector<std::pair<std::string, std::string>> heard_;  ///< instance and line; under mutex_
  uint64_t follow_ = 0;
};

/// Each plugin as an instance of its own name, with its defaults and `overrides`, walked one after another while those
/// that it needs run.
class Walk {
 public:
  Walk(const std::vector<PluginFile>& files, const std::vector<std::string>& overrides, CheckReport& report);

  /// False where the configuration is not accepted: nothing has been walked.
  bool prepare();
  void run();
  /// Is a thread inside a plugin still that was stopped? Then nothing can be taken down in order.
  bool has_late() const { return !late_.empty(); }

 private:
  /// One created object.
  struct Life {
    std::string key;
    std::unique_ptr<plugin::Object> object;
  };

  const plugin::Module* module(const std::string& name, std::string* why);
  std::shared_ptr<const config::Snapshot> load(const std::vector<std::string>& names);
  std::vector<std::string> satisfied();
  std::vector<std::string> overrides_for(const std::vector<std::string>& names) const;
  void walk_one(size_t index);
  bool raise_providers(size_t index);
  void step(size_t index, const char* name, const std::function<bool(std::string*)>& body);

  bool create(size_t index, Life* life, std::string* why);
  void end(Life& life);
  bool whole_life(size_t index, std::string* why);
  bool unstarted_life(size_t index, std::string* why);
  bool undrained_life(size_t index, std::string* why);
  bool hurried_life(size_t index, std::string* why);
  bool succession(size_t index, std::string* why);
  bool drain_and_wait(Life& life, std::string* why);

  const std::vector<PluginFile>& files_;
  std::vector<std::string> overrides_;
  CheckReport& report_;
  CheckKernel world_;
  std::map<std::string, std::unique_ptr<api::Modules>> modules_;
  std::shared_ptr<const config::Snapshot> snapshot_;
  plugin::Graph graph_;
  std::map<size_t, Life> providers_;
  std::vector<size_t> provider_order_;
  std::vector<std::unique_ptr<plugin::Object>> late_;
  std::optional<size_t> given_up_;
  uint64_t generation_ = 0;
};

}  // namespace junctor::tools
