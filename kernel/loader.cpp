// SPDX-License-Identifier: Apache-2.0
// From the command line to a checked configuration. [control]
#include <pwd.h>
#include <unistd.h>

#include <sstream>

#include "api/listen_tls.hpp"
#include "config/path_check.hpp"
#include "config/places.hpp"
#include "daemon.hpp"
#include "plugin/clashes.hpp"
#include "plugin/contests.hpp"
#include "plugin/graph.hpp"
#include "plugin/shared_object.hpp"

namespace junctor {

std::string plugin_dir_of(const config::KernelConfig& kernel, const std::string& prefix) {
  return kernel.plugin_dir.empty() ? prefix + "/lib/junctor" : kernel.plugin_dir;
}

std::string data_dir_of(const config::KernelConfig& kernel, const std::string& prefix) {
  return kernel.data_dir.empty() ? config::state_dir(prefix) : kernel.data_dir;
}

namespace {

/// Nobody but root becomes another.
void find_user_fault(const config::Snapshot& snapshot, std::vector<config::Fault>* faults) {
  const std::string& user = snapshot.kernel.user;
  if (user.empty() || ::geteuid() != 0 || ::getpwnam(user.c_str()) != nullptr) return;
  faults->push_back(config::fault_at(snapshot.kernel_table.find("user")->origin,
                                     "\"user\" in [kernel]: there is no user " + config::quote(user) +
                                         "; create it, or set user = \"\" to stay root"));
}

}  // namespace

config::Checked Loader::load(Depth depth) {
  config::Plugins plugins;
  plugins.kernel_ready = [this](const config::KernelConfig& kernel) {
    const std::string dir = plugin_dir_of(kernel, invocation_.prefix);
    data_dir_ = data_dir_of(kernel, invocation_.prefix);
    if (!modules_) modules_ = std::make_unique<api::Modules>(kernel_, dir);
  };
  plugins.schema = [this](const std::string& plugin, std::string* why) -> const config::Schema* {
    const plugin::Module* found = module(plugin, why);
    return found == nullptr ? nullptr : &found->schema();
  };
  plugins.known = [this] { return plugin::plugins_in(modules_->dir()); };
  config::Checked checked = config::load(invocation_.config_file, invocation_.overrides, plugins);
  if (!checked.snapshot) return checked;
  auto complete = std::make_shared<config::Snapshot>(*checked.snapshot);
  complete->kernel.data_dir = data_dir_of(complete->kernel, invocation_.prefix);
  checked.snapshot = complete;
  find_user_fault(*complete, &checked.faults);
  plugin::build_graph(*complete, &checked.faults);
  plugin::find_clashes(*complete, &checked.faults);
  checked.understood = checked.faults.empty();
  const size_t own = config::find_path_faults(*complete, complete->kernel, &checked.faults);
  const size_t places = checked.faults.size();
  api::find_listener_faults(*complete, complete->kernel, depth == Depth::kPlacesToo, &checked.faults);
  checked.understood = checked.understood && own == 0 && checked.faults.size() == places;
  // Each plugin looks at what only it can judge; where the rest is wrong, its view might be, too.
  if (checked.faults.empty()) checked.understood = verify_all(complete, &checked.faults);
  if (checked.faults.empty()) checked.understood = find_contests(complete, &checked.faults);
  if (!checked.faults.empty()) checked.snapshot.reset();
  return checked;
}

/// False where one finds the values themselves wrong.
bool Loader::verify_all(const std::shared_ptr<const config::Snapshot>& snapshot, std::vector<config::Fault>* faults) {
  bool understood = true;
  for (const config::Instance& instance : snapshot->instances) {
    std::string why;
    bool of_place = false;
    if (!instance.enabled || module(instance.plugin, &why)->verify(snapshot, instance, &why, &of_place)) continue;
    understood = understood && of_place;
    std::istringstream lines{why};
    for (std::string line; std::getline(lines, line);) {
      faults->push_back(config::fault_at(instance.place_of(line), "[" + instance.name + "] " + line));
    }
  }
  return understood;
}

/// False where two instances want the same of a third.
bool Loader::find_contests(const std::shared_ptr<const config::Snapshot>& snapshot,
                           std::vector<config::Fault>* faults) {
  std::vector<std::vector<plugin::Claim>> claims(snapshot->instances.size());
  for (size_t i = 0; i < claims.size(); ++i) {
    const config::Instance& instance = snapshot->instances[i];
    std::string why;
    if (!instance.enabled || module(instance.plugin, &why)->claims(snapshot, instance, &claims[i], &why)) continue;
    faults->push_back(config::fault_at(instance.origin, "[" + instance.name + "] cannot say what it needs: " + why));
  }
  if (faults->empty()) plugin::find_contests(*snapshot, claims, faults);
  return faults->empty();
}

std::string Loader::changed_plugins() const {
  std::string all;
  for (const std::string& name : modules_->changed()) all += (all.empty() ? "" : ", ") + name;
  return all;
}

const plugin::Module* Loader::module(const std::string& plugin, std::string* why) {
  return modules_->load(plugin, why);
}

}  // namespace junctor
