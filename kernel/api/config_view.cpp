// SPDX-License-Identifier: Apache-2.0
#include "api/config_view.hpp"

#include <cstring>
#include <utility>

namespace junctor::api {
namespace {

using config::Address;
using config::KernelConfig;
using config::Network;
using config::Option;
using config::Record;
using config::Setting;
using config::Type;
using config::Value;

std::string text_of(const KernelConfig& kernel, const Option& option, const Value& value) {
  if (const auto* address = value.get<Address>()) return config::print_address(*address);
  if (const auto* network = value.get<Network>()) return config::print_network(*network);
  if (const auto* text = value.get<std::string>()) {
    return option.type == Type::kPath && !text->empty() ? config::under_data_dir(kernel, *text) : *text;
  }
  return {};
}

std::unique_ptr<jct_config> make_view(const std::shared_ptr<const config::Snapshot>& snapshot,
                                      const std::string& instance, const std::vector<Option>& options,
                                      const std::vector<Setting>& settings);

jct_config::Item make_item(const std::shared_ptr<const config::Snapshot>& snapshot, const std::string& instance,
                           const Option& option, const Setting& setting) {
  jct_config::Item item;
  item.setting = &setting;
  item.secret = option.secret;
  const auto* list = setting.value.get<std::vector<Value>>();
  if (list == nullptr) {
    item.text = text_of(snapshot->kernel, option, setting.value);
    return item;
  }
  for (const Value& element : *list) {
    if (const auto* record = element.get<Record>()) {
      item.records.push_back(make_view(snapshot, instance, option.fields, record->fields));
    } else {
      item.texts.push_back(text_of(snapshot->kernel, option, element));
    }
  }
  return item;
}

std::unique_ptr<jct_config> make_view(const std::shared_ptr<const config::Snapshot>& snapshot,
                                      const std::string& instance, const std::vector<Option>& options,
                                      const std::vector<Setting>& settings) {
  auto view = std::make_unique<jct_config>();
  view->snapshot = snapshot;
  view->instance = instance;
  for (const Setting& setting : settings) {
    const Option* option = config::find_option(options, setting.name);
    if (option != nullptr) view->items.emplace(setting.name, make_item(snapshot, instance, *option, setting));
  }
  return view;
}

/// BOOL and all numbers.
bool number_of(const Value& value, int64_t* out) {
  if (const auto* number = value.get<int64_t>()) *out = *number;
  if (const auto* flag = value.get<bool>()) *out = *flag ? 1 : 0;
  return value.get<int64_t>() != nullptr || value.get<bool>() != nullptr;
}

bool textual(const Value& value) {
  return value.get<std::string>() != nullptr || value.get<Address>() != nullptr || value.get<Network>() != nullptr;
}

const std::vector<Value>* list_of(const jct_config* config, const char* name, jct_status* status) {
  const jct_config::Item* item = config->find(name);
  *status = item == nullptr ? JCT_E_NOT_FOUND : JCT_E_ARG;
  return item == nullptr ? nullptr : item->setting->value.get<std::vector<Value>>();
}

jct_status get_int(const jct_config* config, const char* name, int64_t* out) {
  const jct_config::Item* item = config->find(name);
  if (item == nullptr || !item->setting->present) return JCT_E_NOT_FOUND;
  return number_of(item->setting->value, out) ? JCT_OK : JCT_E_ARG;
}

jct_status get_str(const jct_config* config, const char* name, jct_str* out) {
  const jct_config::Item* item = config->find(name);
  if (item == nullptr || !item->setting->present) return JCT_E_NOT_FOUND;
  if (!textual(item->setting->value)) return JCT_E_ARG;
  *out = {item->text.data(), item->text.size()};
  return JCT_OK;
}

jct_status count(const jct_config* config, const char* name, uint64_t* out) {
  jct_status status = JCT_OK;
  const std::vector<Value>* list = list_of(config, name, &status);
  if (list == nullptr) return status;
  *out = list->size();
  return JCT_OK;
}

jct_status int_at(const jct_config* config, const char* name, uint64_t index, int64_t* out) {
  jct_status status = JCT_OK;
  const std::vector<Value>* list = list_of(config, name, &status);
  if (list == nullptr) return status;
  return index < list->size() && number_of((*list)[index], out) ? JCT_OK : JCT_E_ARG;
}

jct_status str_at(const jct_config* config, const char* name, uint64_t index, jct_str* out) {
  jct_status status = JCT_OK;
  const std::vector<Value>* list = list_of(config, name, &status);
  if (list == nullptr) return status;
  if (index >= list->size() || !textual((*list)[index])) return JCT_E_ARG;
  const std::string& text = config->find(name)->texts[index];
  *out = {text.data(), text.size()};
  return JCT_OK;
}

jct_status record_at(const jct_config* config, const char* name, uint64_t index, const jct_config** out) {
  const jct_config::Item* item = config->find(name);
  if (item == nullptr) return JCT_E_NOT_FOUND;
  if (index >= item->records.size()) return JCT_E_ARG;
  *out = item->records[index].get();
  return JCT_OK;
}

jct_str instance(const jct_config* config) { return {config->instance.data(), config->instance.size()}; }

jct_status kernel_int(const jct_config* config, const char* name, int64_t* out) {
  if (std::string_view{name} != "base_port") return JCT_E_NOT_FOUND;
  *out = config->snapshot->kernel.base_port;
  return JCT_OK;
}

jct_status kernel_str(const jct_config* config, const char* name, jct_str* out) {
  if (std::string_view{name} != "data_dir") return JCT_E_NOT_FOUND;
  const std::string& dir = config->snapshot->kernel.data_dir;
  *out = {dir.data(), dir.size()};
  return JCT_OK;
}

}  // namespace

std::unique_ptr<jct_config> make_config(std::shared_ptr<const config::Snapshot> snapshot,
                                        const config::Instance& values) {
  return make_view(snapshot, values.name, values.schema->options, values.settings);
}

const jct_config_api& config_api() {
  static constexpr jct_config_api kApi{
      sizeof(jct_config_api), 0, get_int, get_str, count, int_at, str_at, record_at, instance, kernel_int, kernel_str};
  return kApi;
}

}  // namespace junctor::api

jct_config::Item::~Item() {
  if (secret) ::explicit_bzero(text.data(), text.size());
}

const jct_config::Item* jct_config::find(const char* name) const {
  const auto found = items.find(std::string_view{name == nullptr ? "" : name});
  return found == items.end() ? nullptr : &found->second;
}
