// SPDX-License-Identifier: Apache-2.0
// Look-up and comparison in a snapshot. Pure functions, any thread.
#include "config/snapshot.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

namespace junctor::config {
namespace {

template <typename Item>
const Item* find_named(const std::vector<Item>& items, std::string_view name) {
  for (const Item& item : items) {
    if (item.name == name) return &item;
  }
  return nullptr;
}

}  // namespace

const Setting* Record::find(std::string_view name) const { return find_named(fields, name); }

// Where a value stands makes no difference to what it is.
bool Record::operator==(const Record& other) const {
  return std::equal(fields.begin(), fields.end(), other.fields.begin(), other.fields.end(),
                    [](const Setting& a, const Setting& b) {
                      return a.name == b.name && a.present == b.present && a.value == b.value;
                    });
}

bool Value::operator==(const Value& other) const { return data == other.data; }

const Setting* Instance::find(std::string_view option) const { return find_named(settings, option); }

namespace {

std::string_view take_name(std::string_view* text) {
  const auto is_part = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  const auto end = std::find_if_not(text->begin(), text->end(), is_part);
  const std::string_view name = text->substr(0, static_cast<size_t>(end - text->begin()));
  text->remove_prefix(name.size());
  return name;
}

/// `[12]`, or nothing and the text as it was.
std::optional<size_t> take_index(std::string_view* text) {
  const size_t close = text->find(']');
  size_t index = 0;
  if (text->empty() || text->front() != '[' || close == std::string_view::npos) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data() + 1, text->data() + close, index);
  if (error != std::errc{} || end != text->data() + close) return std::nullopt;
  text->remove_prefix(close + 1);
  return index;
}

bool is_written(const Setting* setting) { return setting != nullptr && setting->origin.kind != Origin::Kind::kDefault; }

}  // namespace

const Origin& Instance::place_of(std::string_view text) const {
  const Setting* setting = find(take_name(&text));
  if (!is_written(setting)) return origin;
  const auto* list = setting->value.get<std::vector<Value>>();
  const auto index = take_index(&text);
  if (list == nullptr || !index || *index >= list->size() || !text.starts_with('.')) return setting->origin;
  const auto* record = (*list)[*index].get<Record>();
  text.remove_prefix(1);
  const Setting* field = record == nullptr ? nullptr : record->find(take_name(&text));
  return is_written(field) ? field->origin : setting->origin;
}

const Binding* Instance::binding(std::string_view service) const {
  for (const Binding& candidate : bindings) {
    if (candidate.service == service) return &candidate;
  }
  return nullptr;
}

Snapshot::~Snapshot() {
  for (Instance& instance : instances) {
    for (Setting& setting : instance.settings) {
      const Option* option = instance.schema ? find_option(instance.schema->options, setting.name) : nullptr;
      auto* text = std::get_if<std::string>(&setting.value.data);
      if (option != nullptr && option->secret && text != nullptr) ::explicit_bzero(text->data(), text->size());
    }
  }
}

const Instance* Snapshot::find(std::string_view name) const { return find_named(instances, name); }

std::string under_data_dir(const KernelConfig& kernel, const std::string& path) {
  if (path.empty() || path.front() == '/' || kernel.data_dir.empty()) return path;
  return kernel.data_dir + (kernel.data_dir.back() == '/' ? "" : "/") + path;
}

}  // namespace junctor::config
