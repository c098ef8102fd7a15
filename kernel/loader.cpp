// SPDX-License-Identifier: Apache-2.0
// From the command line to a checked configuration. [control]
#include "api/listen_tls.hpp"
#include "config/places.hpp"
#include "daemon.hpp"
#include "plugin/clashes.hpp"
#include "plugin/graph.hpp"
#include "plugin/shared_object.hpp"

namespace junctor {

std::string plugin_dir_of(const config::KernelConfig& kernel, const std::string& prefix) {
  return kernel.plugin_dir.empty() ? prefix + "/lib/junctor" : kernel.plugin_dir;
}

std::string data_dir_of(const config::KernelConfig& kernel, const std::string& prefix) {
  return kernel.data_dir.empty() ? config::state_dir(prefix) : kernel.data_dir;
}

config::Checked Loader::load() {
  config::Plugins plugins;
  plugins.kernel_ready = [this](const config::KernelConfig& kernel) {
    const std::string dir = plugin_dir_of(kernel, invocation_.prefix);
    if (!modules_) modules_ = std::make_unique<api::Modules>(kernel_, dir);
  };
  plugins.schema = [this](const std::string& plugin, std::string* why) -> const config::Schema* {
    const plugin::Module* found = module(plugin, why);
    return found == nullptr ? nullptr : &found->schema();
  };
  plugins.known = [this] { return plugin::plugins_in(modules_->dir()); };
  config::Checked checked = config::load(invocation_.config_file, invocation_.overrides, plugins);
  if (!checked.snapshot) return checked;
  plugin::build_graph(*checked.snapshot, &checked.faults);
  plugin::find_clashes(*checked.snapshot, &checked.faults);
  config::KernelConfig kernel = checked.snapshot->kernel;
  kernel.data_dir = data_dir_of(kernel, invocation_.prefix);
  api::find_listener_faults(*checked.snapshot, kernel, &checked.faults);
  if (!checked.faults.empty()) checked.snapshot.reset();
  return checked;
}

const plugin::Module* Loader::module(const std::string& plugin, std::string* why) {
  return modules_->load(plugin, why);
}

}  // namespace junctor
