// SPDX-License-Identifier: Apache-2.0
// Puts the pieces together: read, merge, check [kernel], check each instance, check bindings. [control]
#include "config/conf_dir.hpp"

#include <algorithm>

#include "config/document.hpp"
#include "config/files.hpp"
#include "config/kernel_options.hpp"
#include "config/merge.hpp"
#include "config/option_check.hpp"

namespace junctor::config {
namespace {

constexpr size_t kLongestName = 63;

// Names become file names (PLUGIN.so), metric labels and words of log lines.
bool is_instance_name(std::string_view name) {
  bool first = !name.empty() && name.size() <= kLongestName && name[0] >= 'a' && name[0] <= 'z';
  return first && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
         });
}

bool names_instances(const Node& node) {
  if (node.kind == Node::Kind::kString) return true;
  return node.kind == Node::Kind::kArray && !node.items.empty() &&
         std::all_of(node.items.begin(), node.items.end(),
                     [](const Node& item) { return item.kind == Node::Kind::kString; });
}

bool provides(const Schema& schema, const std::string& service) {
  return std::any_of(schema.provides.begin(), schema.provides.end(),
                     [&service](const std::string& provided) { return service_name(provided) == service; });
}

class Checker {
 public:
  Checker(const Plugins& plugins, SecretReader read_secret, Faults* faults)
      : plugins_{plugins}, read_secret_{std::move(read_secret)}, faults_{faults} {}

  std::shared_ptr<const Snapshot> run(Node root) {
    check_kernel(&root);
    if (plugins_.kernel_ready) plugins_.kernel_ready(snapshot_.kernel);
    if (plugins_.known) known_ = plugins_.known();
    for (Node::Member& member : root.members) check_member(&member);
    for (const Instance& instance : snapshot_.instances) check_bindings(instance);
    return faults_->empty() ? std::make_shared<const Snapshot>(std::move(snapshot_)) : nullptr;
  }

 private:
  void check_kernel(Node* root) {
    Instance& table = snapshot_.kernel_table;
    table.name = table.plugin = "kernel";
    table.schema = std::make_shared<const Schema>(kernel_schema());
    Node none;
    const Node* node = &none;
    if (const Node::Member* member = root->find("kernel")) {
      table.origin = member->origin;
      if (member->node.is_table()) {
        node = &member->node;
      } else {
        faults_->add(member->node.origin, "expected a table [kernel], got " + name_kind(member->node, true));
      }
    }
    table.settings = check_table(kernel_schema().options, *node, context("[kernel]"));
    snapshot_.kernel = kernel_config(table);
  }

  CheckContext context(std::string label) const {
    return {std::move(label), snapshot_.kernel.base_port, &read_secret_, faults_};
  }

  void check_member(Node::Member* member) {
    const std::string& name = member->key;
    if (name == "kernel") return;
    if (!member->node.is_table()) {
      faults_->add(member->origin, "expected a table [" + name + "], got " + name_kind(member->node, false) +
                                       "; options stand under their plugin's or the [kernel] table");
      return;
    }
    if (!is_instance_name(name)) {
      faults_->add(member->origin,
                   "malformed section name " + quote(name) + ", expected lower-case letters, digits, \"_\" and \"-\"");
      return;
    }
    Instance instance;
    instance.name = name;
    instance.origin = member->origin;
    Node& table = member->node;
    bool named = take_common(&table, &instance);
    if (instance.enabled && named) check_options(&table, &instance);
    snapshot_.instances.push_back(std::move(instance));
  }

  static std::optional<Node::Member> take(Node* table, std::string_view key) {
    Node::Member* found = table->find(key);
    if (found == nullptr) return std::nullopt;
    Node::Member member = std::move(*found);
    table->members.erase(table->members.begin() + (found - table->members.data()));
    return member;
  }

  // `plugin` and `enabled`. False when there is no usable plugin name, which has been reported.
  bool take_common(Node* table, Instance* instance) {
    std::string label = " in [" + instance->name + "]: ";
    if (auto enabled = take(table, "enabled")) {
      if (enabled->node.kind == Node::Kind::kBool) {
        instance->enabled = enabled->node.boolean;
      } else {
        faults_->add(enabled->node.origin,
                     "\"enabled\"" + label + "expected true or false, got " + name_kind(enabled->node, true));
      }
    }
    instance->plugin = instance->name;
    plugin_origin_ = instance->origin;
    auto plugin = take(table, "plugin");
    if (!plugin) return true;
    plugin_origin_ = plugin->node.origin;
    if (plugin->node.kind == Node::Kind::kString && is_instance_name(plugin->node.string)) {
      instance->plugin = plugin->node.string;
      return true;
    }
    faults_->add(plugin->node.origin,
                 "\"plugin\"" + label + "expected the name of a plugin, got " + name_kind(plugin->node, true));
    return false;
  }

  void check_options(Node* table, Instance* instance) {
    std::string why;
    const Schema* schema = plugins_.schema(instance->plugin, &why);
    if (schema == nullptr) return report_plugin(*instance, why);
    instance->schema = std::make_shared<const Schema>(*schema);
    std::vector<std::string> extra{"plugin", "enabled"};
    for (const std::string& need : schema->needs) {
      extra.push_back(service_name(need));
      take_binding(extra.back(), table, instance);
    }
    instance->settings = check_table(schema->options, *table, context("[" + instance->name + "]"), extra);
  }

  void report_plugin(const Instance& instance, const std::string& why) {
    bool exists = std::find(known_.begin(), known_.end(), instance.plugin) != known_.end();
    if (exists || known_.empty()) {
      faults_->add(plugin_origin_, "[" + instance.name + "] cannot use the plugin " + quote(instance.plugin) +
                                       (why.empty() ? "" : ": " + why));
      return;
    }
    std::vector<std::string> candidates = known_;
    bool by_section = instance.plugin == instance.name;
    if (by_section) candidates.push_back("kernel");
    std::string what = by_section ? "unknown section [" + instance.name + "]: there is no plugin of that name"
                                  : "unknown plugin " + quote(instance.plugin) + " in [" + instance.name + "]";
    std::string hint = did_you_mean(instance.plugin, candidates);
    std::string stem = instance.name.substr(0, instance.name.find('-'));
    bool second = by_section && stem != instance.name && std::find(known_.begin(), known_.end(), stem) != known_.end();
    if (second) hint = " (a second " + stem + " says plugin = " + quote(stem) + ")";
    faults_->add(plugin_origin_, what + hint);
  }

  // Records of the service's name are an option: strings are a binding, tables are records.
  void take_binding(const std::string& service, Node* table, Instance* instance) {
    const Node::Member* found = table->find(service);
    if (found == nullptr) return;
    if (!names_instances(found->node)) {
      if (find_option(instance->schema->options, service) != nullptr) return;
      faults_->add(found->node.origin, quote(service) + " in [" + instance->name +
                                           "]: expected the name of an instance that provides " + service + ", got " +
                                           name_kind(found->node, true));
      take(table, service);
      return;
    }
    Node::Member member = *take(table, service);
    Binding binding{service, {}, member.origin};
    if (member.node.kind == Node::Kind::kString) binding.instances.push_back(member.node.string);
    for (const Node& item : member.node.items) binding.instances.push_back(item.string);
    instance->bindings.push_back(std::move(binding));
  }

  void check_bindings(const Instance& instance) {
    for (const Binding& binding : instance.bindings) {
      for (const std::string& name : binding.instances) check_target(instance, binding, name);
    }
  }

  void check_target(const Instance& instance, const Binding& binding, const std::string& name) {
    std::string label = quote(binding.service) + " in [" + instance.name + "]: ";
    const Instance* target = snapshot_.find(name);
    if (target == nullptr) {
      std::vector<std::string> names;
      for (const Instance& candidate : snapshot_.instances) names.push_back(candidate.name);
      faults_->add(binding.origin, label + "there is no instance " + quote(name) + did_you_mean(name, names));
    } else if (!target->enabled) {
      faults_->add(binding.origin, label + "the instance " + quote(name) + " is not enabled");
    } else if (target->schema && !provides(*target->schema, binding.service)) {
      faults_->add(binding.origin, label + "the instance " + quote(name) + " does not provide " + binding.service);
    }
  }

  const Plugins& plugins_;
  SecretReader read_secret_;
  Faults* faults_;
  std::vector<std::string> known_;
  Origin plugin_origin_;  // of the name of the plugin that is being checked
  Snapshot snapshot_;
};

Checked check_all(const std::vector<Source>& sources, const std::vector<std::string>& overrides, const Plugins& plugins,
                  const ReadLimits& limits, Faults* faults) {
  Node root;
  for (const Source& source : sources) merge(parse_document(source.name, source.text, faults), &root);
  for (const std::string& text : overrides) merge(parse_override(text, faults), &root);
  SecretReader read_secret = plugins.read_secret;
  if (!read_secret) {
    read_secret = [&limits](const std::string& path, std::string* why) {
      return read_bounded_file(path, limits.secret_bytes, why);
    };
  }
  auto snapshot = Checker{plugins, std::move(read_secret), faults}.run(std::move(root));
  return {std::move(snapshot), faults->take()};
}

}  // namespace

Checked load(const std::string& main_file, const std::vector<std::string>& overrides, const Plugins& plugins,
             const ReadLimits& limits) {
  Faults faults;
  std::vector<Source> sources = read_sources(main_file, limits, &faults);
  return check_all(sources, overrides, plugins, limits, &faults);
}

Checked check(const std::vector<Source>& sources, const std::vector<std::string>& overrides, const Plugins& plugins) {
  Faults faults;
  return check_all(sources, overrides, plugins, {}, &faults);
}

}  // namespace junctor::config
