// SPDX-License-Identifier: Apache-2.0
// The running server: the parts of the kernel put together, signals, reload and drain. [control]
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/kernel.hpp"
#include "api/module.hpp"
#include "config/conf_dir.hpp"
#include "loop/event_loop.hpp"
#include "ops/control_socket.hpp"
#include "plugin/manager.hpp"
#include "watch/heap_trim.hpp"
#include "watch/host_watch.hpp"
#include "watch/shed_watch.hpp"
#include "watch/supervisor.hpp"
#include "watch/vitals.hpp"

namespace junctor {

/// What the command line says.
struct Invocation {
  std::string config_file;
  std::vector<std::string> overrides;  ///< TABLE.KEY=VALUE
  std::string prefix;                  ///< of the installed tree: plugins and data lie beside the program
};

/// design.md 6.
enum ExitCode { kExitClean = 0, kExitConfig = 1, kExitPlugin = 2, kExitFault = 3 };

/// A configuration read and checked against the plugins' own tables, the graph included.
class Loader {
 public:
  Loader(const Invocation& invocation, api::Kernel* kernel) : invocation_{invocation}, kernel_{kernel} {}

  /// Whether the addresses to listen on are tried, too: for whoever asks whether all is right.
  enum class Depth { kUsual, kPlacesToo };
  config::Checked load(Depth depth = Depth::kUsual);
  /// After load(), whatever came of it.
  const std::string& data_dir() const { return data_dir_; }
  /// After load(): null and `*why` for one that cannot be used.
  const plugin::Module* module(const std::string& plugin, std::string* why);
  /// After load(): plugins whose files on disk are others than those that run, "a, b".
  std::string changed_plugins() const;

 private:
  bool verify_all(const std::shared_ptr<const config::Snapshot>& snapshot, std::vector<config::Fault>* faults);
  bool find_contests(const std::shared_ptr<const config::Snapshot>& snapshot, std::vector<config::Fault>* faults);

  const Invocation& invocation_;
  api::Kernel* kernel_;
  std::unique_ptr<api::Modules> modules_;
  std::string data_dir_;
};

/// [kernel] directories where the operator gave none: beside the program.
std::string plugin_dir_of(const config::KernelConfig& kernel, const std::string& prefix);
std::string data_dir_of(const config::KernelConfig& kernel, const std::string& prefix);

class Daemon {
 public:
  Daemon(Invocation invocation, std::shared_ptr<const config::Snapshot> first, ops::Log& log);
  ~Daemon();

  /// Before any thread is started: they inherit the mask, and signals are then read from a descriptor.
  static void block_signals();

  /// Until a signal or a command ends it. Returns an ExitCode.
  int run();

 private:
  /// A signal arrives as a readable descriptor.
  struct Signals final : loop::FdHandler {
    explicit Signals(Daemon& the_owner) : owner{the_owner} {}
    void on_fd(uint32_t) override { owner.on_signals(); }
    Daemon& owner;
    int fd = -1;
  };

  int start();
  void on_signals();
  void on_watch();
  void on_day();
  void begin_drain();
  [[noreturn]] void end_at_once();
  bool reload(std::string* why);
  bool take_configuration(std::string* why);
  void apply_kernel(const config::KernelConfig& kernel);
  void raise_doubts();
  void say_changed();
  void say_refused(const std::string& why);
  void add_commands();
  std::string reload_json(bool* ok);
  std::string status_json();
  std::string plugins_json();
  std::string config_json() const;

  Invocation invocation_;
  ops::Log& log_;
  api::Kernel kernel_;
  Loader loader_;
  plugin::Manager manager_;
  Vitals vitals_;
  Supervisor supervisor_;
  std::unique_ptr<ops::ControlSocket> control_;
  Signals signals_{*this};
  loop::Timer watch_;
  loop::Timer day_;
  HeapTrim trim_;
  ShedWatch shed_;
  HostWatch host_;
  std::vector<uint64_t> stalled_turns_;
  loop::Instant born_;
  bool draining_ = false;
};

}  // namespace junctor
