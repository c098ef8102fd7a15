// SPDX-License-Identifier: Apache-2.0
// Finds what is wrong with a plugin's option table, so that a bad plugin is refused by name. Pure functions, any
// thread.
#include <algorithm>
#include <set>

#include "config/fault.hpp"
#include "config/option_check.hpp"
#include "config/schema.hpp"

namespace junctor::config {
namespace {

constexpr size_t kLongestOptionName = 63;
// Any base_port does: whether a default parses hardly depends on it, and the kernel bounds base_port itself.
constexpr uint16_t kSomeBasePort = 21116;

bool is_option_name(std::string_view name) {
  if (name.empty() || name.size() > kLongestOptionName || name[0] < 'a' || name[0] > 'z') return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

bool is_known(Type type) { return type >= Type::kBool && type <= Type::kKey; }

class SchemaCheck {
 public:
  explicit SchemaCheck(const Schema& schema) : schema_{schema} {}

  std::vector<std::string> run() {
    if (!is_option_name(schema_.name)) texts_.push_back("malformed plugin name " + quote(schema_.name));
    std::set<std::string> taken;
    for (const Option& option : schema_.options) {
      check_clash(option);
      check_option(option, "", &taken);
    }
    return std::move(texts_);
  }

 private:
  void complain(const std::string& text) { texts_.push_back("option " + quote(where_) + ": " + text); }

  // Records may share their name with a needed service: a string names an instance, tables are records.
  void check_clash(const Option& option) {
    where_ = option.name;
    if (option.name == "plugin" || option.name == "enabled") complain("this key belongs to the kernel");
    if (option.type == Type::kRecords) return;
    for (const std::string& need : schema_.needs) {
      if (service_name(need) == option.name) complain("this key names the provider of the service " + quote(need));
    }
  }

  void check_option(const Option& option, const std::string& parent, std::set<std::string>* taken) {
    where_ = parent + option.name;
    if (!is_option_name(option.name)) complain("malformed name, expected lower-case letters, digits and underscores");
    if (!taken->insert(option.name).second) complain("declared twice");
    if (option.help.empty()) complain("no help text");
    if (!is_known(option.type)) return complain("unknown type " + std::to_string(static_cast<int>(option.type)));
    if (option.secret && (option.type != Type::kString || option.list)) complain("a secret is a single string");
    if (option.required && option.has_default) complain("required, and yet it has a default");
    check_choices(option);
    check_fields(option, parent);
    check_default(option);
  }

  void check_choices(const Option& option) {
    if (option.type == Type::kChoice && option.choices.empty()) complain("a choice without choices");
    if (option.type != Type::kChoice && !option.choices.empty())
      complain("choices, but the type is " + type_name(option));
  }

  void check_fields(const Option& option, const std::string& parent) {
    if (option.type != Type::kRecords) {
      if (!option.fields.empty()) complain("fields, but the type is " + type_name(option));
      return;
    }
    if (option.fields.empty()) complain("records without fields");
    if (!parent.empty()) return complain("records inside records");
    std::set<std::string> taken;
    for (const Option& field : option.fields) check_option(field, option.name + ".", &taken);
    where_ = option.name;
  }

  void check_default(const Option& option) {
    if (!option.has_default) return;
    if (option.type == Type::kRecords) {
      if (!option.default_text.empty() && option.default_text != "[]") complain("records have no default but none");
      return;
    }
    std::string why;
    if (!parse_default(option, kSomeBasePort, &why)) complain("bad default: " + why);
  }

  const Schema& schema_;
  std::string where_;
  std::vector<std::string> texts_;
};

}  // namespace

std::vector<std::string> validate_schema(const Schema& schema) { return SchemaCheck{schema}.run(); }

}  // namespace junctor::config
