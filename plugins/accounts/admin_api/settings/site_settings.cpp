// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/settings/site_settings.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "accounts/admin_api/contract/check.hpp"
#include "accounts/api/json_out.hpp"
#include "wire/address.hpp"

namespace junctor::accounts::admin {
namespace {

using Poco::Dynamic::Var;
using Setting = SiteSettings::Setting;

constexpr int64_t kLongestText = 255;
constexpr size_t kMostTexts = 100;

struct Unit {
  std::string_view name;
  int64_t nanoseconds;
};
constexpr Unit kUnits[] = {
    {"d", 86'400'000'000'000}, {"h", 3'600'000'000'000}, {"m", 60'000'000'000}, {"s", 1'000'000'000}, {"ms", 1'000'000},
};
constexpr int64_t kLongest = int64_t{36'500} * 86'400'000'000'000;  // a century: fits into 64 bits

[[noreturn]] void expect(const std::string& what) { throw std::invalid_argument{"expected " + what}; }

bool is_numeric(const jct_option& option) {
  return option.type == JCT_OPT_BOOL || option.type == JCT_OPT_INT || option.type == JCT_OPT_DURATION ||
         option.type == JCT_OPT_SIZE || option.type == JCT_OPT_RATE;
}

int64_t parse_duration(std::string_view text) {
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || number < 0) expect("a duration such as 12h, 90d or 30s");
  if (number == 0 && at == end) return 0;
  for (const Unit& unit : kUnits) {
    if (std::string_view{at, static_cast<size_t>(end - at)} != unit.name) continue;
    if (number > kLongest / unit.nanoseconds) expect("a shorter duration");
    return number * unit.nanoseconds;
  }
  expect("a duration such as 12h, 90d or 30s");
}

std::string duration_text(int64_t nanoseconds) {
  for (const Unit& unit : kUnits) {
    if (nanoseconds % unit.nanoseconds == 0) return std::to_string(nanoseconds / unit.nanoseconds).append(unit.name);
  }
  return std::to_string(nanoseconds / 1'000'000) + "ms";
}

std::string number_text(const jct_option& option, int64_t number) {
  return option.type == JCT_OPT_DURATION ? duration_text(number) : std::to_string(number);
}

void check_range(const jct_option& option, int64_t number) {
  if (option.min > option.max || (number >= option.min && number <= option.max)) return;
  expect(number_text(option, option.min) + " to " + number_text(option, option.max));
}

std::string checked_text(const jct_option& option, const Var& value) {
  if (!value.isString()) expect("a text");
  const std::string text = value.extract<std::string>();
  const auto length = characters(text);
  if (!length || static_cast<int64_t>(*length) > kLongestText) expect("a text of up to 255 characters");
  if (option.type == JCT_OPT_CHOICE) {
    std::string listed;
    for (const char* const* one = option.choices; *one != nullptr; ++one) {
      if (text == *one) return text;
      listed += (listed.empty() ? "" : ", ") + std::string{*one};
    }
    expect("one of " + listed);
  }
  if (option.type == JCT_OPT_NETWORK && !wire::Network::parse(text)) expect("a network such as 192.0.2.0/24");
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const size_t end = std::min(text.find(','), text.size());
    std::string_view one = text.substr(0, end);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    out.emplace_back(one);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// The table's own texts: what they say is known to be right.
SettingValue fallback_of(const jct_option& option) {
  const std::string_view text = option.default_text == nullptr ? "" : option.default_text;
  if ((option.flags & JCT_OPT_LIST) != 0) return {0, split(text)};
  switch (option.type) {
    case JCT_OPT_BOOL:
      return {text == "true" ? 1 : 0, {}};
    case JCT_OPT_DURATION:
      return {parse_duration(text), {}};
    case JCT_OPT_INT: {
      int64_t number = 0;
      std::from_chars(text.data(), text.data() + text.size(), number);
      return {number, {}};
    }
    default:
      return is_numeric(option) ? SettingValue{} : SettingValue{0, {std::string{text}}};
  }
}

SettingValue read(const jct_option& option, const Config& files) {
  if ((option.flags & JCT_OPT_LIST) != 0) return {0, files[Option<std::vector<std::string>>{option}]};
  if (option.type == JCT_OPT_BOOL) return {files[Option<bool>{option}] ? 1 : 0, {}};
  if (is_numeric(option)) return {files[Option<int64_t>{option}], {}};
  return {0, {files[Option<std::string>{option}]}};
}

// ---- a Config of these values ----

const Setting* setting_of(const jct_config* config, const char* name) {
  return reinterpret_cast<const SiteSettings*>(config)->find(name);
}

jct_status get_int(const jct_config* config, const char* name, int64_t* out) {
  const Setting* found = setting_of(config, name);
  if (found == nullptr) return JCT_E_NOT_FOUND;
  if (!is_numeric(found->option) || found->is_list()) return JCT_E_ARG;
  *out = found->value.number;
  return JCT_OK;
}

jct_status str_at(const jct_config* config, const char* name, uint64_t index, jct_str* out) {
  const Setting* found = setting_of(config, name);
  if (found == nullptr) return JCT_E_NOT_FOUND;
  if (index >= found->value.texts.size()) return JCT_E_ARG;
  const std::string& text = found->value.texts[index];
  *out = {text.data(), text.size()};
  return JCT_OK;
}

jct_status get_str(const jct_config* config, const char* name, jct_str* out) { return str_at(config, name, 0, out); }

jct_status count(const jct_config* config, const char* name, uint64_t* out) {
  const Setting* found = setting_of(config, name);
  if (found == nullptr) return JCT_E_NOT_FOUND;
  *out = found->value.texts.size();
  return JCT_OK;
}

constexpr jct_config_api kApi{
    sizeof(jct_config_api),
    0,
    get_int,
    get_str,
    count,
    [](const jct_config*, const char*, uint64_t, int64_t*) -> jct_status { return JCT_E_ARG; },
    str_at,
    [](const jct_config*, const char*, uint64_t, const jct_config**) -> jct_status { return JCT_E_NOT_FOUND; },
    [](const jct_config*) {
      return jct_str{"", 0};
    },
    [](const jct_config*, const char*, int64_t*) -> jct_status { return JCT_E_NOT_FOUND; },
    [](const jct_config*, const char*, jct_str*) -> jct_status { return JCT_E_NOT_FOUND; }};

}  // namespace

void SiteSettings::add(const jct_option& option, const Config& files) {
  Setting made;
  made.option = option;
  made.fallback = fallback_of(option);
  made.files = made.value = read(option, files);
  if (!made.is_live()) made.fallback = made.files;
  all_.push_back(std::move(made));
}

SiteSettings SiteSettings::with(const Stored& stored) const {
  SiteSettings out = *this;
  for (Setting& one : out.all_) {
    one.value = one.files;
    one.changed = false;
    const auto found = stored.find(std::string{one.name()});
    if (found == stored.end() || one.is_locked() || !one.is_live()) continue;
    try {
      const Var list = Poco::JSON::Parser{}.parse("[" + found->second + "]");
      one.value = parse(one, list.extract<Poco::JSON::Array::Ptr>()->get(0));
      one.changed = true;
    } catch (const std::exception&) {  // of a version that had other values
      one.value = one.files;
    }
  }
  return out;
}

Config SiteSettings::config() const { return Config{&kApi, reinterpret_cast<const jct_config*>(this)}; }

const SiteSettings::Setting* SiteSettings::find(std::string_view name) const {
  const auto found = std::find_if(all_.begin(), all_.end(), [&](const Setting& one) { return one.name() == name; });
  return found == all_.end() ? nullptr : &*found;
}

std::string SiteSettings::json(const Setting& setting, const SettingValue& value) {
  if (setting.is_list()) return json_texts(value.texts);
  switch (setting.option.type) {
    case JCT_OPT_BOOL:
      return value.number != 0 ? "true" : "false";
    case JCT_OPT_DURATION:
      return http::json_string(duration_text(value.number));
    default:
      return is_numeric(setting.option) ? std::to_string(value.number)
                                        : http::json_string(value.texts.empty() ? "" : value.texts.front());
  }
}

SettingValue SiteSettings::parse(const Setting& setting, const Var& value) {
  const jct_option& option = setting.option;
  if (setting.is_list()) {
    if (value.type() != typeid(Poco::JSON::Array::Ptr)) expect("an array of texts");
    SettingValue out;
    for (const Var& one : *value.extract<Poco::JSON::Array::Ptr>()) out.texts.push_back(checked_text(option, one));
    if (out.texts.size() > kMostTexts) expect("at most 100 texts");
    return out;
  }
  if (option.type == JCT_OPT_BOOL) {
    if (!value.isBoolean()) expect("true or false");
    return {value.convert<bool>() ? 1 : 0, {}};
  }
  if (option.type == JCT_OPT_DURATION) {
    if (!value.isString()) expect("a duration such as 12h, 90d or 30s");
    const int64_t number = parse_duration(value.extract<std::string>());
    check_range(option, number);
    return {number, {}};
  }
  if (is_numeric(option)) {
    if (!value.isInteger() || value.isBoolean()) expect("an integer");
    const auto number = value.convert<int64_t>();
    check_range(option, number);
    return {number, {}};
  }
  return {0, {checked_text(option, value)}};
}

std::string_view type_word(const Setting& setting) {
  if (setting.is_list()) return setting.option.type == JCT_OPT_NETWORK ? "networks" : "texts";
  switch (setting.option.type) {
    case JCT_OPT_BOOL:
      return "flag";
    case JCT_OPT_CHOICE:
      return "choice";
    case JCT_OPT_DURATION:
      return "duration";
    default:
      return is_numeric(setting.option) ? "count" : "text";
  }
}

}  // namespace junctor::accounts::admin
