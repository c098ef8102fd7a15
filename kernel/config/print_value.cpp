// SPDX-License-Identifier: Apache-2.0
// A checked value as an operator would write it. Pure functions, any thread.
#include "config/listener.hpp"
#include "config/snapshot.hpp"

namespace junctor::config {
namespace {

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      static constexpr char kHex[] = "0123456789abcdef";
      out += std::string("\\u00") + kHex[static_cast<unsigned char>(c) >> 4] + kHex[c & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string join(const std::vector<std::string>& parts, const char* open, const char* close) {
  std::string out = open;
  for (size_t i = 0; i < parts.size(); ++i) out += (i > 0 ? ", " : "") + parts[i];
  return out + close;
}

std::string number_text(Type type, int64_t number) {
  if (type == Type::kDuration) return print_duration(number);
  if (type == Type::kSize) return print_size(number);
  if (type == Type::kRate) return print_rate(number);
  return std::to_string(number);
}

std::string print_networks(const std::vector<Network>& networks) {
  std::vector<std::string> parts;
  for (const Network& network : networks) parts.push_back(toml_string(print_network(network)));
  return join(parts, "[", "]");
}

void add_numbers(const Listener& listener, std::vector<std::string>* parts) {
  auto add = [parts](const char* key, Type type, int64_t number, int64_t usual = 0) {
    if (number == usual) return;
    std::string text = number_text(type, number);
    parts->push_back(std::string(key) + " = " + (type == Type::kInt ? text : toml_string(text)));
  };
  const Listener usual;
  add("handshake_timeout", Type::kDuration, listener.handshake_timeout, usual.handshake_timeout);
  add("max_handshakes", Type::kInt, listener.max_handshakes, usual.max_handshakes);
  add("max_connections", Type::kInt, listener.max_connections);
  add("max_per_source", Type::kInt, listener.max_per_source);
  add("accept_rate", Type::kInt, listener.accept_rate);
  add("idle_timeout", Type::kDuration, listener.idle_timeout);
  add("backlog", Type::kInt, listener.backlog);
  add("receive_buffer", Type::kSize, listener.receive_buffer);
  add("send_queue", Type::kSize, listener.send_queue);
  add("socket_buffer", Type::kSize, listener.socket_buffer);
}

std::string print_tls(const Listener& listener) {
  const Listener usual;
  std::vector<std::string> parts{"acme = true"};
  if (!listener.tls_acme) {
    parts = {"certificate = " + toml_string(listener.tls_certificate), "key = " + toml_string(listener.tls_key)};
  }
  const auto list = [&](const char* name, const std::vector<std::string>& all) {
    std::string text;
    for (const std::string& one : all) text += (text.empty() ? "" : ", ") + toml_string(one);
    if (!all.empty()) parts.push_back(std::string{name} + " = [" + text + "]");
  };
  list("more_certificates", listener.tls_more_certificates);
  list("more_keys", listener.tls_more_keys);
  if (!listener.tls_client_ca.empty()) parts.push_back("client_ca = " + toml_string(listener.tls_client_ca));
  if (listener.tls_min_version != usual.tls_min_version) {
    parts.push_back("min_version = " + toml_string(listener.tls_min_version));
  }
  if (listener.tls_expiry_warning != usual.tls_expiry_warning) {
    parts.push_back("expiry_warning = " + toml_string(print_duration(listener.tls_expiry_warning)));
  }
  if (listener.tls_ticket_lifetime != usual.tls_ticket_lifetime) {
    parts.push_back("ticket_lifetime = " + toml_string(print_duration(listener.tls_ticket_lifetime)));
  }
  return join(parts, "{", "}");
}

// A table with what differs from the defaults; empty when that is the address alone.
std::string print_listener_table(const Listener& listener) {
  std::vector<std::string> parts{"address = " + toml_string(print_address(listener.address))};
  if (listener.speaks_tls()) parts.push_back("tls = " + print_tls(listener));
  if (listener.proxy_protocol) parts.push_back("proxy_protocol = true");
  if (!listener.trusted_proxies.empty()) {
    parts.push_back("trusted_proxies = " + print_networks(listener.trusted_proxies));
  }
  add_numbers(listener, &parts);
  return parts.size() == 1 ? "" : join(parts, "{", "}");
}

std::string print_record(const Option& option, const Record& record) {
  std::vector<std::string> parts;
  for (const Setting& field : record.fields) {
    const Option* declared = find_option(option.fields, field.name);
    if (!field.present || declared == nullptr) continue;
    bool bare = declared->list || declared->type == Type::kBool || declared->type == Type::kInt;
    std::string text = print_value(*declared, field.value);
    bool table = declared->type == Type::kListener && text.front() == '{';
    parts.push_back(field.name + " = " + (bare || table ? text : toml_string(text)));
  }
  return join(parts, "{", "}");
}

std::string print_list(const Option& option, const std::vector<Value>& values) {
  Option item = option;
  item.list = false;
  std::vector<std::string> parts;
  for (const Value& value : values) {
    if (const auto* record = value.get<Record>()) {
      parts.push_back(print_record(option, *record));
      continue;
    }
    std::string text = print_value(item, value);
    bool bare = option.type == Type::kBool || option.type == Type::kInt ||
                (option.type == Type::kListener && text.front() == '{');
    parts.push_back(bare ? text : toml_string(text));
  }
  return join(parts, "[", "]");
}

}  // namespace

std::string print_value(const Option& option, const Value& value) {
  if (option.secret) return "***";
  if (const auto* list = value.get<std::vector<Value>>()) return print_list(option, *list);
  if (const auto* record = value.get<Record>()) return print_record(option, *record);
  if (const auto* boolean = value.get<bool>()) return *boolean ? "true" : "false";
  if (const auto* number = value.get<int64_t>()) return number_text(option.type, *number);
  if (const auto* address = value.get<Address>()) return print_address(*address);
  if (const auto* network = value.get<Network>()) return print_network(*network);
  if (const auto* listener = value.get<Listener>()) {
    std::string table = print_listener_table(*listener);
    return table.empty() ? print_address(listener->address) : table;
  }
  return *value.get<std::string>();
}

}  // namespace junctor::config
