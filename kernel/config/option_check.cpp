// SPDX-License-Identifier: Apache-2.0
// Values by their option's declared type. Collects faults and goes on. [control]
#include "config/option_check.hpp"

#include "config/listener.hpp"

namespace junctor::config {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  size_t start = text.find_first_not_of(kBlank);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kBlank) - start + 1);
}

std::string print_number(Type type, int64_t number) {
  if (type == Type::kDuration) return quote(print_duration(number));
  if (type == Type::kSize) return quote(print_size(number));
  if (type == Type::kRate) return quote(print_rate(number));
  return std::to_string(number);
}

Value empty_value(const Option& option) {
  if (option.list || option.type == Type::kRecords) return {std::vector<Value>{}};
  switch (option.type) {
    case Type::kBool:
      return {false};
    case Type::kInt:
    case Type::kDuration:
    case Type::kSize:
    case Type::kRate:
      return {int64_t{0}};
    case Type::kAddress:
      return {Address{}};
    case Type::kNetwork:
      return {Network{}};
    case Type::kListener:
      return {Listener{}};
    default:
      return {std::string{}};
  }
}

std::vector<std::string> names_of(const std::vector<Option>& options) {
  std::vector<std::string> names;
  for (const Option& option : options) names.push_back(option.name);
  return names;
}

std::string expected_form(const Option& option) {
  switch (option.type) {
    case Type::kBool:
      return "true or false";
    case Type::kInt:
      return option.bounded() ? "an integer from " + std::to_string(option.min) + " to " + std::to_string(option.max)
                              : "an integer";
    case Type::kChoice:
      return one_of(option.choices);
    case Type::kDuration:
      return R"(a duration such as "30s", "500ms" or "1h30m")";
    case Type::kSize:
      return R"(a size such as "64KiB", "1MB" or bytes)";
    case Type::kRate:
      return R"(a rate such as "128Mbit" or "1Gbit")";
    case Type::kAddress:
      return R"(an address such as ":21116" or "[::]:21116")";
    case Type::kNetwork:
      return R"(a network such as "10.0.0.0/8")";
    case Type::kHost:
      return R"(a name or an address such as "rd.example.org")";
    case Type::kHostPort:
      return R"(host and port such as "relay.example.org:21117")";
    case Type::kKey:
      return "a public key, the base64 of 32 bytes";
    case Type::kListener:
      return "an address or a table with one";
    default:
      return option.secret ? R"(a string or { file = "PATH" })" : "a string";
  }
}

/// Checks one value of one option; `check` answers nothing after a fault.
class ValueCheck {
 public:
  ValueCheck(const Option& option, const CheckContext& context) : option_{option}, context_{context} {}

  std::optional<Value> check(const Node& node) {
    if (option_.type == Type::kRecords) return check_list(node, "an array of tables");
    const bool one_listener = option_.type == Type::kListener && node.kind != Node::Kind::kArray;
    if (option_.list && !one_listener) return check_list(node, "an array, each item " + expected_form(option_));
    auto value = check_one(node);
    if (!option_.list || !value) return value;
    return Value{std::vector<Value>{std::move(*value)}};
  }

 private:
  std::nullopt_t complain(const Node& node, const std::string& text) {
    context_.faults->add(node.origin, quote(option_.name) + " in " + context_.label + ": " + text);
    return std::nullopt;
  }

  std::nullopt_t wrong_kind(const Node& node, const std::string& expected) {
    return complain(node, "expected " + expected + ", got " + name_kind(node, !option_.secret));
  }

  std::optional<Value> check_list(const Node& node, const std::string& expected) {
    if (node.kind != Node::Kind::kArray) return wrong_kind(node, expected);
    in_list_ = true;
    std::vector<Value> values;
    bool whole = true;
    for (const Node& item : node.items) {
      auto value = option_.type == Type::kRecords ? check_record(item) : check_one(item);
      whole = whole && value.has_value();
      if (value) values.push_back(std::move(*value));
    }
    if (!whole) return std::nullopt;
    return Value{std::move(values)};
  }

  std::optional<Value> check_record(const Node& node) {
    if (!node.is_table()) return wrong_kind(node, "a table");
    CheckContext inner = context_;
    inner.label = inner_label("[[", "]]");
    return Value{Record{check_table(option_.fields, node, inner)}};
  }

  std::optional<Value> check_one(const Node& node) {
    switch (option_.type) {
      case Type::kBool:
        if (node.kind != Node::Kind::kBool) return wrong_kind(node, expected_form(option_));
        return Value{node.boolean};
      case Type::kInt:
        if (node.kind != Node::Kind::kInt) return wrong_kind(node, expected_form(option_));
        return in_range(node, node.integer);
      case Type::kSize:
        if (node.kind == Node::Kind::kInt && node.integer >= 0) return in_range(node, node.integer);
        return check_text(node);
      case Type::kListener:
        return node.is_table() ? check_listener(node) : check_text(node);
      case Type::kString:
        return option_.secret && node.is_table() ? read_secret(node) : check_text(node);
      default:
        return check_text(node);
    }
  }

  std::optional<Value> check_text(const Node& node) {
    bool unquoted = node.kind != Node::Kind::kString && !node.raw.empty();
    if (node.kind != Node::Kind::kString && !unquoted) return wrong_kind(node, expected_form(option_));
    return parse_text(node, unquoted ? node.raw : node.string);
  }

  std::optional<Value> parse_text(const Node& node, const std::string& text) {
    std::string why;
    switch (option_.type) {
      case Type::kChoice:
        return check_choice(node, text);
      case Type::kDuration:
        return check_number(node, parse_duration(text, &why), why);
      case Type::kSize:
        return check_number(node, parse_size(text, &why), why);
      case Type::kRate:
        return check_number(node, parse_rate(text, &why), why);
      case Type::kAddress:
        if (auto address = parse_address(text, context_.base_port, &why)) return Value{std::move(*address)};
        return complain(node, why);
      case Type::kNetwork:
        if (auto network = parse_network(text, &why)) return Value{*network};
        return complain(node, why);
      case Type::kHost:
        if (auto host = parse_host(text, &why)) return Value{std::move(*host)};
        return complain(node, why);
      case Type::kHostPort:
        if (auto place = parse_host_port(text, context_.base_port, &why)) return Value{std::move(*place)};
        return complain(node, why);
      case Type::kKey:
        if (auto key = parse_key(text, &why)) return Value{std::move(*key)};
        return complain(node, why);
      case Type::kListener:
        if (auto address = parse_address(text, context_.base_port, &why)) return Value{plain_listener(*address)};
        return complain(node, why);
      default:
        if (text.find('\0') != std::string::npos) return complain(node, "a NUL character in a string");
        return Value{text};
    }
  }

  static Listener plain_listener(const Address& address) {
    Listener listener;
    listener.address = address;
    return listener;
  }

  std::optional<Value> check_choice(const Node& node, const std::string& text) {
    for (const std::string& choice : option_.choices) {
      if (choice == text) return Value{text};
    }
    return complain(
        node, "expected " + one_of(option_.choices) + ", got " + quote(text) + did_you_mean(text, option_.choices));
  }

  std::optional<Value> check_number(const Node& node, std::optional<int64_t> number, const std::string& why) {
    if (!number) return complain(node, why);
    return in_range(node, *number);
  }

  std::optional<Value> in_range(const Node& node, int64_t number) {
    if (!option_.bounded() || (number >= option_.min && number <= option_.max)) return Value{number};
    return complain(node, print_number(option_.type, number) + " is out of range, expected " +
                              print_number(option_.type, option_.min) + " to " +
                              print_number(option_.type, option_.max));
  }

  // Items of an array have none: each must say its own.
  std::optional<Listener> default_listener() const {
    std::string why;
    const auto value = option_.has_default ? parse_default(option_, context_.base_port, &why) : std::nullopt;
    if (!value || in_list_) return std::nullopt;
    if (!option_.list) return *value->get<Listener>();
    const auto& all = *value->get<std::vector<Value>>();
    return all.empty() ? std::nullopt : std::optional{*all.front().get<Listener>()};
  }

  // A table without an address limits the default one.
  std::optional<Value> check_listener(const Node& node) {
    size_t faults_before = context_.faults->seen();
    CheckContext inner = context_;
    inner.label = inner_label("[", "]");
    Node table = node;
    Record tls = take_tls(&table, inner);
    Record fields{check_table(listener_fields(), table, inner, {"tls"})};
    std::string why;
    Listener listener = default_listener().value_or(Listener{});
    if (context_.faults->seen() != faults_before) return std::nullopt;
    if (!make_listener(fields, tls, &listener, &why)) return complain(node, why);
    return Value{std::move(listener)};
  }

  Record take_tls(Node* table, const CheckContext& inner) {
    for (auto member = table->members.begin(); member != table->members.end(); ++member) {
      if (member->key != "tls") continue;
      Node node = std::move(member->node);
      table->members.erase(member);
      if (!node.is_table()) {
        wrong_kind(node, "a table { certificate, key } or { acme = true } for tls");
        return {};
      }
      CheckContext deeper = inner;
      deeper.label.insert(deeper.label.size() - 1, ".tls");
      return {check_table(tls_fields(), node, deeper)};
    }
    return {};
  }

  // `[relay]` and option `listen`: `[relay.listen]`.
  std::string inner_label(const std::string& open, const std::string& close) const {
    size_t start = context_.label.find_first_not_of('[');
    size_t end = context_.label.find_first_of(']');
    return open + context_.label.substr(start, end - start) + "." + option_.name + close;
  }

  std::optional<Value> read_secret(const Node& node) {
    const Node::Member* file = node.find("file");
    if (file == nullptr || node.members.size() != 1 || file->node.kind != Node::Kind::kString) {
      return complain(node, "expected " + expected_form(option_) + ", got a table of another shape");
    }
    if (context_.read_secret == nullptr) return complain(node, "a secret's file cannot be read here");
    std::string path = beside(node.origin, file->node.string);
    std::string why;
    auto text = (*context_.read_secret)(path, &why);
    if (!text) return complain(file->node, "cannot read the secret from " + quote(path) + ": " + why);
    std::string secret(trimmed(*text));
    if (secret.empty()) return complain(file->node, "the secret's file " + quote(path) + " is empty");
    return parse_text(file->node, secret);
  }

  static std::string beside(const Origin& origin, const std::string& path) {
    size_t slash = origin.kind == Origin::Kind::kFile ? origin.file.rfind('/') : std::string::npos;
    if (slash == std::string::npos || (!path.empty() && path[0] == '/')) return path;
    return origin.file.substr(0, slash + 1) + path;
  }

  const Option& option_;
  const CheckContext& context_;
  bool in_list_ = false;
};

Node default_scalar(const Option& option, std::string_view text) {
  if (option.type == Type::kBool || option.type == Type::kInt) return parse_bare_value(text, {});
  Node node;
  node.kind = Node::Kind::kString;
  node.string = text;
  return node;
}

// A list's items stand between commas.
Node default_node(const Option& option) {
  if (!option.list) return default_scalar(option, option.default_text);
  Node node;
  node.kind = Node::Kind::kArray;
  std::string_view rest = trimmed(option.default_text);
  while (!rest.empty()) {
    size_t comma = rest.find(',');
    node.items.push_back(default_scalar(option, trimmed(rest.substr(0, comma))));
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  }
  return node;
}

void add_default(const Option& option, const CheckContext& context, const Node& table, Setting* setting) {
  if (option.required) {
    context.faults->add(table.origin, "required option " + quote(option.name) + " is missing from " + context.label);
  }
  if (!option.has_default || option.type == Type::kRecords) return;
  std::string why;
  auto value = parse_default(option, context.base_port, &why);
  if (value) {
    setting->value = std::move(*value);
    setting->present = true;
  } else {
    context.faults->add(table.origin, "the default of " + quote(option.name) + " in " + context.label + ": " + why);
  }
}

}  // namespace

std::optional<Value> parse_default(const Option& option, uint16_t base_port, std::string* why) {
  Faults faults;
  CheckContext context{"[]", base_port, nullptr, &faults};
  auto value = ValueCheck{option, context}.check(default_node(option));
  if (!value && why != nullptr) *why = faults.take().front().text;
  return value;
}

std::vector<Setting> check_table(const std::vector<Option>& options, const Node& table, const CheckContext& context,
                                 const std::vector<std::string>& extra_names) {
  std::vector<Setting> settings;
  for (const Option& option : options) settings.push_back({option.name, empty_value(option), false, {}});
  std::vector<std::string> names = names_of(options);
  names.insert(names.end(), extra_names.begin(), extra_names.end());
  std::vector<bool> written(options.size(), false);
  for (const Node::Member& member : table.members) {
    const Option* option = find_option(options, member.key);
    if (option == nullptr) {
      context.faults->add(member.origin, "unknown option " + quote(member.key) + " in " + context.label +
                                             did_you_mean(member.key, names));
      continue;
    }
    size_t index = static_cast<size_t>(option - options.data());
    written[index] = true;
    if (auto value = ValueCheck{*option, context}.check(member.node)) {
      settings[index] = {option->name, std::move(*value), true, member.origin};
    }
  }
  for (size_t i = 0; i < options.size(); ++i) {
    if (!written[i]) add_default(options[i], context, table, &settings[i]);
  }
  return settings;
}

}  // namespace junctor::config
