// SPDX-License-Identifier: Apache-2.0
// A plugin's configuration out of a few texts: the plugin's own option table checks them and fills in its defaults.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "../config.h"
#include "../result.hpp"
#include "fake_values.hpp"

namespace junctor::testing {

/// Option to text, as an operator would write it, without quotes: {{"wait", "10s"}, {"names", "a, b"}}. The first
/// record of an option of records: {"relay[0].host", "..."}.
using Settings = std::map<std::string, std::string>;

/// Kernel values that plugins share.
struct KernelValues {
  int64_t base_port = 21116;
  std::string data_dir = "/var/lib/junctor";
};

class FakeConfig;

}  // namespace junctor::testing

/// The opaque type of config.h, as the fake host has it.
struct jct_config {
  const junctor::testing::FakeConfig* fake;
};

namespace junctor::testing {

class FakeConfig {
 public:
  /// Throws Error (JCT_E_CONFIG) as --check would complain: unknown names, bad values, a required one missing.
  FakeConfig(std::string instance, const jct_option* const* options, uint32_t count, const Settings& settings,
             const KernelValues& kernel = {})
      : instance_{std::move(instance)}, kernel_{kernel} {
    std::set<std::string> known;
    for (uint32_t i = 0; i < count; ++i) {
      known.insert(options[i]->name);
      if (options[i]->type == JCT_OPT_RECORDS) {
        add_records(*options[i], settings);
      } else {
        add(*options[i], settings);
      }
    }
    for (const auto& [name, text] : settings) {
      if (known.count(name.substr(0, name.find('['))) == 0) {
        throw Error{JCT_E_CONFIG, "unknown option \"" + name + "\" in [" + instance_ + "]"};
      }
    }
  }
  FakeConfig(const FakeConfig&) = delete;
  FakeConfig& operator=(const FakeConfig&) = delete;

  const jct_config* raw() const { return &raw_; }

  /// The addresses of a LISTENER option for connections or, with JCT_OPT_UDP, datagrams; throws where it is not one.
  std::vector<std::string> listener(const std::string& name, bool datagrams) const {
    const auto at = values_.find(name);
    if (at == values_.end() || at->second.type != JCT_OPT_LISTENER || at->second.udp != datagrams) {
      throw Error{JCT_E_NOT_FOUND, "no such listener option: \"" + name + "\""};
    }
    return at->second.texts;
  }

  /// Whether going from this to `other` needs a restart: an option that is not LIVE differs.
  bool needs_restart(const FakeConfig& other) const {
    for (const auto& [name, value] : values_) {
      const auto theirs = other.values_.find(name);
      if (theirs == other.values_.end() || value.live || value.type == JCT_OPT_RECORDS) continue;
      if (value.texts != theirs->second.texts || value.numbers != theirs->second.numbers) return true;
    }
    return false;
  }

  static const jct_config_api* table() {
    static constexpr jct_config_api kTable{
        sizeof(jct_config_api),
        0,
        [](const jct_config* c, const char* name, int64_t* out) { return c->fake->number(name, 0, false, out); },
        [](const jct_config* c, const char* name, jct_str* out) { return c->fake->text(name, 0, false, out); },
        [](const jct_config* c, const char* name, uint64_t* out) { return c->fake->count(name, out); },
        [](const jct_config* c, const char* name, uint64_t i, int64_t* out) {
          return c->fake->number(name, i, true, out);
        },
        [](const jct_config* c, const char* name, uint64_t i, jct_str* out) {
          return c->fake->text(name, i, true, out);
        },
        [](const jct_config* c, const char* name, uint64_t i, const jct_config** out) {
          return c->fake->record(name, i, out);
        },
        [](const jct_config* c) { return str(c->fake->instance_); },
        [](const jct_config* c, const char* name, int64_t* out) -> jct_status {
          if (std::string_view{name} != "base_port") return JCT_E_NOT_FOUND;
          *out = c->fake->kernel_.base_port;
          return JCT_OK;
        },
        [](const jct_config* c, const char* name, jct_str* out) -> jct_status {
          if (std::string_view{name} != "data_dir") return JCT_E_NOT_FOUND;
          *out = str(c->fake->kernel_.data_dir);
          return JCT_OK;
        }};
    return &kTable;
  }

 private:
  struct Value {
    uint32_t type = 0;
    bool list = false;
    bool live = false;
    bool udp = false;
    std::vector<int64_t> numbers;
    std::vector<std::string> texts;
    std::vector<std::unique_ptr<FakeConfig>> records;
  };

  static bool is_number(uint32_t type) {
    return type == JCT_OPT_BOOL || type == JCT_OPT_INT || type == JCT_OPT_DURATION || type == JCT_OPT_SIZE ||
           type == JCT_OPT_RATE;
  }

  void add(const jct_option& option, const Settings& settings) {
    const auto given = settings.find(option.name);
    Value& value = values_[option.name];
    value.type = option.type;
    value.list = (option.flags & JCT_OPT_LIST) != 0;
    value.live = (option.flags & JCT_OPT_LIVE) != 0;
    value.udp = (option.flags & JCT_OPT_UDP) != 0;
    if (given == settings.end() && option.default_text == nullptr) {
      if ((option.flags & JCT_OPT_REQUIRED) == 0) return;
      throw Error{JCT_E_CONFIG, std::string{"option \""} + option.name + "\" is required in [" + instance_ + "]"};
    }
    const std::string text = given == settings.end() ? option.default_text : given->second;
    for (const std::string& element : value.list ? split_list(text) : std::vector<std::string>{text}) {
      try {
        add_element(option, element, &value);
      } catch (const Error& e) {
        throw Error{JCT_E_CONFIG, std::string{"option \""} + option.name + "\": " + e.what()};
      }
    }
  }

  void add_element(const jct_option& option, const std::string& text, Value* value) const {
    if (is_number(option.type)) {
      const int64_t number = parse_number(option.type, text);
      if (option.min <= option.max && (number < option.min || number > option.max))
        refuse("a value in its range", text);
      value->numbers.push_back(number);
    } else {
      value->texts.push_back(parse_text(option, text));
    }
  }

  static int64_t parse_number(uint32_t type, const std::string& text) {
    switch (type) {
      case JCT_OPT_BOOL:
        return parse_bool(text);
      case JCT_OPT_DURATION:
        return parse_duration(text);
      case JCT_OPT_SIZE:
        return parse_size(text);
      case JCT_OPT_RATE:
        return parse_rate(text);
      default:
        return parse_int(text);
    }
  }

  std::string parse_text(const jct_option& option, const std::string& text) const {
    if (option.type == JCT_OPT_CHOICE) {
      for (const char* const* choice = option.choices; *choice != nullptr; ++choice) {
        if (text == *choice) return text;
      }
      refuse("one of its choices", text);
    }
    if (option.type == JCT_OPT_ADDRESS || option.type == JCT_OPT_LISTENER) return resolve_port(text, kernel_.base_port);
    if (option.type == JCT_OPT_PATH && !text.empty() && text.front() != '/') return kernel_.data_dir + "/" + text;
    return text;
  }

  void add_records(const jct_option& option, const Settings& settings) {
    Value& value = values_[option.name];
    value.type = option.type;
    while (true) {
      const std::string prefix = std::string{option.name} + "[" + std::to_string(value.records.size()) + "].";
      Settings fields;
      for (const auto& [name, text] : settings) {
        if (name.compare(0, prefix.size(), prefix) == 0) fields[name.substr(prefix.size())] = text;
      }
      if (fields.empty()) return;
      value.records.push_back(
          std::make_unique<FakeConfig>(instance_, option.fields, option.field_count, fields, kernel_));
    }
  }

  const Value* find(const char* name) const {
    const auto at = values_.find(name);
    return at == values_.end() ? nullptr : &at->second;
  }
  template <class T>
  static jct_status read(const std::vector<T>& all, uint64_t index, bool list, const T** out) {
    if (index >= all.size()) return list ? JCT_E_ARG : JCT_E_NOT_FOUND;
    *out = &all[index];
    return JCT_OK;
  }
  jct_status number(const char* name, uint64_t index, bool list, int64_t* out) const {
    const Value* value = find(name);
    if (value == nullptr) return JCT_E_NOT_FOUND;
    if (!is_number(value->type) || value->list != list) return JCT_E_ARG;
    const int64_t* found = nullptr;
    const jct_status status = read(value->numbers, index, list, &found);
    if (status == JCT_OK) *out = *found;
    return status;
  }
  jct_status text(const char* name, uint64_t index, bool list, jct_str* out) const {
    const Value* value = find(name);
    if (value == nullptr) return JCT_E_NOT_FOUND;
    if (is_number(value->type) || value->type == JCT_OPT_LISTENER || value->list != list) return JCT_E_ARG;
    const std::string* found = nullptr;
    const jct_status status = read(value->texts, index, list, &found);
    if (status == JCT_OK) *out = str(*found);
    return status;
  }
  jct_status count(const char* name, uint64_t* out) const {
    const Value* value = find(name);
    if (value == nullptr) return JCT_E_NOT_FOUND;
    if (!value->list && value->type != JCT_OPT_RECORDS) return JCT_E_ARG;
    *out = value->records.size() + value->numbers.size() + value->texts.size();
    return JCT_OK;
  }
  jct_status record(const char* name, uint64_t index, const jct_config** out) const {
    const Value* value = find(name);
    if (value == nullptr) return JCT_E_NOT_FOUND;
    if (value->type != JCT_OPT_RECORDS || index >= value->records.size()) return JCT_E_ARG;
    *out = value->records[index]->raw();
    return JCT_OK;
  }

  std::string instance_;
  KernelValues kernel_;
  jct_config raw_{this};
  std::map<std::string, Value> values_;
};

}  // namespace junctor::testing
