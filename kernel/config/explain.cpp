// SPDX-License-Identifier: Apache-2.0
// Option tables as plain text, as Markdown and, with their values, as rows. Pure functions, any thread.
#include "config/explain.hpp"

#include <algorithm>

#include "config/listener.hpp"

namespace junctor::config {
namespace {

constexpr size_t kWidth = 100;

std::string print_bound(const Option& option, int64_t bound) {
  Option single = option;
  single.list = single.secret = false;
  return print_value(single, {bound});
}

std::string shown_default(const Option& option) {
  if (!option.has_default) return "";
  return option.default_text.empty() && option.list ? "[]" : option.default_text;
}

// `LIVE`, `REQUIRED`, `SECRET`, as the plugin's author wrote them.
std::string flags(const Option& option) {
  std::string out;
  if (option.required) out += " REQUIRED";
  if (option.live) out += " LIVE";
  if (option.secret) out += " SECRET";
  return out.empty() ? out : out.substr(1);
}

std::string limits(const Option& option) {
  if (option.type == Type::kChoice) return one_of(option.choices);
  bool numeric = option.type == Type::kInt || option.type == Type::kDuration || option.type == Type::kSize ||
                 option.type == Type::kRate;
  if (!numeric || !option.bounded()) return "";
  return print_bound(option, option.min) + " to " + print_bound(option, option.max);
}

std::string wrapped(std::string_view text, size_t indent) {
  std::string out;
  std::string line(indent, ' ');
  while (!text.empty()) {
    size_t end = std::min(text.find(' '), text.size());
    if (line.size() > indent && line.size() + 1 + end > kWidth) {
      out += line + "\n";
      line.assign(indent, ' ');
    }
    if (line.size() > indent) line += ' ';
    line += text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + line + "\n";
}

void add_text(const std::vector<Option>& options, size_t indent, std::string* out) {
  for (const Option& option : options) {
    std::string head = std::string(indent, ' ') + option.name + "  (" + type_name(option);
    if (std::string text = limits(option); !text.empty()) head += ", " + text;
    head += ")";
    if (option.has_default) head += "  default: " + (shown_default(option).empty() ? "\"\"" : shown_default(option));
    if (std::string words = flags(option); !words.empty()) head += "  " + words;
    *out += head + "\n" + wrapped(option.help, indent + 4);
    add_text(option.fields, indent + 4, out);
  }
}

bool has_listener(const std::vector<Option>& options) {
  return std::any_of(options.begin(), options.end(), [](const Option& option) {
    return option.type == Type::kListener || has_listener(option.fields);
  });
}

std::string in_cell(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string code(const std::string& text) { return text.empty() ? "" : "`" + in_cell(text) + "`"; }

void add_table(const std::vector<Option>& options, std::string* out) {
  *out += "| option | type | default | limits | flags | meaning |\n| --- | --- | --- | --- | --- | --- |\n";
  for (const Option& option : options) {
    *out += "| `" + option.name + "` | " + type_name(option) + " | " + code(shown_default(option)) + " | " +
            in_cell(limits(option)) + " | " + flags(option) + " | " + in_cell(option.help) + " |\n";
  }
}

std::string services(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out.empty() ? "-" : out;
}

void add_rows(const Instance& instance, std::vector<Row>* rows) {
  for (const Binding& binding : instance.bindings) {
    rows->push_back({instance.name, binding.service, services(binding.instances), binding.origin.print()});
  }
  for (const Setting& setting : instance.settings) {
    const Option* option = find_option(instance.schema->options, setting.name);
    std::string value = setting.present && option != nullptr ? print_value(*option, setting.value) : "";
    rows->push_back({instance.name, setting.name, std::move(value), setting.origin.print()});
  }
}

}  // namespace

std::string explain_text(const Schema& schema) {
  std::string out = "[" + schema.name + "]  " + schema.summary + "\n";
  if (!schema.provides.empty()) out += "provides: " + services(schema.provides) + "\n";
  if (!schema.needs.empty()) out += "needs: " + services(schema.needs) + "\n";
  out += "\n";
  add_text(schema.options, 2, &out);
  if (has_listener(schema.options)) {
    out += "\nA listener is an address, or a table with:\n";
    add_text(listener_fields(), 2, &out);
    out += "  tls  (table)\n";
    add_text(tls_fields(), 6, &out);
  }
  return out;
}

std::string explain_markdown(const Schema& schema) {
  std::string out = "# " + schema.name + "\n\n" + schema.summary + "\n\n";
  out += "Provides: " + services(schema.provides) + ". Needs: " + services(schema.needs) + ".\n\n";
  add_table(schema.options, &out);
  for (const Option& option : schema.options) {
    if (option.type != Type::kRecords) continue;
    out += "\n## `[[" + schema.name + "." + option.name + "]]`\n\n";
    add_table(option.fields, &out);
  }
  if (has_listener(schema.options)) {
    out += "\n## A listener's table\n\nAn address alone, or a table with these keys:\n\n";
    add_table(listener_fields(), &out);
    out += "\nand, for TLS, a sub-table `tls`:\n\n";
    add_table(tls_fields(), &out);
  }
  return out;
}

std::vector<Row> describe(const Snapshot& snapshot) {
  std::vector<Row> rows;
  add_rows(snapshot.kernel_table, &rows);
  for (const Instance& instance : snapshot.instances) {
    rows.push_back({instance.name, "plugin", instance.plugin, instance.origin.print()});
    rows.push_back({instance.name, "enabled", instance.enabled ? "true" : "false", instance.origin.print()});
    add_rows(instance, &rows);
  }
  return rows;
}

}  // namespace junctor::config
